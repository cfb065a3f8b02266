using System.CommandLine;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner dns</c>: records, zones, settings, and what would be answered.</summary>
internal static class DnsCommand
{
    private static readonly Field Comment = new("--comment", "comment", FieldKind.Text, "for people");

    private static readonly Resource Records = new("records", "record", "Records that are answered: those of machines and networks, and those that people added", "id of an added record",
        [new("NAME", "name"), new("TTL", "ttl", Right: true), new("TYPE", "type"), new("DATA", "data"), new("FROM", "source"), new("HIDDEN", "hidden"), new("COMMENT", "comment"), new("ID", "id")],
        [new("name", "whole, www.rack.internal; * as the first label makes a wildcard", n => new() { ["name"] = n }), new("type", "A, AAAA, CNAME, MX, NS, PTR, SRV, SSHFP, TXT", t => new() { ["type"] = t.ToUpperInvariant() }),
            new("data", "as a zone file has it, \"10 mail.rack.internal\"", d => new() { ["data"] = d })],
        [new("--ttl", "ttl", FieldKind.Number, "seconds; 300 by default"), Comment, new("--value", "data", FieldKind.Text, "other data, as a zone file has it")])
    {
        Path = "dns/records",
        Filters =
        [
            new("--zone", "zone", FieldKind.Text, "only of this zone"), new("--name", "name", FieldKind.Text, "only of names that hold this text"), new("--type", "type", FieldKind.Text, "only of this type"), new("--added", "added", FieldKind.Flag, "only those that people added"),
            new("--limit", "limit", FieldKind.Number, "how many at most, 1 to 1000; 100 by default"), new("--offset", "offset", FieldKind.Number, "how many to leave out before"),
        ],
    };

    private static readonly Resource Zones = new("zones", "zone", "Zones that the appliance answers for", "its name",
        [new("ZONE", "name"), new("KIND", "kind"), new("SERVER", "server"), new("SERIAL", "serial", Right: true), new("COMMENT", "comment")],
        [new("name", "its name, lab.example", n => new() { ["name"] = n })], [Comment])
    { Path = "dns/zones", Filters = [new("--local", "local", FieldKind.Flag, "also those that are only never asked of others")] };

    private static readonly Field[] Settings =
    [
        new("--upstream", "upstreams", FieldKind.List, "servers that other names are asked of; none: those of the flags, or of the host"), new("--ipv6-prefix", "ipv6Prefixes", FieldKind.List, "IPv6 prefixes whose reverse names are answered here; none"),
    ];

    private static readonly Column[] Upstreams = [new("UPSTREAM", "server"), new("UP", "up"), new("MS", "milliseconds", Right: true), new("ANSWERS", "answers", Right: true), new("LAST FAULT", "lastFault")];

    public static Command Create()
    {
        var command = Connection.With(new Command("dns", "DNS: records, zones, settings, and what would be answered"));
        command.Add(ResourceCommand.Create(Records));
        command.Add(ResourceCommand.Create(Zones));
        command.Add(LookUp());
        command.Add(Status());
        command.Add(Set());
        command.Add(Forget());
        return command;
    }

    private static Command LookUp()
    {
        var name = new Argument<string>("name") { Description = "a domain name" };
        var type = new Argument<string>("type") { Description = "a type of record", DefaultValueFactory = _ => "A" };
        var command = new Command("lookup", "What a machine would be answered, and why") { name, type };
        command.Asks((parsed, api, cancel) => api.GetAsync($"dns/lookup?name={Uri.EscapeDataString(parsed.GetValue(name)!)}&type={Uri.EscapeDataString(parsed.GetValue(type)!)}", cancel), (screen, said, _) =>
        {
            screen.Say($"{said!["result"]}: {Screen.TextOf(said["why"])}");
            foreach (var line in said["answers"]!.AsArray().Concat(said["authority"]!.AsArray())) screen.Say($"  {Screen.TextOf(line)}");
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "How the asking of others fares");
        command.Asks((_, api, cancel) => api.GetAsync("dns/status", cancel), (screen, said, _) =>
        {
            screen.Table(said!["upstreams"]!.AsArray(), Upstreams, "there is no upstream server: only names of ours are answered");
            var cache = said["cache"]!;
            screen.Say($"{said["names"]} names of ours; {cache["entries"]} answers of others are kept ({Screen.Bytes(cache["bytes"])}, {cache["hits"]} hits, {cache["misses"]} misses); {said["underWay"]} are being asked");
        });
        return command;
    }

    private static Command Set()
    {
        var command = new Command("settings", "Shows what is done with names that are not ours, or changes it");
        var fields = ResourceCommand.Options(command, Settings);
        var forward = new Option<bool?>("--forward-private") { Description = "ask others for reverse names of private addresses outside our subnets: true or false" };
        var stale = new Option<bool?>("--serve-stale") { Description = "give an ended answer where nobody says anything newer: true or false" };
        command.Add(forward);
        command.Add(stale);
        command.Asks((parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            if (parsed.GetValue(forward) is { } f) body["forwardPrivate"] = f;
            if (parsed.GetValue(stale) is { } s) body["serveStale"] = s;
            return body.Count == 0 ? api.GetAsync("dns/settings", cancel) : api.AskAsync(HttpMethod.Patch, "dns/settings", body, cancel);
        }, (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command Forget()
    {
        var command = new Command("forget", "Forgets the answers of others");
        command.Asks((_, api, cancel) => api.AskAsync(HttpMethod.Delete, "dns/cache", null, cancel), (screen, _, _) => screen.Say("the answers of others are forgotten"));
        return command;
    }
}
