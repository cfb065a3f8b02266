using System.Text.RegularExpressions;

namespace Provisioner.Domain.Hosts;

/// <summary>
/// Where a hypervisor host is, checked: libvirt would start any program that a URI names (<c>command=</c>), and give ssh any option
/// that looks like a host (<c>-oProxyCommand=…</c>). Sources: libvirt.org/uri.html, vSphere Web Services SDK Programming Guide.
/// </summary>
/// <param name="Kind"><c>libvirt</c> or <c>vsphere</c>.</param>
/// <param name="Address">As it is kept: a libvirt URI, or <c>https://HOST[:PORT]/sdk</c>.</param>
/// <param name="Host">The host's name; empty where it is this machine.</param>
public sealed partial record HypervisorAddress(string Kind, string Address, string Host)
{
    private static readonly string[] Parameters = ["keyfile", "known_hosts", "known_hosts_verify", "mode", "no_tty", "no_verify", "pkipath", "socket", "sshauth"];

    /// <summary>Reads what a person gave; the fault is a sentence with the cure.</summary>
    public static (HypervisorAddress? Address, string? Fault) Read(string text)
    {
        text = text.Trim();
        if (text.Length is 0 or > 512 || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return Wrong("a host is a libvirt URI such as qemu:///system or qemu+ssh://root@kvm.example/system, or the name or address of an ESXi or vCenter");
        int at = text.IndexOf("://", StringComparison.Ordinal);
        if (at < 0) return Vsphere(text, text);
        string scheme = text[..at].ToLowerInvariant();
        return scheme switch
        {
            "https" => Vsphere(text, text[8..]),
            "http" => Wrong($"{Plain(text)}: without TLS the password would go over the network in the clear: write https://"),
            "esx" or "vpx" or "gsx" => Wrong($"{Plain(text)}: an ESXi or vCenter is spoken to by the vSphere API, not through libvirt: write its name or address alone"),
            _ => LibvirtUri(text, scheme),
        };
    }

    private static (HypervisorAddress?, string?) Vsphere(string text, string rest)
    {
        if (rest.Contains('@', StringComparison.Ordinal)) return Wrong("user and password have no place in the address: give the user with --user, the password on standard input");
        string place = rest.TrimEnd('/');
        if (place.EndsWith("/sdk", StringComparison.OrdinalIgnoreCase)) place = place[..^4];
        if (!HostAndPort().IsMatch(place) || !Uri.TryCreate($"https://{place}/sdk", UriKind.Absolute, out var uri) || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic)
            return Wrong($"\"{Plain(text)}\" is neither a libvirt URI nor the name or address of an ESXi or vCenter");
        return (new(HypervisorHost.Vsphere, uri.AbsoluteUri, uri.Host), null);
    }

    private static (HypervisorAddress?, string?) LibvirtUri(string text, string scheme)
    {
        string[] parts = scheme.Split('+', 2);
        string driver = parts[0], transport = parts.Length > 1 ? parts[1] : "";
        if (driver is not ("qemu" or "test"))
            return Wrong($"{Plain(text)}: there is no driver for \"{driver}\"; there are qemu (KVM) and test");
        if (transport == "tcp") return Wrong($"{Plain(text)}: tcp is neither encrypted nor signed: use {driver}+tls:// or {driver}+ssh://");
        if (transport is not ("" or "unix" or "ssh" or "libssh" or "libssh2" or "tls"))
            return Wrong($"{Plain(text)}: there is no transport \"{transport}\"; there are ssh, libssh, libssh2, tls and unix");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri)) return Wrong($"{Plain(text)} is not a URI such as qemu+ssh://root@kvm.example/system");
        if (Fault(uri, driver, transport) is { } fault) return Wrong($"{Plain(text)}: {fault}");
        return (new(HypervisorHost.Libvirt, text, uri.Host), null);
    }

    private static string? Fault(Uri uri, string driver, string transport)
    {
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal)) return "a password has no place in a URI: give it on standard input";
        if (uri.UserInfo.Length > 0 && !User().IsMatch(Uri.UnescapeDataString(uri.UserInfo))) return "the user's name holds something that a name doesn't";
        bool isHere = transport is "" or "unix";
        if (isHere && uri.Host.Length > 0) return $"to reach another machine it needs a transport: {driver}+ssh://{uri.Host}/… or {driver}+tls://{uri.Host}/…";
        if (!isHere && (uri.Host.Length == 0 || !HostAndPort().IsMatch(uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}"))) return $"it names no host: {driver}+{transport}://kvm.example/system";
        // test:///PATH would read a file of the appliance's.
        if (driver == "test" && uri.AbsolutePath != "/default") return "libvirt's test driver has only test:///default here";
        if (driver == "qemu" && uri.AbsolutePath is not ("/system" or "/session")) return "the path is /system (all machines of the host), or /session (a user's own)";
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] named = pair.Split('=', 2);
            if (!Parameters.Contains(named[0])) return $"the parameter \"{(named[0].Length <= 32 ? named[0] : named[0][..32])}\" is not taken; there are {string.Join(", ", Parameters)}";
            if (named.Length < 2 || !Value().IsMatch(named[1])) return $"the value of {named[0]} may hold letters, digits and / . _ - ,";
        }
        return uri.Fragment.Length > 0 ? "it ends with a fragment (#…), which means nothing here" : null;
    }

    private static (HypervisorAddress?, string?) Wrong(string sentence) => (null, sentence);

    // Who wrote the password into the address anyway doesn't get it shown back.
    private static string Plain(string text)
    {
        int at = text.IndexOf("://", StringComparison.Ordinal), user = at < 0 ? 0 : at + 3, end = text.LastIndexOf('@');
        string shown = end > user ? text[..user] + "…" + text[end..] : text;
        return shown.Length <= 120 ? shown : shown[..120] + "…";
    }

    // A name that begins with a hyphen would be an option of ssh.
    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)(:[0-9]{1,5})?$", RegexOptions.CultureInvariant)]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._@\\-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex User();

    [GeneratedRegex(@"^[A-Za-z0-9/._,-]{1,256}$", RegexOptions.CultureInvariant)]
    private static partial Regex Value();
}
