using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>
/// Which address a DISCOVER is offered where a VLAN has several subnets: what a person decided, in whichever of them; what the client has;
/// what it asks for; then the first subnet that has one left. In one subnet <see cref="SubnetPool.Choose"/> has the same order.
/// </summary>
internal static class AddressChoice
{
    internal static (DhcpSubnet Subnet, Ipv4Address Address)? For(DhcpMessage message, DhcpScope scope, DateTimeOffset now, out string? why)
    {
        var mac = message.ChAddr;
        why = null;
        foreach (var subnet in scope.Subnets)
            if (subnet.Pool.Fixed(mac) is { } decided)
                return subnet.Pool.CanHave(mac, decided, now, out why) ? (subnet, decided) : null;
        if (scope.Subnets.Length > 1 && Known(message, scope, now) is { } known) return known;
        foreach (var subnet in scope.Subnets)
            if (subnet.Pool.Choose(mac, message.RequestedAddress, now) is { } address) return (subnet, address);
        why = NoneLeft(scope);
        return null;
    }

    private static (DhcpSubnet, Ipv4Address)? Known(DhcpMessage message, DhcpScope scope, DateTimeOffset now)
    {
        var mac = message.ChAddr;
        foreach (var subnet in scope.Subnets)
            if (subnet.Pool.Of(mac) is { } own && subnet.Pool.CanHave(mac, own.Address, now, out _)) return (subnet, own.Address);
        if (message.RequestedAddress is { } asked && scope.With(asked) is { } with && with.Pool.CanHave(mac, asked, now, out _)) return (with, asked);
        return null;
    }

    private static string NoneLeft(DhcpScope scope) =>
        scope.Subnets.All(s => s.Pool.Dynamic.IsEmpty)
            ? $"{scope.InWords} has no dynamic range, and nothing is reserved for it: add a range, or reserve an address"
            : $"no address is left in {string.Join(", ", scope.Subnets.Where(s => !s.Pool.Dynamic.IsEmpty).Select(s => s.Pool.RangesInWords))}: widen the range, or wait until a lease ends";
}
