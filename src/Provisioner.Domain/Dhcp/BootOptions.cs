using Provisioner.Domain.Boot;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>The part of a reply that makes a client boot; empty for those that do not boot from the network.</summary>
/// <param name="File">The file field, empty where the name is too long for it.</param>
/// <param name="NextServer">siaddr.</param>
/// <param name="Options">Options 43, 60, 66, 67, 97, 175.</param>
/// <param name="Why">What was chosen and for whom.</param>
internal sealed record BootOptions(string File, Ipv4Address NextServer, IReadOnlyList<DhcpOption> Options, string Why)
{
    private const int FileField = 127;

    // PXE 2.1 table 2-1: sub-option 6 (discovery control) = 8: load the file of this offer, ask no boot server for more.
    // Without it ROMs by Intel that see "PXEClient" look for a boot server first.
    private static readonly byte[] NoDiscovery = [6, 1, 8, 255];

    // ipxe.org/howto/dhcpd: sub-option 176, no-pxedhcp: do not wait for a proxyDHCP server's offer.
    private static readonly byte[] NoProxyDhcp = [176, 1, 1];

    private static readonly BootOptions NoBootClient = new("", Ipv4Address.Any, [], "no boot client");

    internal static BootOptions For(DhcpMessage request, DhcpFacts facts)
    {
        var client = BootClient.Of(request);
        if (client.Stage == BootStage.None) return NoBootClient;
        var network = facts.Network;
        if (BootFileChoice.For(client, facts.Chain, network, out var why) is not { } file) return new("", Ipv4Address.Any, [], why);
        var own = Ipv4Address.From(network.Address);
        List<DhcpOption> options = [DhcpOption.Of(DhcpOptionCode.TftpServerName, own.ToString()), BootFileName(client, file)];
        switch (client.Stage)
        {
            case BootStage.Pxe:
                options.Add(DhcpOption.Of(DhcpOptionCode.VendorClass, "PXEClient"));
                options.Add(new(DhcpOptionCode.VendorSpecific, NoDiscovery));
                break;
            case BootStage.Http:
                options.Add(DhcpOption.Of(DhcpOptionCode.VendorClass, "HTTPClient")); // UEFI 2.10 §24.7.3.1: without it the offer is ignored
                break;
            case BootStage.Ipxe:
                options.Add(new(DhcpOptionCode.Ipxe, NoProxyDhcp));
                break;
        }
        // PXE 2.1 table 2-2: the client's UUID goes back to it.
        if (request.Options.Find(DhcpOptionCode.ClientMachineIdentifier) is { } uuid) options.Add(new(DhcpOptionCode.ClientMachineIdentifier, uuid));
        return new(file.Length <= FileField ? file : "", own, options, $"{why} → {file}");
    }

    /// <summary>Booting decides on this option: what the subnet says under the same number is for others.</summary>
    internal bool Has(DhcpOptionCode code)
    {
        foreach (var option in Options)
            if (option.Code == code) return true;
        return false;
    }

    // Old BIOS ROMs read option 67 as a C string and ask for "undionly.kpxe\xff…" when no NUL ends it.
    private static DhcpOption BootFileName(BootClient client, string file) =>
        DhcpOption.Of(DhcpOptionCode.BootFileName, client is { Stage: BootStage.Pxe, Architecture: 0 or null } ? file + "\0" : file);
}
