using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>What the network model is made of, as the command line knows it.</summary>
internal static class NetworkResources
{
    private static readonly Field Description = new("--description", "description", FieldKind.Text, "for people"), Comment = new("--comment", "comment", FieldKind.Text, "for people: whose it is, what for");
    private static readonly Named Name = new("name", "its name", name => new() { ["name"] = name });

    private static readonly Resource Fabrics = new("fabrics", "fabric", "Fabrics: switches that are wired together", "id or name",
        [new("NAME", "name"), new("VLANS", "vlans"), new("DESCRIPTION", "description"), new("ID", "id")],
        [Name], [new("--name", "name", FieldKind.Text, "another name"), Description]);

    private static readonly Resource Spaces = new("spaces", "space", "Spaces: VLANs that may reach each other", "id or name",
        [new("NAME", "name"), new("VLANS", "vlans"), new("DESCRIPTION", "description"), new("ID", "id")],
        [Name], [new("--name", "name", FieldKind.Text, "another name"), Description]);

    private static readonly Resource Vlans = new("vlans", "VLAN", "VLANs: broadcast domains, and what DHCP does on each", "id, or FABRIC:VID",
        [new("VLAN", "{fabric}:{vid}"), new("NAME", "name"), new("DHCP", "dhcp"), new("INTERFACE", "interface"), new("MTU", "mtu", Right: true), new("SPACE", "space"), new("SUBNETS", "subnets"), new("ID", "id")],
        [new("vlan", "FABRIC:VID, the number 0 for untagged", FabricAndVid)],
        [
            new("--name", "name", FieldKind.Text, "for people"), new("--space", "space", FieldKind.Optional, "its space, or none"), new("--mtu", "mtu", FieldKind.Number, "largest packet, 68 to 65535"),
            new("--dhcp", "dhcp", FieldKind.Text, "off, server, proxy (beside an existing DHCP server) or relay (only what relays bring)"),
        ]);

    private static readonly Resource Subnets = new("subnets", "subnet", "Subnets: their addresses, and what machines in them are told", "CIDR, name or id",
        [new("CIDR", "cidr"), new("NAME", "name"), new("VLAN", "vlan"), new("DHCP", "dhcp"), new("GATEWAY", "gateway"), new("FREE", "usage.free", Right: true), new("HELD", "usage.held", Right: true), new("RESERVED", "usage.reserved", Right: true), new("STATIC", "usage.static", Right: true)],
        [new("cidr", "its addresses, 10.77.0.0/24", cidr => new() { ["cidr"] = cidr })],
        [
            new("--vlan", "vlan", FieldKind.Text, "its VLAN: id, or FABRIC:VID"), new("--name", "name", FieldKind.Text, "for people"), Description,
            new("--gateway", "gateway", FieldKind.Optional, "default gateway (option 3), or none"), new("--dns", "dnsServers", FieldKind.List, "DNS servers (option 6); none: the appliance"),
            new("--ntp", "ntpServers", FieldKind.List, "time servers (option 42); none: the appliance's own choice"), new("--domain", "domain", FieldKind.Optional, "domain of its machines; none: the appliance's"),
            new("--search", "searchList", FieldKind.List, "domains that names are looked up in (option 119)"), new("--lease", "leaseSeconds", FieldKind.Number, "seconds that a lease lasts; 0: the appliance's own choice"),
            new("--reply-delay", "replyDelaySeconds", FieldKind.Number, "seconds that every reply is held back, for odd old ROMs"),
            new("--option", "options", FieldKind.Pairs, "a DHCP option of its own, \"43=hex 01ff\" (may be repeated: all of them); none"),
            new("--dhcp", "dhcp", FieldKind.Text, "what DHCP does on its VLAN: off, server, proxy or relay"),
        ]);

    private static readonly Resource Ranges = new("ranges", "range", "Ranges: dynamic ones, which DHCP gives from, and reserved ones, which nobody gets addresses of by itself", "FIRST-LAST or id",
        [new("RANGE", "{first}-{last}"), new("KIND", "kind"), new("ADDRESSES", "count", Right: true), new("SUBNET", "subnet"), new("COMMENT", "comment"), new("ID", "id")],
        [new("range", "FIRST-LAST, 10.77.0.100-10.77.0.199", FirstAndLast)],
        [new("--kind", "kind", FieldKind.Text, "dynamic (the default) or reserved"), Comment, new("--first", "first", FieldKind.Text, "another first address"), new("--last", "last", FieldKind.Text, "another last address")])
    { Filters = [new("--subnet", "subnet", FieldKind.Text, "only those of this subnet: CIDR, name or id")] };

    private static readonly Resource Reservations = new("reservations", "reservation", "Reservations: addresses that one MAC always gets", "its address",
        [new("ADDRESS", "address"), new("MAC", "mac"), new("MACHINE", "machine"), new("HOST NAME", "hostName"), new("COMMENT", "comment"), new("SUBNET", "subnet")],
        [new("address", "10.77.0.20", a => new() { ["address"] = a }), new("mac", "52:54:00:12:34:56", m => new() { ["mac"] = m })],
        [new("--host-name", "hostName", FieldKind.Optional, "its name in DNS, or none"), new("--reply-delay", "replyDelaySeconds", FieldKind.Number, "seconds that replies to it are held back"), Comment]);

    private static readonly Resource Leases = new("leases", "lease", "Leases that DHCP gave", "",
        [new("ADDRESS", "address"), new("MAC", "mac"), new("MACHINE", "machine"), new("STATE", "state"), new("HELD", "held"), new("SINCE", "since"), new("UNTIL", "until"), new("SUBNET", "subnet")],
        [], [])
    {
        Removed = "Ends the lease of an address, or its quarantine: it is free for others at once",
        Filters =
        [
            new("--subnet", "subnet", FieldKind.Text, "only those of this subnet: CIDR, name or id"), new("--mac", "mac", FieldKind.Text, "only those of this MAC"), new("--held", "held", FieldKind.Flag, "only those that hold their address now"),
            new("--limit", "limit", FieldKind.Number, "how many at most, 1 to 1000; 100 by default"), new("--offset", "offset", FieldKind.Number, "how many to leave out before"),
        ],
    };

    private static readonly Resource Neighbours = new("neighbours", "neighbour", "Neighbours: who was heard on the served links by ARP", "",
        [new("ADDRESS", "address"), new("MAC", "mac"), new("INTERFACE", "interface"), new("FIRST SEEN", "first"), new("LAST SEEN", "last")], [], []);

    /// <summary>All of them, in the order of the help.</summary>
    public static readonly Resource[] All = [Fabrics, Vlans, Spaces, Subnets, Ranges, Reservations, Leases, Neighbours];

    private static JsonObject FabricAndVid(string given)
    {
        string[] parts = given.Split(':', 2);
        if (parts.Length != 2 || !int.TryParse(parts[1], out int vid)) throw new CliException($"{given}: write it as FABRIC:VID, such as rack:20");
        return new() { ["fabric"] = parts[0], ["vid"] = vid };
    }

    private static JsonObject FirstAndLast(string given)
    {
        string[] ends = given.Split('-', 2, StringSplitOptions.TrimEntries);
        if (ends.Length != 2) throw new CliException($"{given}: write it as FIRST-LAST, 10.77.0.100-10.77.0.199");
        return new() { ["first"] = ends[0], ["last"] = ends[1] };
    }
}
