namespace Provisioner.Domain.Packages;

/// <summary>How long a file of an archive stays what it is.</summary>
public enum FileKind
{
    /// <summary>Under this name there is never another content: packages, and indexes whose hash stands in their name.</summary>
    Immutable,
    /// <summary>It changes with the archive: InRelease, Packages, repomd.xml and all else.</summary>
    Index,
}

/// <summary>A hash that a file's own name promises.</summary>
/// <param name="Algorithm">SHA256, SHA512, SHA1 or MD5.</param>
/// <param name="Hex">Its digits, lower case.</param>
public sealed record NamedHash(string Algorithm, string Hex);

/// <summary>One file of an archive.</summary>
/// <param name="Archive">The archive that it belongs to.</param>
/// <param name="Url">Where it is fetched: one spelling, however it was asked for.</param>
/// <param name="Kind">How long it stays what it is.</param>
/// <param name="Hash">What its name says about its content, or null.</param>
public sealed record PackageFile(Archive Archive, Uri Url, FileKind Kind, NamedHash? Hash)
{
    /// <summary>What it is known by.</summary>
    public string Key => Url.AbsoluteUri;
}

/// <summary>May a machine have what it asks for?</summary>
public abstract record Asked
{
    private Asked()
    {
    }

    /// <summary>It may.</summary>
    public sealed record Allowed(PackageFile File) : Asked;

    /// <summary>It may not: HTTP status, and one sentence with the cure.</summary>
    public sealed record Refused(int Status, string Why) : Asked;

    /// <summary>Somebody asks the cache itself: what it is, how it is used.</summary>
    public sealed record Itself : Asked;
}
