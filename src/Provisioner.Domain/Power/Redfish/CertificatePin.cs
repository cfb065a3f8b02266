namespace Provisioner.Domain.Power.Redfish;

/// <summary>A certificate's SHA-256, written as <c>openssl x509 -fingerprint -sha256</c> does, so that a person can compare.</summary>
public static class CertificatePin
{
    /// <summary>Where it is kept in a controller's settings.</summary>
    public const string Setting = "fingerprint";

    /// <summary>In its place: the certificate that the next look finds is trusted from then on, whatever was before.</summary>
    public const string Next = "new";

    /// <summary>Writes it: <c>AB:CD:…</c>, 32 octets.</summary>
    public static string Of(ReadOnlySpan<byte> sha256) => string.Join(':', Convert.ToHexString(sha256).Chunk(2).Select(c => new string(c)));

    /// <summary>The same, however they are written: with colons or without, upper or lower case, with "sha256:" before it.</summary>
    public static bool AreSame(string one, string other) => Bare(one) is { Length: 64 } bare && bare == Bare(other);

    /// <summary>It is one at all.</summary>
    public static bool IsOne(string text) => Bare(text) is { Length: 64 } bare && bare.All(char.IsAsciiHexDigitUpper);

    private static string Bare(string text)
    {
        string bare = text.Trim().Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return bare.StartsWith("SHA256", StringComparison.Ordinal) ? bare[6..] : bare;
    }
}
