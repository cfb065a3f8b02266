using System.Net;

namespace Provisioner.Appliance.Serving;

/// <summary>The DNS servers that names outside the machines' domain are asked of.</summary>
internal static class ResolvConf
{
    private const int DnsPort = 53;

    /// <summary>Those of the flags; else those of /etc/resolv.conf.</summary>
    public static IReadOnlyList<IPEndPoint> Upstream(ApplianceOptions options)
    {
        var servers = options.UpstreamDns.IsEmpty ? Configured() : options.UpstreamDns;
        return [.. servers.Select(a => new IPEndPoint(a, DnsPort))];
    }

    private static IEnumerable<IPAddress> Configured()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines("/etc/resolv.conf");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (string line in lines)
            if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var server, ..] && IPAddress.TryParse(server, out var address))
                yield return address;
    }
}
