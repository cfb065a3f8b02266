using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Provisioner.Appliance.Serving;

/// <summary>An interface of the machine that the appliance runs on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Its first IPv4 address, or null.</param>
/// <param name="PrefixLength">The prefix of that address.</param>
/// <param name="Up">It is switched on (<c>ip link set … up</c>), with a cable in it or not.</param>
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
        return new(nic.Name, address?.Address, address?.PrefixLength ?? 0, IsUp(nic), nic.Name == uplink);
    }

    // IFF_UP of netdevice(7), not the framework's status: that is Down too where only the carrier is missing, and a switch that
    // comes on after the appliance must not keep it from starting.
    private static bool IsUp(NetworkInterface nic)
    {
        try
        {
            return (Convert.ToInt32(File.ReadAllText($"/sys/class/net/{nic.Name}/flags").Trim(), 16) & 1) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown;
        }
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
