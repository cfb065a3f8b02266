using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;
using Provisioner.Wire.Dns;

namespace Provisioner.Domain.Dhcp;

/// <summary>
/// A subnet as its machines are served over one of the appliance's interfaces: whose its addresses are, and what they are told, written out
/// once and not for each packet.
/// </summary>
public sealed class DhcpSubnet
{
    private const int EthernetMtu = 1500;
    // From here on numbers mean what a vendor or a site says (RFC 3942 §2): who wants one seldom lists it in option 55.
    private const DhcpOptionCode VendorsAndSites = (DhcpOptionCode)128;

    /// <param name="pool">Whose its addresses are.</param>
    /// <param name="network">The interface that it is served over.</param>
    public DhcpSubnet(SubnetPool pool, ServedNetwork network)
    {
        (Pool, LeaseTime) = (pool, pool.Subnet.LeaseTime ?? DhcpTimes.Lease);
        Times =
        [
            DhcpOption.Of(DhcpOptionCode.LeaseTime, (uint)LeaseTime.TotalSeconds),
            DhcpOption.Of(DhcpOptionCode.RenewalTime, (uint)(DhcpTimes.Renewal * LeaseTime).TotalSeconds),
            DhcpOption.Of(DhcpOptionCode.RebindingTime, (uint)(DhcpTimes.Rebinding * LeaseTime).TotalSeconds),
        ];
        string domain = pool.Subnet.Domain ?? network.Domain;
        Domain = domain;
        Always = [.. Everybody(pool.Subnet, Ipv4Address.From(network.Address), domain)];
        var own = Own(pool.Subnet).ToList();
        Unasked = [.. own.Where(o => o.Code >= VendorsAndSites)];
        Asked = [.. Standard(pool), .. own.Where(o => o.Code < VendorsAndSites)];
    }

    /// <summary>Whose its addresses are.</summary>
    public SubnetPool Pool { get; }

    /// <summary>How long a lease lasts.</summary>
    public TimeSpan LeaseTime { get; }

    /// <summary>Domain of its machines; empty for none.</summary>
    internal string Domain { get; }

    /// <summary>Options 51, 58, 59.</summary>
    internal DhcpOption[] Times { get; }

    /// <summary>Options that everybody gets: old ROMs need them and don't list them.</summary>
    internal DhcpOption[] Always { get; }

    /// <summary>Options for those that list them in option 55, or have none.</summary>
    internal DhcpOption[] Asked { get; }

    /// <summary>The subnet's own options that go to everybody.</summary>
    internal DhcpOption[] Unasked { get; }

    /// <summary>How long a reply to a MAC is held back.</summary>
    internal TimeSpan DelayFor(MacAddress mac)
    {
        var delay = Pool.Subnet.ReplyDelay;
        return Pool.Model.ReservationOf(mac, Pool.Subnet.Id) is { } reservation && reservation.ReplyDelay > delay ? reservation.ReplyDelay : delay;
    }

    private static IEnumerable<DhcpOption> Everybody(Subnet subnet, Ipv4Address own, string domain)
    {
        yield return DhcpOption.Of(DhcpOptionCode.SubnetMask, subnet.Cidr.Mask);
        if (subnet.Gateway is { } gateway) yield return DhcpOption.Of(DhcpOptionCode.Router, gateway);
        yield return DhcpOption.Of(DhcpOptionCode.DnsServers, subnet.DnsServers.IsEmpty ? [own] : [.. subnet.DnsServers]);
        if (domain.Length > 0) yield return DhcpOption.Of(DhcpOptionCode.DomainName, domain);
        // Where no time servers were named the appliance is one.
        yield return DhcpOption.Of(DhcpOptionCode.NtpServers, subnet.NtpServers.IsEmpty ? [own] : [.. subnet.NtpServers]);
    }

    private static IEnumerable<DhcpOption> Standard(SubnetPool pool)
    {
        var subnet = pool.Subnet;
        int mtu = pool.Model.VlanOf(subnet).Mtu;
        if (mtu != EthernetMtu) yield return new(DhcpOptionCode.InterfaceMtu, new[] { (byte)(mtu >> 8), (byte)mtu });
        yield return DhcpOption.Of(DhcpOptionCode.BroadcastAddress, subnet.Cidr.Broadcast);
        var search = subnet.SearchList.Select(d => DnsName.TryParse(d, out var name) ? name : null).OfType<DnsName>().ToList();
        if (search.Count > 0) yield return DomainSearch.ToOption(search);
    }

    private static IEnumerable<DhcpOption> Own(Subnet subnet)
    {
        foreach (var written in subnet.Options)
            if (DhcpOptionText.TryRead(written.Code, written.Value, out var option, out _)) // the model takes no other
                yield return option.Code == DhcpOptionCode.ClasslessRoutes ? WithDefaultRoute(option, subnet.Gateway) : option;
    }

    // Whoever understands option 121 ignores option 3 (RFC 3442, page 5): without this a subnet that gains a route loses its gateway.
    private static DhcpOption WithDefaultRoute(DhcpOption option, Ipv4Address? gateway)
    {
        var routes = ClasslessRoute.Read(option.Value.Span);
        return gateway is { } router && routes.All(r => r.PrefixLength > 0) ? ClasslessRoute.ToOption([.. routes, new(Ipv4Address.Any, 0, router)]) : option;
    }
}
