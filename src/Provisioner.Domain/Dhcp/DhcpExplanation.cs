using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>A DISCOVER that nobody has sent: what would be said to it?</summary>
/// <param name="Mac">Whose.</param>
/// <param name="Architecture">Option 93; without it and without <paramref name="UserClass"/> the client doesn't boot from the network.</param>
/// <param name="UserClass">Option 77; <c>iPXE</c> is iPXE's.</param>
/// <param name="GiAddr">The relay that it came through, or 0.0.0.0.</param>
public sealed record DhcpQuestion(MacAddress Mac, ushort? Architecture, string? UserClass, Ipv4Address GiAddr)
{
    /// <summary>The link that the relay asks for (option 82, sub-option 5), or null.</summary>
    public Ipv4Address? LinkSelection { get; init; }

    // Those of the architectures that load over HTTP, IANA's processor architecture registry; BootClient says them in words.
    private bool IsHttp => Architecture is 15 or 16 or 18 or 19 or 28;

    /// <summary>The message.</summary>
    public DhcpMessage ToMessage()
    {
        List<DhcpOption> options = [DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Discover)];
        if (Architecture is { } number)
        {
            options.Add(DhcpOption.Of(DhcpOptionCode.VendorClass, string.Create(CultureInfo.InvariantCulture, $"{(IsHttp ? "HTTPClient" : "PXEClient")}:Arch:{number:00000}")));
            options.Add(new(DhcpOptionCode.ClientArchitecture, new[] { (byte)(number >> 8), (byte)number }));
        }
        if (UserClass is { Length: > 0 } name) options.Add(DhcpOption.Of(DhcpOptionCode.UserClass, name));
        if (LinkSelection is { } link) options.Add(new(DhcpOptionCode.RelayAgentInformation, (byte[])[5, 4, .. DhcpOption.Of(DhcpOptionCode.SubnetSelection, link).Value.Span]));
        return new() { ChAddr = Mac, GiAddr = GiAddr, Options = new(options) };
    }
}

/// <summary>One step on the way to an answer.</summary>
/// <param name="Step">network, relay, mode, machine, client, reservation, lease, address, boot, silence, probe, delay or sent to.</param>
/// <param name="Says">What was found there, for a person.</param>
public sealed record DhcpReason(string Step, string Says);

/// <summary>The answer that would be given, by the very decision that answers packets, and the reasons on the way.</summary>
/// <param name="Network">The network that it would come in on.</param>
/// <param name="Answer">The answer. Its lease is not made.</param>
/// <param name="Reasons">In order of the decision.</param>
public sealed record DhcpExplanation(ServedNetwork Network, DhcpAnswer Answer, ImmutableArray<DhcpReason> Reasons)
{
    /// <summary>Explains. Nothing changes: the decision only reads the leases.</summary>
    /// <param name="question">The question.</param>
    /// <param name="facts">Where the client would be, and the rest.</param>
    /// <param name="how">How its place was found, where that was not by the interface.</param>
    /// <param name="now">The time.</param>
    public static DhcpExplanation Of(DhcpQuestion question, DhcpFacts facts, string? how, DateTimeOffset now)
    {
        var message = question.ToMessage();
        var answer = DhcpAnswer.For(message, facts, now);
        var reply = answer as DhcpAnswer.Reply;
        var mode = facts.Scope.Vlan.Dhcp;
        List<DhcpReason> reasons = [new("network", $"{facts.Network.Interface}, {string.Join("; ", facts.Scope.Subnets.Select(s => $"{s.Pool.Subnet}, range {s.Pool.RangesInWords}"))}")];
        if (how is not null) reasons.Add(new("relay", how));
        if (mode != DhcpMode.Server) reasons.Add(new("mode", $"DHCP of VLAN {facts.Scope.Vlan.Name} is {NetworkModel.Word(mode)}"));
        reasons.Add(new("machine", facts.MachineName is { } name ? $"{question.Mac} is {name}" : $"{question.Mac} is no enlisted machine: it is one when it asks for its boot script"));
        reasons.Add(new("client", BootClient.Of(message) is { Stage: not BootStage.None } client ? client.InWords : "no boot client: it gets no boot file"));
        if (mode != DhcpMode.Proxy) reasons.AddRange(OfAddress(question.Mac, facts, reply, now));
        reasons.Add(new(reply is null ? "silence" : "boot", answer.Why));
        if (reply is { AskFirst: true }) reasons.Add(new("probe", $"the link is asked first whether somebody uses {reply.Message.YiAddr}; then another is offered"));
        if (reply is { Delay.Ticks: > 0 }) reasons.Add(new("delay", $"held back for {reply.Delay.TotalSeconds} s, as its subnet or reservation says"));
        if (reply is not null) reasons.Add(new("sent to", Where(reply.Destination)));
        return new(facts.Network, answer, [.. reasons]);
    }

    private static IEnumerable<DhcpReason> OfAddress(MacAddress mac, DhcpFacts facts, DhcpAnswer.Reply? reply, DateTimeOffset now)
    {
        foreach (var subnet in facts.Scope.Subnets)
            if (subnet.Pool.Fixed(mac) is { } decided)
                yield return new("reservation", subnet.Pool.Model.ReservationOf(mac, subnet.Pool.Subnet.Id) is null ? $"{decided} is its static address" : $"{decided} is reserved for it");
        var pool = reply is not null ? facts.Scope.With(reply.Message.YiAddr)!.Pool : facts.Scope.Subnets[0].Pool;
        yield return new("lease", Before(pool.Of(mac), now));
        if (reply is not null) yield return new("address", $"{reply.Message.YiAddr}: {WhyThis(mac, reply.Message.YiAddr, pool, now)}");
    }

    /// <summary>Where no subnet of the model fits there is only silence.</summary>
    public static DhcpExplanation Of(ServedNetwork network, DhcpAnswer.Silence silence) => new(network, silence, [new("network", network.Interface), new("silence", silence.Why)]);

    private static string Before(Lease? lease, DateTimeOffset now) => lease switch
    {
        null => "none yet",
        { State: LeaseState.Released } => $"had {lease.Address} and gave it back at {lease.Since:u}",
        _ when lease.IsHeld(now) => $"{lease.State.ToString().ToLowerInvariant()} {lease.Address} until {lease.Until:u}",
        _ => $"had {lease.Address}, which ended at {lease.Until:u}",
    };

    // The order is SubnetPool.Choose's.
    private static string WhyThis(MacAddress mac, Ipv4Address address, SubnetPool leases, DateTimeOffset now)
    {
        if (leases.Fixed(mac) == address) return "a person decided so";
        string instead = leases.Of(mac) is { } own && own.Address != address && !leases.CanHave(mac, own.Address, now, out var why) ? $", for {why}" : "";
        return leases.At(address) switch
        {
            { } lease when lease.Mac == mac => "it had that before",
            null => $"the lowest that nobody has{instead}",
            { State: LeaseState.Offered } lease when lease.IsHeld(now) => $"all others are given, and this was only offered to the stranger {lease.Mac}{instead}",
            { } lease => $"all have been given, and the lease of {lease.Mac} on it ended longest ago{instead}",
        };
    }

    private static string Where(DhcpDestination destination) => destination switch
    {
        DhcpDestination.Relay(var address) => $"the relay {address}, UDP port 67",
        DhcpDestination.Client(var address) => $"{address}, UDP port 68",
        DhcpDestination.Hardware(var mac, var address) => $"{address} at {mac}, without ARP, UDP port 68",
        _ => "everybody on the link, UDP port 68",
    };
}
