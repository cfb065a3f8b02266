using Provisioner.Domain.Boot;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>Replies as their field lists: RFC 2131 table 3.</summary>
internal static class DhcpReply
{
    internal static DhcpAnswer.Reply Lease(DhcpMessage request, DhcpFacts facts, DhcpMessageType type, Ipv4Address address)
    {
        var boot = BootOptions.For(request, facts);
        List<DhcpOption> options =
        [
            .. Common(request, facts, type), .. Network(facts),
            DhcpOption.Of(DhcpOptionCode.LeaseTime, Seconds(DhcpTimes.Lease)),
            DhcpOption.Of(DhcpOptionCode.RenewalTime, Seconds(DhcpTimes.Renewal)),
            DhcpOption.Of(DhcpOptionCode.RebindingTime, Seconds(DhcpTimes.Rebinding)),
            .. boot.Options,
        ];
        var reply = Head(request) with
        {
            CiAddr = type == DhcpMessageType.Ack ? request.CiAddr : Ipv4Address.Any,
            YiAddr = address,
            SiAddr = boot.NextServer,
            File = boot.File,
            Options = new(options),
        };
        return new(Fit(reply, request.MaximumLength), To(request, address), boot.Why);
    }

    internal static DhcpAnswer.Reply Inform(DhcpMessage request, DhcpFacts facts)
    {
        var boot = BootOptions.For(request, facts);
        var reply = Head(request) with
        {
            CiAddr = request.CiAddr,
            SiAddr = boot.NextServer,
            File = boot.File,
            Options = new([.. Common(request, facts, DhcpMessageType.Ack), .. Network(facts), .. boot.Options]),
        };
        return new(Fit(reply, request.MaximumLength), To(request, request.CiAddr), "told the network's settings");
    }

    // §4.1: a NAK is broadcast (through the relay's broadcast where there is one), for the client's address is the one thing that is wrong.
    internal static DhcpAnswer.Reply Nak(DhcpMessage request, DhcpFacts facts, string why)
    {
        bool relayed = request.GiAddr != Ipv4Address.Any;
        var reply = Head(request) with
        {
            Broadcast = request.Broadcast || relayed,
            Options = new([.. Common(request, facts, DhcpMessageType.Nak), DhcpOption.Of(DhcpOptionCode.Message, why.Length <= 120 ? why : why[..120])]),
        };
        return new(reply, relayed ? new DhcpDestination.Relay(request.GiAddr) : new DhcpDestination.Broadcast(), why);
    }

    internal static DhcpMessage Head(DhcpMessage request) => new()
    {
        IsReply = true,
        Xid = request.Xid,
        Broadcast = request.Broadcast,
        GiAddr = request.GiAddr,
        ChAddr = request.ChAddr,
    };

    internal static IEnumerable<DhcpOption> Common(DhcpMessage request, DhcpFacts facts, DhcpMessageType type)
    {
        yield return DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type);
        yield return DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Ipv4Address.From(facts.Network.Address));
        if (request.Options.Find(DhcpOptionCode.ClientIdentifier) is { } id) yield return new(DhcpOptionCode.ClientIdentifier, id); // RFC 6842
        if (request.Options.Find(DhcpOptionCode.RelayAgentInformation) is { } relay) yield return new(DhcpOptionCode.RelayAgentInformation, relay);
    }

    private static IEnumerable<DhcpOption> Network(DhcpFacts facts)
    {
        var subnet = facts.Leases.Subnet;
        var own = Ipv4Address.From(facts.Network.Address);
        string domain = subnet.Domain ?? facts.Network.Domain;
        yield return DhcpOption.Of(DhcpOptionCode.SubnetMask, subnet.Cidr.Mask);
        if (subnet.Gateway is { } gateway) yield return DhcpOption.Of(DhcpOptionCode.Router, gateway);
        yield return DhcpOption.Of(DhcpOptionCode.DnsServers, subnet.DnsServers.IsEmpty ? [own] : [.. subnet.DnsServers]);
        if (facts.MachineName is { Length: > 0 } name) yield return DhcpOption.Of(DhcpOptionCode.HostName, name);
        if (domain.Length > 0) yield return DhcpOption.Of(DhcpOptionCode.DomainName, domain);
        // Where no time servers were named the appliance is one.
        yield return DhcpOption.Of(DhcpOptionCode.NtpServers, subnet.NtpServers.IsEmpty ? [own] : [.. subnet.NtpServers]);
    }

    // §4.1
    private static DhcpDestination To(DhcpMessage request, Ipv4Address address) =>
        request.GiAddr != Ipv4Address.Any ? new DhcpDestination.Relay(request.GiAddr)
        : request.CiAddr != Ipv4Address.Any ? new DhcpDestination.Client(request.CiAddr)
        : request.Broadcast ? new DhcpDestination.Broadcast()
        : new DhcpDestination.Hardware(request.ChAddr, address);

    // What a client lives without, first to go first: the boot file stands in its header field too.
    private static ReadOnlySpan<DhcpOptionCode> Dispensable =>
        [DhcpOptionCode.BootFileName, DhcpOptionCode.TftpServerName, DhcpOptionCode.NtpServers, DhcpOptionCode.ClientIdentifier, DhcpOptionCode.DomainName,
         DhcpOptionCode.HostName, DhcpOptionCode.ClientMachineIdentifier];

    private static DhcpMessage Fit(DhcpMessage reply, int maximum)
    {
        foreach (var code in Dispensable)
        {
            if (DhcpCodec.Measure(reply) <= maximum) break;
            if (code == DhcpOptionCode.BootFileName && reply.File.Length == 0) continue;
            reply = reply with { Options = new([.. reply.Options.Items.Where(o => o.Code != code)]) };
        }
        return reply;
    }

    private static uint Seconds(TimeSpan time) => (uint)time.TotalSeconds;
}
