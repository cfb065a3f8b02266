using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>Replies as their field lists: RFC 2131 table 3.</summary>
internal static class DhcpReply
{
    internal static DhcpAnswer.Reply Lease(DhcpMessage request, DhcpFacts facts, DhcpSubnet subnet, DhcpMessageType type, Ipv4Address address)
    {
        var boot = BootOptions.For(request, facts);
        var options = Begin(request, facts, type);
        options.AddRange(subnet.Times);
        AddSettings(options, request, facts, subnet, boot);
        return Finish(request, options, boot, type == DhcpMessageType.Ack ? request.CiAddr : Ipv4Address.Any, address) with { Delay = subnet.DelayFor(request.ChAddr) };
    }

    internal static DhcpAnswer.Reply Inform(DhcpMessage request, DhcpFacts facts, DhcpSubnet subnet)
    {
        var boot = BootOptions.For(request, facts);
        var options = Begin(request, facts, DhcpMessageType.Ack);
        AddSettings(options, request, facts, subnet, boot);
        return Finish(request, options, boot, request.CiAddr, Ipv4Address.Any) with { Why = "told the network's settings" };
    }

    // RFC 1534 §2: a BOOTP client may get options, but none of DHCP's own.
    internal static DhcpAnswer.Reply Bootp(DhcpMessage request, DhcpFacts facts, DhcpSubnet subnet, Ipv4Address address)
    {
        var boot = BootOptions.For(request, facts);
        List<DhcpOption> options = [];
        if (request.Options.Find(DhcpOptionCode.RelayAgentInformation) is { } relay) options.Add(new(DhcpOptionCode.RelayAgentInformation, relay));
        AddSettings(options, request, facts, subnet, boot);
        return Finish(request, options, boot, Ipv4Address.Any, address) with { Why = $"BOOTP: {address} is reserved for it", Delay = subnet.DelayFor(request.ChAddr) };
    }

    // §4.1: a NAK is broadcast (through the relay's broadcast where there is one), for the client's address is the one thing that is wrong.
    internal static DhcpAnswer.Reply Nak(DhcpMessage request, DhcpFacts facts, string why)
    {
        bool relayed = request.GiAddr != Ipv4Address.Any;
        var options = Begin(request, facts, DhcpMessageType.Nak);
        options.Add(DhcpOption.Of(DhcpOptionCode.Message, why.Length <= 120 ? why : why[..120]));
        var reply = Head(request) with { Broadcast = request.Broadcast || relayed, Options = new(options) };
        return new(reply, relayed ? new DhcpDestination.Relay(request.GiAddr) : new DhcpDestination.Broadcast(), why);
    }

    internal static DhcpMessage Head(DhcpMessage request) => new()
    {
        IsReply = true,
        Xid = request.Xid,
        Broadcast = request.Broadcast,
        GiAddr = request.GiAddr,
        ChAddr = request.ChAddr,
        Hardware = request.Hardware,
        Limit = request.MaximumLength,
    };

    /// <summary>Who we are to the client: the relay, where it wants renewals to pass it (RFC 5107 §4); else the address that it came in on.</summary>
    internal static Ipv4Address ServerId(DhcpMessage request, DhcpFacts facts) =>
        request.GiAddr != Ipv4Address.Any && RelayAgentInformation.Of(request)?.ServerIdOverride is { } relay ? relay : Ipv4Address.From(facts.Network.Address);

