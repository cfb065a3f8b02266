using Provisioner.Domain.Boot;
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
        if (facts.Leases.Choose(mac, message.RequestedAddress, now) is not { } address)
            return new DhcpAnswer.Silence(
                $"no address is left in {facts.Leases.RangesInWords}: widen the range, or wait until a lease ends");
        var own = facts.Leases.Of(mac);
        bool bound = own?.Address == address && own.IsBound(now);
        var hold = bound ? null : new Lease(mac, address, LeaseState.Offered, now, now + SubnetPool.OfferHold);
        return DhcpReply.Lease(message, facts, DhcpMessageType.Offer, address) with { Lease = hold, AskFirst = own is not { State: LeaseState.Bound or LeaseState.Released } || own.Address != address };
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
        var own = facts.Leases.Of(message.ChAddr);
        if (server != Ipv4Address.From(facts.Network.Address))
        {
            // Its choice frees what we held for it.
            var freed = own is { State: LeaseState.Offered } ? own with { Until = now } : null;
            return new DhcpAnswer.Silence($"it took the offer of another DHCP server, {server}", freed);
        }
        var wanted = message.RequestedAddress ?? message.CiAddr;
        // Offers are not on disk: after a restart an address that is free is as good as the one that we offered.
        return Grant(message, facts, now, wanted);
    }

    private static DhcpAnswer InitReboot(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address requested)
    {
        if (!facts.Leases.Subnet.Cidr.Contains(requested)) return Nak(message, facts, $"{requested} is not an address of {facts.Leases.Subnet.Cidr}");
        return facts.Leases.Of(message.ChAddr) switch
        {
            // "If the server has no record of this client, then it MUST remain silent": it may be another server's.
            null => new DhcpAnswer.Silence($"asks for {requested} again, of which nothing is known here"),
            var own when own.Address != requested => Nak(message, facts, $"{requested} is not its address, {own.Address} is"),
            _ => Grant(message, facts, now, requested),
        };
    }

    // RENEWING (unicast) and REBINDING (broadcast) read alike.
    private static DhcpAnswer Extend(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address address)
    {
        if (!facts.Leases.Subnet.Cidr.Contains(address)) return Nak(message, facts, $"{address} is not an address of {facts.Leases.Subnet.Cidr}");
        return facts.Leases.InRange(address)
            ? Grant(message, facts, now, address)
            : new DhcpAnswer.Silence($"wants to keep {address}, which is outside our range: perhaps another server's");
    }

    private static DhcpAnswer Grant(DhcpMessage message, DhcpFacts facts, DateTimeOffset now, Ipv4Address address)
    {
        if (!facts.Leases.CanHave(message.ChAddr, address, now, out var why)) return Nak(message, facts, why);
        var lease = new Lease(message.ChAddr, address, LeaseState.Bound, now, now + DhcpTimes.Lease);
        return DhcpReply.Lease(message, facts, DhcpMessageType.Ack, address) with { Lease = lease };
    }

    // §4.3.3
    internal static DhcpAnswer Decline(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.ServerIdentifier is { } server && server != Ipv4Address.From(facts.Network.Address))
            return new DhcpAnswer.Silence($"it declines an address of another DHCP server, {server}");
        var own = facts.Leases.Of(message.ChAddr);
        if (own is null || own.Address != message.RequestedAddress)
            return new DhcpAnswer.Silence($"it declines {message.RequestedAddress?.ToString() ?? "no address"}, which is not its own");
        return new DhcpAnswer.Silence(
            $"somebody else uses {own.Address}: nobody gets it for {DhcpTimes.Quarantine.TotalMinutes:0} minutes; look for a machine with that address set by hand",
            own with { State = LeaseState.Declined, Since = now, Until = now + DhcpTimes.Quarantine });
    }

    // §4.3.4
    internal static DhcpAnswer Release(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        var own = facts.Leases.Of(message.ChAddr);
        if (own is null || own.Address != message.CiAddr || !own.IsBound(now))
            return new DhcpAnswer.Silence($"it releases {message.CiAddr}, which it does not hold");
        return new DhcpAnswer.Silence($"released {own.Address}", own with { State = LeaseState.Released, Since = now, Until = now });
    }

    // §4.3.5
    internal static DhcpAnswer Inform(DhcpMessage message, DhcpFacts facts) =>
        message.CiAddr == Ipv4Address.Any || !facts.Leases.Subnet.Cidr.Contains(message.CiAddr)
            ? new DhcpAnswer.Silence($"an INFORM from {message.CiAddr}, which is not an address of {facts.Leases.Subnet.Cidr}")
            : DhcpReply.Inform(message, facts);

    private static DhcpAnswer.Reply Nak(DhcpMessage message, DhcpFacts facts, string why) => DhcpReply.Nak(message, facts, why);
}
