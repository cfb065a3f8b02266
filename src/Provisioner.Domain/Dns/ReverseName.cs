using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Names of addresses: in-addr.arpa (RFC 1035 §3.5), with RFC 2317's for subnets longer than /24, and ip6.arpa (RFC 3596 §2.5).</summary>
public static class ReverseName
{
    private static readonly DnsName V4Root = DnsName.Parse("in-addr.arpa"), V6Root = DnsName.Parse("ip6.arpa");

    /// <summary>10.77.0.5 → 5.0.77.10.in-addr.arpa.</summary>
    public static DnsName Of(Ipv4Address address) => Block(address, 4);

    /// <summary>2001:db8::1 → 1.0.0. … .8.b.d.0.1.0.0.2.ip6.arpa.</summary>
    /// <param name="address">16 octets.</param>
    public static DnsName OfV6(ReadOnlySpan<byte> address) => Nibbles(address, 32);

    /// <summary>
    /// Zones for a subnet's reverse names: cut at whole octets, so several for a prefix between two of them (a /20 has sixteen). For a prefix longer than
    /// /24 its own zone as RFC 2317 names it, 64/26.0.0.10.in-addr.arpa, and an alias into it for each address.
    /// </summary>
    public static IEnumerable<(DnsName Apex, DnsZoneKind Kind)> ZonesOf(Ipv4Subnet subnet)
    {
        if (subnet.PrefixLength > 24)
        {
            yield return (Classless(subnet), DnsZoneKind.Reverse);
            for (uint a = subnet.Network.Value; a <= subnet.Broadcast.Value && a >= subnet.Network.Value; a++) yield return (Of(new(a)), DnsZoneKind.Alias);
            yield break;
        }
        int octets = Math.Max(1, (subnet.PrefixLength + 7) / 8);
        uint step = 1u << 32 - octets * 8;
        for (ulong a = subnet.Network.Value; a <= subnet.Broadcast.Value; a += step) yield return (Block(new((uint)a), octets), DnsZoneKind.Reverse);
    }

    /// <summary>The PTR record of an address in a subnet; in one longer than /24 with the alias that leads to it (RFC 2317 §4).</summary>
    public static IEnumerable<DnsRecord> Pointers(Ipv4Address address, Ipv4Subnet subnet, DnsName to, uint ttl)
    {
        var own = Of(address);
        if (subnet.PrefixLength > 24 && Classless(subnet).Child($"{address.Value & 255}") is { } inBlock)
        {
            yield return new(own, DnsType.Cname, DnsRecord.Internet, ttl, DnsRdata.Host(inBlock));
            own = inBlock;
        }
        yield return new(own, DnsType.Ptr, DnsRecord.Internet, ttl, DnsRdata.Host(to));
    }

    /// <summary>The zone of an IPv6 prefix.</summary>
    /// <param name="network">16 octets.</param>
    /// <param name="prefixLength">A multiple of four, 4 to 124: zones end between hexadecimal digits.</param>
    public static DnsName ZoneOfV6(ReadOnlySpan<byte> network, int prefixLength) => Nibbles(network, prefixLength / 4);

    private static DnsName Classless(Ipv4Subnet subnet) =>
        Block(subnet.Network, 3).Child($"{subnet.Network.Value & 255}/{subnet.PrefixLength}")!;

    private static DnsName Block(Ipv4Address address, int octets)
    {
        var name = V4Root;
        for (int i = 0; i < octets; i++) name = name.Child($"{address.Value >> 24 - 8 * i & 255}")!;
        return name;
    }

    private static DnsName Nibbles(ReadOnlySpan<byte> address, int count)
    {
        var name = V6Root;
        for (int i = 0; i < count; i++) name = name.Child($"{address[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15:x}")!;
        return name;
    }
}
