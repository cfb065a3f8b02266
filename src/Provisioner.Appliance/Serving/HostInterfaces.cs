using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Provisioner.Appliance.Serving;

/// <summary>An interface of the machine that the appliance runs on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its first IPv4 address, or null.</param>
/// <param name="PrefixLength">The prefix of that address.</param>
/// <param name="Up">The link is up.</param>
/// <param name="IsUplink">The default route leaves here: most likely somebody else's network, with a DHCP server of its own.</param>
internal sealed record HostInterface(string Name, IPAddress? Address, int PrefixLength, bool Up, bool IsUplink);

/// <summary>What interfaces there are, asked afresh each time.</summary>
internal static class HostInterfaces
{
    public static IReadOnlyList<HostInterface> All()
    {
        string? uplink = Uplink();
        return [.. NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.NetworkInterfaceType is not NetworkInterfaceType.Loopback)
            .Select(i => Of(i, uplink))
            .OrderBy(i => i.Name, StringComparer.Ordinal)];
    }

    private static HostInterface Of(NetworkInterface nic, string? uplink)
    {
        var address = nic.GetIPProperties().UnicastAddresses.FirstOrDefault(a => a.Address.AddressFamily is AddressFamily.InterNetwork);
        // .NET says Unknown for interfaces whose driver reports no carrier state (veth, tap, bridges): those count as up.
        bool up = nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown;
        return new(nic.Name, address?.Address, address?.PrefixLength ?? 0, up, nic.Name == uplink);
    }

    // /proc/net/route: name, destination, gateway, flags … in hexadecimal; destination 0 is the default route.
    private static string? Uplink()
    {
        try
        {
            return File.ReadLines("/proc/net/route").Skip(1).Select(l => l.Split('\t')).FirstOrDefault(f => f.Length > 2 && f[1] == "00000000")?[0];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
