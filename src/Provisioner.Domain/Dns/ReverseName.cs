using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dns;

/// <summary>Names under in-addr.arpa (RFC 1035 §3.5).</summary>
public static class ReverseName
{
    /// <summary>in-addr.arpa.</summary>
    public static readonly DnsName Apex = DnsName.Parse("in-addr.arpa");

    /// <summary>10.77.0.5 → 5.0.77.10.in-addr.arpa.</summary>
    public static DnsName Of(Ipv4Address address)
    {
        uint a = address.Value;
        return DnsName.Parse($"{a & 255}.{a >> 8 & 255}.{a >> 16 & 255}.{a >> 24}.in-addr.arpa");
    }

    /// <summary>The zone that a subnet's reverse names stand in: whole octets of its prefix, three at most, one at least.</summary>
    public static DnsName ApexOf(Ipv4Subnet subnet)
    {
        var name = Of(subnet.Network);
        for (int octets = Math.Clamp(subnet.PrefixLength / 8, 1, 3); octets < 4; octets++) name = name.Parent!;
        return name;
    }

    /// <summary>The name stands for an address in one of the subnets, or for a block of addresses that shares some with one.</summary>
    public static bool Overlaps(DnsName name, IReadOnlyList<Ipv4Subnet> subnets)
    {
        var octets = new List<byte>();
        var labels = new List<string>();
        for (var rest = name; rest.Labels > Apex.Labels; rest = rest.Parent!) labels.Add(rest.FirstLabel);
        labels.Reverse();
        foreach (string label in labels.Take(4))
        {
            if (!byte.TryParse(label, out byte octet)) break;
            octets.Add(octet);
        }
        uint value = 0;
        for (int i = 0; i < 4; i++) value = value << 8 | (i < octets.Count ? octets[i] : 0u);
        int known = octets.Count * 8;
        return subnets.Any(s => Ipv4Subnet.Of(s.Network, Math.Min(known, s.PrefixLength)).Contains(new(value)));
    }
}
