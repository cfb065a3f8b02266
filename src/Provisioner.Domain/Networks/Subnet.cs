using System.Collections.Immutable;
using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>A subnet and what its machines are told. Where something is empty the appliance's own setting counts.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Cidr">Its addresses.</param>
/// <param name="Vlan">Id of its VLAN; several subnets may share one.</param>
/// <param name="Name">For people, unique.</param>
public sealed record Subnet(string Id, Ipv4Subnet Cidr, string Vlan, string Name)
{
    /// <summary>Default gateway (option 3), or null for none.</summary>
    public Ipv4Address? Gateway { get; init; }
    /// <summary>DNS servers (option 6); with none, the appliance.</summary>
    public ImmutableArray<Ipv4Address> DnsServers { get; init; } = [];
    /// <summary>Time servers (option 42); with none, those of the flags, or the appliance.</summary>
    public ImmutableArray<Ipv4Address> NtpServers { get; init; } = [];
    /// <summary>Domain of the machines (option 15) without a trailing dot; null: the appliance's.</summary>
    public string? Domain { get; init; }
    /// <summary>Domains that names are looked up in (option 119).</summary>
    public ImmutableArray<string> SearchList { get; init; } = [];
    /// <summary>Length of a lease (option 51), two minutes to a year; null: an hour.</summary>
    public TimeSpan? LeaseTime { get; init; }
    /// <summary>How long every reply is held back: some old ROMs miss one that comes at once.</summary>
    public TimeSpan ReplyDelay { get; init; }
    /// <summary>Other DHCP options, by number.</summary>
    public ImmutableArray<SubnetOption> Options { get; init; } = [];
    /// <summary>For people.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>10.77.0.0/24 (rack)</c>, or the CIDR alone where that is its name.</summary>
    public override string ToString() => Name == Cidr.ToString() ? Name : $"{Cidr} ({Name})";
}

/// <summary>A DHCP option that a subnet gives besides the ordinary ones.</summary>
/// <param name="Code">Its number, 1 to 254.</param>
/// <param name="Value">Its value with its kind: <c>ip 10.0.0.1 10.0.0.2</c>, <c>text …</c>, <c>hex 01ff</c>, <c>u8 1</c>, <c>u16 1500</c>, <c>u32 60</c>, <c>flag true</c>.</param>
public sealed record SubnetOption(int Code, string Value);

/// <summary>Of what kind a range is.</summary>
public enum RangeKind
{
    /// <summary>DHCP gives from it.</summary>
    Dynamic,
    /// <summary>Nobody gets an address of it unless a person names it.</summary>
    Reserved,
}

/// <summary>A range of addresses. Ranges do not overlap.</summary>
/// <param name="Id">Fixed for life.</param>
/// <param name="Subnet">Id of its subnet.</param>
/// <param name="First">First address.</param>
/// <param name="Last">Last address, included.</param>
/// <param name="Kind">Of what kind it is.</param>
/// <param name="Comment">Whose it is or what for.</param>
public sealed record IpRange(string Id, string Subnet, Ipv4Address First, Ipv4Address Last, RangeKind Kind, string Comment = "")
{
    /// <summary>The address lies in it.</summary>
    public bool Contains(Ipv4Address address) => address.Value >= First.Value && address.Value <= Last.Value;

    /// <summary>How many addresses it has.</summary>
    public long Count => (long)Last.Value - First.Value + 1;

    /// <summary><c>the reserved range 10.77.0.2–10.77.0.9 (switches)</c>.</summary>
    public string InWords => $"the {(Kind == RangeKind.Dynamic ? "dynamic" : "reserved")} range {First}–{Last}{(Comment.Length > 0 ? $" ({Comment})" : "")}";
}

/// <summary>An address that one MAC always gets, and nobody else.</summary>
/// <param name="Address">The address; a MAC has one a subnet at the most.</param>
/// <param name="Mac">Whose.</param>
/// <param name="Subnet">Id of its subnet.</param>
public sealed record Reservation(Ipv4Address Address, MacAddress Mac, string Subnet)
{
    /// <summary>A name for the DNS, where the MAC is no enlisted machine's; or null.</summary>
    public string? HostName { get; init; }
    /// <summary>How long its replies are held back, longer than its subnet's.</summary>
    public TimeSpan ReplyDelay { get; init; }
    /// <summary>For people.</summary>
    public string Comment { get; init; } = "";
}

/// <summary>An address that is set by hand, or by a deployer, on what holds it: DHCP gives it to nobody.</summary>
/// <param name="Address">The address.</param>
/// <param name="Subnet">Id of its subnet.</param>
/// <param name="Holder">Whose it is, for people: <c>vip of the dashboard</c>.</param>
public sealed record StaticAddress(Ipv4Address Address, string Subnet, string Holder)
{
    /// <summary>Id of the machine that it goes with and is given back with; null for something else.</summary>
    public string? Machine { get; init; }
    /// <summary>The MAC that may be seen with it, or null.</summary>
    public MacAddress? Mac { get; init; }
    /// <summary>A name for the DNS, or null.</summary>
    public string? HostName { get; init; }
    /// <summary>Who asked for it.</summary>
    public string By { get; init; } = "";
    /// <summary>When.</summary>
    public DateTimeOffset Since { get; init; }
}
