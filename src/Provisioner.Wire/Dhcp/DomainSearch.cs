using Provisioner.Wire.Dns;

namespace Provisioner.Wire.Dhcp;

/// <summary>Option 119 (RFC 3397): the domains that a client looks short names up in.</summary>
public static class DomainSearch
{
    /// <summary>The option; names point back to ends that were written before (RFC 1035 §4.1.4), over the joined parts of a long one.</summary>
    public static DhcpOption ToOption(IReadOnlyList<DnsName> domains)
    {
        var octets = new byte[domains.Count * DnsName.MaximumLength];
        var writer = new DnsWriter(octets);
        foreach (var domain in domains) writer.Name(domain);
        return new(DhcpOptionCode.DomainSearch, octets.AsMemory(0, writer.Length));
    }

    /// <summary>Reads the option's octets.</summary>
    /// <exception cref="WireException">a name is cut short, or points anywhere but back.</exception>
    public static IReadOnlyList<DnsName> Read(ReadOnlySpan<byte> octets)
    {
        var names = new List<DnsName>();
        var reader = new DnsReader(octets);
        while (!reader.AtEnd) names.Add(reader.Name());
        return names;
    }
}
