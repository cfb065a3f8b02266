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

    /// <summary>Asks for the boot script from an address, as a booting machine does: that enlists it. The HTTP status.</summary>
    public int Enlist(string address, string server = "10.77.0.1")
    {
        Tool.Run("ip", $"-n {space} address add {address}/32 dev {link}");
        var said = On("curl", $"-sS -o /dev/null -w %{{http_code}} --interface {address} http://{server}:5240/boot/{Mac.Replace(':', '-')}/boot.ipxe").Text.Trim();
        Tool.Run("ip", $"-n {space} address del {address}/32 dev {link}");
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
}
