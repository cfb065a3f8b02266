using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Packages;

/// <summary>
/// What the cache fetches: files of its archives and nothing else. Machines ask as one asks a proxy
/// (<c>GET http://deb.debian.org/debian/…</c>, RFC 9112 §3.2.2) or as one asks a mirror (<c>GET /deb.debian.org/debian/…</c>).
/// </summary>
/// <param name="Archives">The archives; the first that has host and path counts.</param>
public sealed partial record ArchiveRules(ImmutableArray<Archive> Archives)
{
    private const int MostCharacters = 2048;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Judges a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="target">Its target, as it came.</param>
    public Asked Judge(string method, string target)
    {
        if (method == "CONNECT")
            return new Asked.Refused(405, $"no tunnels: what is inside can't be checked or kept; write http:// in place of https:// for {Shown(target.Split(':')[0])} (packages are signed), or reach it without this proxy");
        if (method is not ("GET" or "HEAD")) return new Asked.Refused(405, $"{method} is not possible here: packages are only read");
        if (target.Length > MostCharacters) return TooLong;
        if (Scheme().Match(target) is { Success: true } scheme) return Of(scheme.Groups[1].Value.Equals("https", StringComparison.OrdinalIgnoreCase), target[scheme.Length..]);
        if (target.Contains("://", StringComparison.Ordinal)) return new Asked.Refused(400, "only http:// and https:// are fetched");
        return target is "/" or "*" or "" ? new Asked.Itself() : Of(https: false, target[1..]);
    }

    /// <summary>Judges where an archive sends us on to.</summary>
    public Asked Judge(Uri redirect) => redirect.Scheme is "http" or "https" && redirect.UserInfo.Length == 0
        ? Judge("GET", redirect.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped))
        : new Asked.Refused(502, "only http:// and https:// are fetched");

    private static Asked.Refused TooLong => new(414, $"the URL has more than {MostCharacters} characters");

    // "deb.debian.org/debian/pool/…": host and path.
    private Asked Of(bool https, string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string host = (slash < 0 ? rest : rest[..slash]).ToLowerInvariant(), raw = slash < 0 ? "/" : rest[slash..];
        if (host.EndsWith(https ? ":443" : ":80", StringComparison.Ordinal)) host = host[..host.LastIndexOf(':')];
        var candidates = Archives.Where(a => a.HasHost(host)).ToList();
        if (candidates.Count == 0)
            return new Asked.Refused(403, $"{Shown(host)} is not among the archives of the package cache: provisioner packages add NAME --host {Shown(host)} --path / adds it");
        if (raw.AsSpan().IndexOfAny('?', '#') >= 0) return new Asked.Refused(403, "questions (?…) are not passed on: archives are plain files; use a mirror's base URL in place of a list of mirrors");
        if (Decode(raw) is not { } path) return new Asked.Refused(400, "the path has an empty part, \"..\", a control character or a broken % in it");
        if (candidates.Find(a => a.HasPath(path)) is not { } archive)
            return new Asked.Refused(403, $"{Shown(host)}{Shown(path)} is outside of {candidates[0].Name}'s paths ({string.Join(", ", candidates.SelectMany(a => a.Paths).Distinct())})");
        if (path.EndsWith('/')) return new Asked.Refused(404, "folders are not listed here");
        var url = new Uri($"{(https || archive.Https ? "https" : "http")}://{host}{Encode(path)}");
        if (url.AbsoluteUri.Length > MostCharacters) return TooLong; // escaped
        return new Asked.Allowed(new(archive, url, KindOf(path), HashOf(path)));
    }

    private static string? Decode(string raw)
    {
        string?[] parts = [.. raw[1..].Split('/').Select(DecodePart)];
        bool good = parts.Index().All(p => p.Item is { } part && (part.Length > 0 || p.Index == parts.Length - 1)
            && part is not ("." or "..") && !part.Any(c => char.IsControl(c) || c is '/' or '\\'));
        return good ? "/" + string.Join('/', parts) : null;
    }

    // Strict: two spellings of one name would be two files, and bytes that are no UTF-8 are none.
    private static string? DecodePart(string part)
    {
        if (BrokenPercent().IsMatch(part)) return null;
        var bytes = new List<byte>(part.Length);
        for (int i = 0; i < part.Length;)
        {
            bool escaped = part[i] == '%';
            if (escaped) bytes.Add(byte.Parse(part.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            else bytes.AddRange(Encoding.UTF8.GetBytes(part, i, 1));
            i += escaped ? 3 : 1;
        }
        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string Encode(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static FileKind KindOf(string path) => Package().IsMatch(path) || HashOf(path) is not null ? FileKind.Immutable : FileKind.Index;

    private static NamedHash? HashOf(string path)
    {
        if (ByHash().Match(path) is { Success: true } apt) return Named(apt.Groups[2].Value);
        return RepoData().Match(path) is { Success: true } rpm ? Named(rpm.Groups[1].Value) : null;
    }

    private static NamedHash? Named(string hex) => hex.Length switch
    {
        32 => new("MD5", hex),
        40 => new("SHA1", hex),
        64 => new("SHA256", hex),
        128 => new("SHA512", hex),
        _ => null,
    };

    // What is echoed to a person: the machine chose it.
    private static string Shown(string text) => new([.. text.Take(200).Where(c => c is > ' ' and < '\x7f')]);

    [GeneratedRegex("^(https?)://", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex BrokenPercent();

    // Debian policy §5.6.12 and RPM alike: another content has another version, and the version is in the name. Sources lie under pool/ too.
    [GeneratedRegex("\\.(deb|udeb|ddeb|rpm|drpm|dsc)\\z|/pool/.+_[^/]+\\.(tar\\.[a-z0-9]+|diff\\.gz|asc)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Package();

    // https://wiki.debian.org/DebianRepository/Format#indices_acquisition_via_hashsums_.28by-hash.29
    [GeneratedRegex("/by-hash/(MD5Sum|SHA1|SHA256|SHA512)/([0-9a-f]+)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ByHash();

    // createrepo_c --unique-md-filenames, the default.
    [GeneratedRegex("/repodata/([0-9a-f]{32,128})-[^/]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepoData();
}
