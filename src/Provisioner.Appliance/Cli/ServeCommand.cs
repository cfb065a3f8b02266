using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net;
using Provisioner.Appliance.Serving;

namespace Provisioner.Appliance.Cli;

/// <summary><c>provisioner serve</c>: its flags, and the way from them to <see cref="ApplianceOptions"/>.</summary>
internal static class ServeCommand
{
    private static readonly string Home = AppContext.BaseDirectory;

    private static readonly Option<string> Data = new("--data") { Description = "folder for the store, the key and what else must last", DefaultValueFactory = _ => "/var/lib/provisioner" };
    private static readonly Option<string[]> Interfaces = new("--interface", "-i") { Description = "interface to serve DHCP, TFTP, DNS, NTP and HTTP on (may be repeated, or a list with commas); without it, none until one is chosen on the page", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> Listen = new("--listen") { Description = "address where the page answers besides the served interfaces", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<int> HttpPort = new("--http-port") { Description = "TCP port for machines and people", DefaultValueFactory = _ => 5240 };
    private static readonly Option<int> HttpsPort = new("--https-port") { Description = "TCP port of HTTPS, which installed machines call", DefaultValueFactory = _ => 5243 };
    private static readonly Option<int> FilePort = new("--file-port") { Description = "TCP port of boot files and images, on the served interfaces", DefaultValueFactory = _ => 5241 };
    private static readonly Option<string?> Range = new("--range") { Description = "dynamic range, FIRST-LAST; default: the upper half of the interface's subnet" };
    private static readonly Option<string?> Gateway = new("--gateway") { Description = "default gateway given to machines; default: none" };
    private static readonly Option<string> Domain = new("--domain") { Description = "domain of the machines", DefaultValueFactory = _ => "rack.internal" };
    private static readonly Option<string[]> Ntp = new("--ntp") { Description = "time server given to machines, as an address (may be repeated); default: the appliance", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Upstream = new("--upstream-dns") { Description = "DNS server for all other names (may be repeated); default: those of /etc/resolv.conf", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> BootFiles = new("--boot-files") { Description = "folder with kernel, ramdisk, iPXE, shim and GRUB", DefaultValueFactory = _ => Path.Combine(Home, "boot-files") };
    private static readonly Option<string> Images = new("--images") { Description = "folder with images", DefaultValueFactory = _ => Path.Combine(Home, "images") };
    private static readonly Option<string> Catalog = new("--catalog") { Description = "folder with roles and hardware profiles", DefaultValueFactory = _ => Path.Combine(Home, "catalog") };

    private static readonly Option<int> PackagePort = new("--package-port") { Description = "TCP port of the package cache; 0 for none", DefaultValueFactory = _ => 8000 };
    private static readonly Option<string> PackageCacheSize = new("--package-cache-size") { Description = "what the package cache may take of the disk: 500M, 20G, 1T", DefaultValueFactory = _ => "20G" };
    private static readonly Option<string?> UpstreamProxy = new("--upstream-proxy") { Description = "HTTP proxy that the way out to the package archives leads through, http://HOST:PORT; default: http_proxy of the environment" };

    public static Command Create()
    {
        var command = new Command("serve", "Runs the appliance: DHCP (67, 4011), TFTP (69), DNS (53), NTP (123) and HTTP, only on the interfaces that it is told to serve.")
        {
            Data, Interfaces, Listen, HttpPort, HttpsPort, FilePort, Range, Gateway, Domain, Ntp, Upstream, BootFiles, Images, Catalog,
            PackagePort, PackageCacheSize, UpstreamProxy,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var faults = new List<string>();
            var options = Read(parsed, faults);
            faults.AddRange(options.Faults());
            if (faults.Count > 0) return Fail(faults);
            try
            {
                await ApplianceHost.RunAsync(options, cancel);
                return 0;
            }
            catch (StartException e)
            {
                return Fail([e.Message]);
            }
        });
        return command;
    }

    private static int Fail(IReadOnlyList<string> faults)
    {
        foreach (string fault in faults) Console.Error.WriteLine($"provisioner: {fault}");
        return 1;
    }

    private static ApplianceOptions Read(ParseResult parsed, List<string> faults) => new()
    {
        Data = Path.GetFullPath(parsed.GetValue(Data)!),
        Interfaces = Words(parsed.GetValue(Interfaces)),
        Listen = Address("--listen", parsed.GetValue(Listen), faults) ?? IPAddress.Loopback,
        HttpPort = parsed.GetValue(HttpPort),
        HttpsPort = parsed.GetValue(HttpsPort),
        FilePort = parsed.GetValue(FilePort),
        Range = ReadRange(parsed.GetValue(Range), faults),
        Gateway = Address("--gateway", parsed.GetValue(Gateway), faults),
        Domain = parsed.GetValue(Domain)!.ToLowerInvariant().TrimEnd('.'),
        Ntp = Addresses("--ntp", parsed.GetValue(Ntp), faults),
        UpstreamDns = Addresses("--upstream-dns", parsed.GetValue(Upstream), faults),
        BootFiles = Path.GetFullPath(parsed.GetValue(BootFiles)!),
        Images = Path.GetFullPath(parsed.GetValue(Images)!),
        Catalog = Path.GetFullPath(parsed.GetValue(Catalog)!),
        PackagePort = parsed.GetValue(PackagePort),
        PackageCacheSize = Size("--package-cache-size", parsed.GetValue(PackageCacheSize)!, faults),
        UpstreamProxy = Proxy(parsed.GetValue(UpstreamProxy), faults),
    };

    private static long Size(string flag, string given, List<string> faults)
    {
        int shift = given.Length == 0 ? 0 : char.ToUpperInvariant(given[^1]) switch { 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (shift > 0 && long.TryParse(given[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and < 1 << 20) return number << shift;
        faults.Add($"{flag} {given}: write it as 500M, 20G or 1T");
        return 0;
    }

    private static Uri? Proxy(string? given, List<string> faults)
    {
        string proxy = given ?? Environment.GetEnvironmentVariable("http_proxy") ?? "";
        if (proxy.Length == 0) return null;
        if (Uri.TryCreate(proxy, UriKind.Absolute, out var uri) && uri.Scheme is "http") return uri;
        faults.Add($"{(given is null ? "http_proxy of the environment" : "--upstream-proxy")}: write it as http://HOST:PORT"); // it may hold a password: not repeated
        return null;
    }

    private static ImmutableArray<string> Words(string[]? given) =>
        [.. (given ?? []).SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct()];

    private static ImmutableArray<IPAddress> Addresses(string flag, string[]? given, List<string> faults) =>
        [.. Words(given).Select(g => Address(flag, g, faults)).OfType<IPAddress>()];

    private static IPAddress? Address(string flag, string? given, List<string> faults)
    {
        if (given is null) return null;
        // TryParse takes "10" and "0x7f" too; a person who writes that means something else.
        if (IPAddress.TryParse(given, out var address) && (given.Contains(':') || given.Count(c => c == '.') == 3)) return address;
        faults.Add($"{flag} {given}: not an IP address such as 10.77.0.1");
        return null;
    }

    private static (IPAddress, IPAddress)? ReadRange(string? given, List<string> faults)
    {
        if (given is null) return null;
        var ends = given.Split('-', 2);
        if (ends.Length == 2 && Address("--range", ends[0].Trim(), faults) is { } first && Address("--range", ends[1].Trim(), faults) is { } last) return (first, last);
        if (ends.Length != 2) faults.Add($"--range {given}: write it as FIRST-LAST, 10.77.0.100-10.77.0.199");
        return null;
    }
}
