using System.Text.RegularExpressions;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Other people's DHCP clients on an interface of a namespace, and what they say that they got.</summary>
internal sealed partial class DhcpClients(string space, string link)
{
    public DhcpClients(Namespaces net) : this(net.ClientSide, "c0") { }

    /// <summary>The interface's hardware address.</summary>
    public string Mac
    {
        get => On("cat", $"/sys/class/net/{link}/address").Text.Trim();
        set => Tool.Run("ip", $"-n {space} link set {link} address {value}");
    }

    /// <summary>Runs a program there.</summary>
    public Tool.Output On(string program, string arguments, int seconds = 20) => Tool.Try("ip", $"netns exec {space} {program} {arguments}", seconds);

    /// <summary>The address that udhcpc gets.</summary>
    public string Udhcpc(string more = "") => Address(On("udhcpc", $"-i {link} -f -n -q -t 6 -T 1 {more} -s /bin/true").Text, UdhcpcLease());

    /// <summary>The address that dhclient gets, with all that it was told, in a folder of the caller's.</summary>
    public (string Address, string Lease) Dhclient(string folder)
    {
        File.WriteAllText($"{folder}/dhclient.leases", "");
        string said = On("dhclient", $"-d -1 -v -lf {folder}/dhclient.leases -pf {folder}/dhclient.pid -sf /bin/true {link}", 6).Text;
        return (Address(said, DhclientLease()), File.ReadAllText($"{folder}/dhclient.leases"));
    }

    /// <summary>The address that dhcpcd gets, and its words.</summary>
    public (string Address, string Said) Dhcpcd()
    {
        string said = On("dhcpcd", $"-4 -1 -B -A -t 15 -d -c /bin/true -f /dev/null {link}", 25).Text;
        string address = Address(said, DhcpcdLease());
        foreach (string prefix in (string[])["16", "24"]) Tool.Try("ip", $"-n {space} address del {address}/{prefix} dev {link}", 10);
        return (address, said);
    }

    /// <summary>The address that systemd-networkd gives the interface. It believes that there is no udev where /sys is read-only.</summary>
    public string Networkd(string folder)
    {
        File.WriteAllText($"{folder}/10-{link}.network", $"[Match]\nName={link}\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n[DHCPv4]\nClientIdentifier=duid\n");
        string script = $"{folder}/networkd.sh";
        File.WriteAllText(script, $"""
            mount --bind /sys /sys && mount -o remount,bind,ro /sys && mount -t tmpfs none /run
            mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
            chown -R systemd-network:systemd-network /run/systemd/netif
            cp {folder}/10-{link}.network /run/systemd/network/
            /lib/systemd/systemd-networkd & networkd=$!
            for i in $(seq 100); do ip -4 -br address show dev {link} | grep -q dynamic && break; ip -4 address show dev {link} | grep -q dynamic && break; sleep 0.2; done
            ip -4 address show dev {link}
            kill $networkd
            """);
        string said = On("unshare", $"-m sh {script}", 40).Text;
        Tool.Try("ip", $"-n {space} address flush dev {link} scope global dynamic", 10);
        return Address(said, NetworkdLease());
    }

    /// <summary>Asks for the boot script from an address, as a booting machine does: that enlists it. The HTTP status.</summary>
    public int Enlist(string address, string server = "10.77.0.1")
    {
        Tool.Run("ip", $"-n {space} address add {address}/16 dev {link}");
        var said = On("curl", $"-sS -o /dev/null -w %{{http_code}} --interface {address} http://{server}:5240/boot/{Mac.Replace(':', '-')}/boot.ipxe").Text.Trim();
        Tool.Run("ip", $"-n {space} address del {address}/16 dev {link}");
        return int.TryParse(said, out int status) ? status : throw new InvalidOperationException(said);
    }

    private static string Address(string said, Regex pattern)
    {
        var match = pattern.Match(said);
        Assert.True(match.Success, $"no lease; the client said: {said}");
        return match.Groups[1].Value;
    }

    [GeneratedRegex(@"lease of (\S+) obtained")]
    private static partial Regex UdhcpcLease();

    [GeneratedRegex(@"DHCPACK of (\S+) from")]
    private static partial Regex DhclientLease();

    [GeneratedRegex(@"leased (\S+) for")]
    private static partial Regex DhcpcdLease();

    [GeneratedRegex(@"inet (\S+)/\d+ .*dynamic")]
    private static partial Regex NetworkdLease();
}
