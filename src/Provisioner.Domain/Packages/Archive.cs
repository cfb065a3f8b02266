using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Packages;

/// <summary>An archive of packages that machines may fetch from through the appliance.</summary>
/// <param name="Name">Its name, a label: <c>debian</c>.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Hosts">Host names, lower case; <c>*</c> stands for one label (<c>ftp.*.debian.org</c>); <c>:PORT</c> behind one where it isn't the scheme's.</param>
/// <param name="Paths">Prefixes of paths, each with a slash at its beginning: nothing outside of them is fetched.</param>
/// <param name="Https">It answers only over TLS: it is asked with https, whatever machines ask with.</param>
/// <param name="Inside">Its host may be at an address of a served network or of the appliance's own machine.</param>
public sealed partial record Archive(string Name, string Title, ImmutableArray<string> Hosts, ImmutableArray<string> Paths, bool Https = false, bool Inside = false)
{
    /// <summary>The host, as in a URL (<c>host</c> or <c>host:port</c>), is one of this archive's.</summary>
    public bool HasHost(string host) => Hosts.Any(pattern => Matches(pattern, host));

    /// <summary>The path, decoded, lies under one of this archive's.</summary>
    public bool HasPath(string path) => Paths.Any(p => path.StartsWith(p, StringComparison.Ordinal));

    /// <summary>All that is wrong with it, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (!HostName.IsValid(Name)) yield return $"\"{Name}\" is no name for an archive: letters a–z, digits and hyphens";
        if (Title.Length > 200 || Title.Any(char.IsControl)) yield return "the title has more than 200 characters, or a control character";
        if (Hosts.IsDefaultOrEmpty) yield return $"{Name} has no host: name one, such as deb.example.org";
        if (Paths.IsDefaultOrEmpty) yield return $"{Name} has no path: name one, such as /debian/, or / for all of the host";
        if (!Hosts.IsDefault)
            foreach (string host in Hosts.Where(h => !IsHost(h)))
                yield return $"\"{host}\" is no host of an archive: a name in lower case such as deb.example.org, * for a label but not for one of the last two, :PORT where it has one of its own";
        if (!Paths.IsDefault)
            foreach (string path in Paths.Where(p => p.Length > 1000 || p.Length == 0 || p[0] != '/' || p.Any(char.IsControl) || p.Contains("/..", StringComparison.Ordinal) || p.Contains("//", StringComparison.Ordinal)))
                yield return $"\"{path}\" is no path of an archive: it begins with one slash and has no \"..\", /debian/";
    }

    private static bool Matches(string pattern, string host)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal)) return pattern == host;
        string[] wanted = pattern.Split('.'), given = host.Split('.');
        return wanted.Length == given.Length && wanted.Zip(given).All(p => p.First == "*" ? IsLabel(p.Second) : p.First == p.Second);
    }

    // Strict: "ftp.x@evil.example#.debian.org" has four labels as well, and as a URL it is another host's.
    private static bool IsLabel(string text) => text.Length is > 0 and < 64 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    // A "*" in place of a domain would let machines ask the whole world.
    private static bool IsHost(string host)
    {
        if (host.Length > 253 || !HostPattern().IsMatch(host)) return false;
        string[] labels = host.Split(':')[0].Split('.');
        return !host.Contains('*', StringComparison.Ordinal) || labels.Length > 2 && !labels[^2..].Contains("*");
    }

    [GeneratedRegex("^(\\*|[a-z0-9_-]{1,63})(\\.(\\*|[a-z0-9_-]{1,63}))*(:[1-9][0-9]{0,4})?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostPattern();
}
