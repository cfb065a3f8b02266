using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>The server's side of each message: RFC 2131 §4.3.1 to §4.3.5.</summary>
internal static class DhcpExchange
{
    // §4.3.1
    internal static DhcpAnswer Discover(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        var mac = message.ChAddr;
        if (AddressChoice.For(message, facts.Scope, now, out var why) is not var (subnet, address)) return new DhcpAnswer.Silence(why!);
        var own = subnet.Pool.Of(mac);
        bool had = own is { State: LeaseState.Bound or LeaseState.Released } && own.Address == address;
        var hold = had && own!.IsBound(now) ? null : new Lease(mac, address, LeaseState.Offered, now, now + SubnetPool.OfferHold);
        return DhcpReply.Lease(message, facts, subnet, DhcpMessageType.Offer, address) with { Lease = hold, AskFirst = !had };
    }

    // §4.3.2, told apart by the table in §4.3.6
    internal static DhcpAnswer Request(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.ServerIdentifier is { } server) return Selecting(message, facts, now, server);
        if (message.CiAddr != Ipv4Address.Any) return Extend(message, facts, now, message.CiAddr);
        return message.RequestedAddress is { } requested
            ? InitReboot(message, facts, now, requested)
            : new DhcpAnswer.Silence("a REQUEST that names no address");
    }

    private static DhcpAnswer Selecting(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address server)
    {
        if (server != DhcpReply.ServerId(message, facts))
        {
            // Its choice frees what we held for it.
            var offered = OwnLease(message, facts) is { State: LeaseState.Offered } own ? own with { Until = now } : null;
            return new DhcpAnswer.Silence($"it took the offer of another DHCP server, {server}", offered);
        }
        // Offers are not on disk: after a restart an address that is free is as good as the one that we offered.
        return Grant(message, facts, now, message.RequestedAddress ?? message.CiAddr);
    }

    private static DhcpAnswer InitReboot(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address requested)
    {
        if (facts.Scope.With(requested) is not { } subnet) return DhcpReply.Nak(message, facts, $"{requested} is not an address of {facts.Scope.InWords}");
        if (subnet.Pool.Fixed(message.ChAddr) is { } decided)
            return decided == requested ? Grant(message, facts, now, requested) : DhcpReply.Nak(message, facts, $"{requested} is not its address, {decided} is reserved for it");
        return subnet.Pool.Of(message.ChAddr) switch
        {
            // "If the server has no record of this client, then it MUST remain silent": it may be another server's.
            null => new DhcpAnswer.Silence($"asks for {requested} again, of which nothing is known here"),
            var own when own.Address != requested => DhcpReply.Nak(message, facts, $"{requested} is not its address, {own.Address} is"),
            _ => Grant(message, facts, now, requested),
        };
    }

    // RENEWING (unicast) and REBINDING (broadcast) read alike.
    private static DhcpAnswer Extend(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address address)
    {
        if (facts.Scope.With(address) is not { } subnet) return DhcpReply.Nak(message, facts, $"{address} is not an address of {facts.Scope.InWords}");
        return subnet.Pool.InRange(address) || subnet.Pool.Fixed(message.ChAddr) is not null || subnet.Pool.Of(message.ChAddr)?.Address == address
            ? Grant(message, facts, now, address)
            : new DhcpAnswer.Silence($"wants to keep {address}, which is outside our range: perhaps another server's");
    }

    private static DhcpAnswer Grant(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address address)
    {
        if (facts.Scope.With(address) is not { } subnet) return DhcpReply.Nak(message, facts, $"{address} is not an address of {facts.Scope.InWords}");
        if (!subnet.Pool.CanHave(message.ChAddr, address, now, out var why)) return DhcpReply.Nak(message, facts, why);
        var lease = new Lease(message.ChAddr, address, LeaseState.Bound, now, now + subnet.LeaseTime);
        return DhcpReply.Lease(message, facts, subnet, DhcpMessageType.Ack, address) with { Lease = lease };
    }

    // §4.3.3
    internal static DhcpAnswer Decline(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.ServerIdentifier is { } server && server != DhcpReply.ServerId(message, facts))
            return new DhcpAnswer.Silence($"it declines an address of another DHCP server, {server}");
        if (message.RequestedAddress is not { } address || facts.Scope.With(address)?.Pool.Of(message.ChAddr) is not { } own || own.Address != address)
            return new DhcpAnswer.Silence($"it declines {message.RequestedAddress?.ToString() ?? "no address"}, which is not its own");
        return new DhcpAnswer.Silence(
            $"somebody else uses {own.Address}: nobody gets it for {DhcpTimes.Quarantine.TotalMinutes:0} minutes; look for a machine with that address set by hand",
            own with { State = LeaseState.Declined, Since = now, Until = now + DhcpTimes.Quarantine });
    }

    // §4.3.4
    internal static DhcpAnswer Release(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.ServerIdentifier is { } server && server != DhcpReply.ServerId(message, facts))
            return new DhcpAnswer.Silence($"it releases an address of another DHCP server, {server}");
        if (facts.Scope.With(message.CiAddr)?.Pool.Of(message.ChAddr) is not { } own || own.Address != message.CiAddr || !own.IsBound(now))
            return new DhcpAnswer.Silence($"it releases {message.CiAddr}, which it does not hold");
        return new DhcpAnswer.Silence($"released {own.Address}", own with { State = LeaseState.Released, Since = now, Until = now });
    }

    // §4.3.5
    internal static DhcpAnswer Inform(DhcpMessage message, DhcpFacts facts) =>
        message.CiAddr != Ipv4Address.Any && facts.Scope.With(message.CiAddr) is { } subnet
            ? DhcpReply.Inform(message, facts, subnet)
            : new DhcpAnswer.Silence($"an INFORM from {message.CiAddr}, which is not an address of {facts.Scope.InWords}");

    // RFC 951, RFC 1534 §2: a lease would never end, so only what a person decided is given.
    internal static DhcpAnswer Bootp(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        foreach (var subnet in facts.Scope.Subnets)
        {
            if (subnet.Pool.Fixed(message.ChAddr) is not { } address) continue;
            return subnet.Pool.CanHave(message.ChAddr, address, now, out var why) ? DhcpReply.Bootp(message, facts, subnet, address) : new DhcpAnswer.Silence(why);
        }
        return new DhcpAnswer.Silence($"BOOTP gives an address for ever, and {message.ChAddr} has none reserved: reserve one for it");
    }

    private static Lease? OwnLease(DhcpMessage message, DhcpFacts facts)
    {
        foreach (var subnet in facts.Scope.Subnets)
            if (subnet.Pool.Of(message.ChAddr) is { } lease) return lease;
        return null;
    }
}
