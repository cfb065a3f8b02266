namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>Switches that are wired together.</summary>
/// <param name="Vlans">Its VLANs, as fabric:vid.</param>
internal sealed record FabricDto(string Id, string Name, string Description, IReadOnlyList<string> Vlans);

/// <summary>All fabrics.</summary>
internal sealed record FabricList(IReadOnlyList<FabricDto> Fabrics);

/// <summary>VLANs that may reach each other.</summary>
/// <param name="Vlans">Its VLANs, as fabric:vid.</param>
internal sealed record SpaceDto(string Id, string Name, string Description, IReadOnlyList<string> Vlans);

/// <summary>All spaces.</summary>
internal sealed record SpaceList(IReadOnlyList<SpaceDto> Spaces);

/// <summary>A broadcast domain.</summary>
/// <param name="Fabric">Name of its fabric; fabric:vid names the VLAN.</param>
/// <param name="Vid">0: untagged.</param>
/// <param name="Dhcp">off, server, proxy or relay.</param>
/// <param name="Interface">The appliance's own interface on it.</param>
/// <param name="Subnets">CIDRs.</param>
internal sealed record VlanDto(
    string Id, string Fabric, int Vid, string Name, string? Space, int Mtu, string Dhcp, string? Interface, IReadOnlyList<string> Subnets);

/// <summary>All VLANs.</summary>
internal sealed record VlanList(IReadOnlyList<VlanDto> Vlans);

/// <summary>A subnet and what its machines are told. What is empty is the appliance's own.</summary>
/// <param name="Vlan">fabric:vid.</param>
/// <param name="Dhcp">What DHCP does on its VLAN: off, server, proxy or relay.</param>
internal sealed record SubnetDto(
    string Id, string Cidr, string Name, string Description, string Vlan, string? Space, string Dhcp, string? Gateway, IReadOnlyList<string> DnsServers,
    IReadOnlyList<string> NtpServers, string? Domain, IReadOnlyList<string> SearchList, int? LeaseSeconds, double ReplyDelaySeconds,
    IReadOnlyList<OptionDto> Options, UsageDto? Usage);

/// <summary>All subnets, by address.</summary>
internal sealed record SubnetList(IReadOnlyList<SubnetDto> Subnets);

/// <summary>A DHCP option of a subnet's own.</summary>
/// <param name="Value">With its kind: <c>ip 10.0.0.1</c>, <c>text …</c>, <c>hex 01ff</c>, <c>u8</c>, <c>u16</c>, <c>u32</c>, <c>flag true</c>.</param>
internal sealed record OptionDto(int Code, string Value);

/// <summary>How full a subnet is, in addresses.</summary>
/// <param name="Free">Left for DHCP.</param>
internal sealed record UsageDto(long Hosts, long Dynamic, long Held, long Reserved, long Static, long Free);

/// <summary>A range.</summary>
/// <param name="Kind">dynamic or reserved.</param>
internal sealed record RangeDto(string Id, string Subnet, string First, string Last, long Count, string Kind, string Comment);

/// <summary>All ranges, by address.</summary>
internal sealed record RangeList(IReadOnlyList<RangeDto> Ranges);

/// <summary>An address that one MAC always gets.</summary>
/// <param name="Machine">Name of the enlisted machine with that MAC.</param>
internal sealed record ReservationDto(string Address, string Mac, string Subnet, string? HostName, string? Machine, double ReplyDelaySeconds, string Comment);

/// <summary>All reservations, by address.</summary>
internal sealed record ReservationList(IReadOnlyList<ReservationDto> Reservations);

/// <summary>An address that somebody has.</summary>
/// <param name="Kind">appliance, gateway, static, reservation, quarantine, lease, kept, in-use, range.</param>
/// <param name="Says">Who has it and why, in words.</param>
/// <param name="Until">When that ends by itself.</param>
internal sealed record AddressDto(string Address, string Kind, string? Mac, string? Machine, string Says, DateTimeOffset? Until);

/// <summary>Addresses in a row that nobody has.</summary>
/// <param name="Dynamic">DHCP gives them; otherwise they can be set by hand.</param>
internal sealed record FreeDto(string First, string Last, long Count, bool Dynamic);

/// <summary>Who has which address of a subnet, and what is free.</summary>
internal sealed record AddressList(string Subnet, UsageDto Usage, IReadOnlyList<AddressDto> Taken, IReadOnlyList<FreeDto> Free);

/// <summary>A lease.</summary>
/// <param name="State">offered, bound, released or declined.</param>
/// <param name="Held">Nobody else may have the address now.</param>
internal sealed record LeaseDto(string Address, string Mac, string? Machine, string Subnet, string State, bool Held, DateTimeOffset Since, DateTimeOffset Until);

/// <summary>Leases, the page that was asked for.</summary>
/// <param name="Total">How many match, over all pages.</param>
internal sealed record LeaseList(IReadOnlyList<LeaseDto> Leases, int Total);

// What the API takes. To change something give the fields that are to be different; an empty text takes a value away.

/// <summary>A fabric or space.</summary>
internal sealed record NamedBody(string Name, string? Description);

/// <summary>A VLAN.</summary>
/// <param name="Fabric">Name or id.</param>
/// <param name="Dhcp">off, server, proxy (beside an existing server) or relay (only what relays bring).</param>
internal sealed record VlanBody(string Fabric, int? Vid, string? Name, string? Space, int? Mtu, string? Dhcp);

/// <summary>A subnet.</summary>
/// <param name="Vlan">Id, or fabric:vid.</param>
internal sealed record SubnetBody(
    string Cidr, string Vlan, string? Name, string? Description, string? Gateway, string[]? DnsServers, string[]? NtpServers, string? Domain, string[]? SearchList,
    int? LeaseSeconds, double? ReplyDelaySeconds, OptionDto[]? Options);

/// <summary>A range.</summary>
/// <param name="Subnet">Id, CIDR or name; by default the one that the addresses lie in.</param>
/// <param name="Kind">dynamic (the default) or reserved.</param>
internal sealed record RangeBody(string First, string Last, string? Subnet, string? Kind, string? Comment);

/// <summary>A reservation.</summary>
internal sealed record ReservationBody(string Address, string Mac, string? HostName, double? ReplyDelaySeconds, string? Comment);

/// <summary>An address that is to be set by hand.</summary>
/// <param name="Address">By default the lowest that is free outside all ranges.</param>
/// <param name="Holder">Whose it is, for people; by default the machine's name.</param>
/// <param name="Machine">Id or name of an allocated or deployed machine: the address goes back with it.</param>
internal sealed record AddressBody(string? Address, string? Holder, string? Machine, string? Mac, string? HostName);