    /// <summary>Options 53, 54, and those that go back as they came: 61 (RFC 6842), 82 (RFC 3046 §2.2).</summary>
    internal static List<DhcpOption> Begin(DhcpMessage request, DhcpFacts facts, DhcpMessageType type)
    {
        List<DhcpOption> options = new(24) { DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type), DhcpOption.Of(DhcpOptionCode.ServerIdentifier, ServerId(request, facts)) };
        if (request.Options.Find(DhcpOptionCode.ClientIdentifier) is { } id) options.Add(new(DhcpOptionCode.ClientIdentifier, id));
        if (request.Options.Find(DhcpOptionCode.RelayAgentInformation) is { } relay) options.Add(new(DhcpOptionCode.RelayAgentInformation, relay));
        return options;
    }

    /// <summary>Whom it goes to, §4.1. Over InfiniBand there is no address in the header to send to (RFC 4390 §2.2).</summary>
    internal static DhcpDestination To(DhcpMessage request, Ipv4Address address) =>
        request.GiAddr != Ipv4Address.Any ? new DhcpDestination.Relay(request.GiAddr)
        : request.CiAddr != Ipv4Address.Any ? new DhcpDestination.Client(request.CiAddr)
        : request.Broadcast || request.Hardware == HardwareType.InfiniBand || address == Ipv4Address.Any ? new DhcpDestination.Broadcast()
        : new DhcpDestination.Hardware(request.ChAddr, address);

    private static DhcpAnswer.Reply Finish(DhcpMessage request, List<DhcpOption> options, BootOptions boot, Ipv4Address ciAddr, Ipv4Address yiAddr)
    {
        options.AddRange(boot.Options);
        var reply = Head(request) with
        {
            CiAddr = ciAddr,
            YiAddr = yiAddr,
            SiAddr = boot.NextServer,
            File = boot.File,
            Options = new(options),
        };
        return new(Fit(reply), To(request, yiAddr != Ipv4Address.Any ? yiAddr : ciAddr), boot.Why);
    }

    // What the client listed it gets. What old ROMs need and don't list it gets too, and so what vendors and sites made up.
    private static void AddSettings(List<DhcpOption> options, DhcpMessage request, DhcpFacts facts, DhcpSubnet subnet, BootOptions boot)
    {
        options.AddRange(subnet.Always);
        if ((facts.MachineName ?? subnet.Pool.Model.ReservationOf(request.ChAddr, subnet.Pool.Subnet.Id)?.HostName) is { Length: > 0 } name)
            options.Add(DhcpOption.Of(DhcpOptionCode.HostName, name));
        else name = "";
        if (Fqdn(request, name, subnet.Domain) is { } fqdn) options.Add(fqdn);
        var list = request.Options.Find(DhcpOptionCode.ParameterRequestList);
        foreach (var option in subnet.Asked)
            if ((list is { } asked ? asked.Span.Contains((byte)option.Code) : option.Code != DhcpOptionCode.Ipv6OnlyPreferred) && !boot.Has(option.Code)) options.Add(option);
        foreach (var option in subnet.Unasked)
            if (!boot.Has(option.Code)) options.Add(option);
    }

    // RFC 4702 §4: names of machines of ours are written by us, whatever the client would like; of others nothing is written.
    private static DhcpOption? Fqdn(DhcpMessage request, string name, string domain)
    {
        if (ClientFqdn.Of(request.Options) is not { } asked) return null;
        bool ours = name.Length > 0 && domain.Length > 0;
        bool overridden = (asked.Flags & FqdnFlags.ServerUpdates) != 0 != ours;
        var flags = (asked.Flags & FqdnFlags.Encoded) | (ours ? FqdnFlags.ServerUpdates : FqdnFlags.NoUpdates) | (overridden ? FqdnFlags.Overridden : FqdnFlags.None);
        return new ClientFqdn(flags, ours ? $"{name}.{domain}" : asked.Name).ToOption();
    }

    // What a client lives without, first to go first: the boot file stands in its header field too.
    private static ReadOnlySpan<DhcpOptionCode> Dispensable =>
        [DhcpOptionCode.BootFileName, DhcpOptionCode.TftpServerName, DhcpOptionCode.BroadcastAddress, DhcpOptionCode.ClientFqdn, DhcpOptionCode.NtpServers, DhcpOptionCode.ClientIdentifier,
         DhcpOptionCode.DomainName, DhcpOptionCode.HostName, DhcpOptionCode.ClientMachineIdentifier,
         DhcpOptionCode.RelayAgentInformation]; // whole or not at all (RFC 3046 §2.2)

    // Codes that are kept, or that go in the order above.
    private static bool IsOurs(DhcpOptionCode code) => Dispensable.Contains(code) || code is DhcpOptionCode.SubnetMask or DhcpOptionCode.Router or DhcpOptionCode.DnsServers
        or DhcpOptionCode.LeaseTime or DhcpOptionCode.MessageType or DhcpOptionCode.ServerIdentifier or DhcpOptionCode.RenewalTime or DhcpOptionCode.RebindingTime
        or DhcpOptionCode.VendorClass or DhcpOptionCode.VendorSpecific or DhcpOptionCode.Ipxe or DhcpOptionCode.ClasslessRoutes;

    // The subnet's own options go first, the longest of them before the others: one that is too long must not cost the rest.
    private static DhcpMessage Fit(DhcpMessage reply)
    {
        while (DhcpCodec.Measure(reply) > reply.Limit && reply.Options.Items.Where(o => !IsOurs(o.Code)).OrderByDescending(o => o.Value.Length).FirstOrDefault() is { Code: not DhcpOptionCode.Pad } longest)
            reply = Without(reply, longest.Code);
        foreach (var code in Dispensable)
        {
            if (DhcpCodec.Measure(reply) <= reply.Limit) break;
            if (code == DhcpOptionCode.BootFileName && reply.File.Length == 0) continue;
            reply = Without(reply, code);
        }
        return reply;
    }

    private static DhcpMessage Without(DhcpMessage reply, DhcpOptionCode code) => reply with { Options = new([.. reply.Options.Items.Where(o => o.Code != code)]) };
}
