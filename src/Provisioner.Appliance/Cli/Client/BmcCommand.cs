using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner bmc sensors|sel|fru|identify|lan|users MACHINE</c>: what a machine's BMC can be asked besides power.</summary>
internal static class BmcCommand
{
    private static readonly Column[] Sensor =
        [new("SENSOR", "name"), new("TYPE", "type"), new("VALUE", "value", Right: true), new("UNIT", "unit"), new("STATES", "states"), new("HEALTH", "health"), new("CRITICAL", "{thresholds.lowerCritical} … {thresholds.upperCritical}")];

    private static readonly Column[] Entry = [new("ID", "id", Right: true), new("AT", "at"), new("HEALTH", "health"), new("EVENT", "text")];

    private static readonly Column[] User = [new("NUMBER", "number", Right: true), new("NAME", "name"), new("PRIVILEGE", "privilege"), new("ENABLED", "enabled")];

    private static readonly Field[] LanFields =
    [
        new("--source", "source", FieldKind.Text, "static or dhcp"), new("--address", "address", FieldKind.Text, "its IPv4 address: what moves the BMC comes last"), new("--mask", "mask", FieldKind.Text, "subnet mask"),
        new("--gateway", "gateway", FieldKind.Text, "default gateway"), new("--vlan", "vlan", FieldKind.Number, "VLAN; 0 for none"),
    ];

    public static Command Create()
    {
        var command = Connection.With(new Command("bmc", "What a machine's BMC says: sensors, event log, inventory; its light, LAN settings and users"));
        command.Add(Look("sensors", "Its sensors, with values, units and states", "sensors", (screen, said) =>
        {
            screen.Table(said["sensors"]!.AsArray(), Sensor, "its BMC has no sensors");
            if (said["watts"] is { } watts) screen.Say($"It takes {watts} W.");
        }));
        command.Add(Log());
        command.Add(Look("fru", "What its parts say that they are", "fru", (screen, said) =>
        {
            foreach (var part in said["parts"]!.AsArray()) screen.Sheet(part);
        }));
        command.Add(Identify());
        command.Add(Lan());
        command.Add(Look("users", "Its BMC's users", "users", (screen, said) => screen.Table(said["users"]!.AsArray(), User, "it lists no users")));
        return command;
    }

    private static Argument<string> Machine() => new("machine") { Description = "its name or id" };

    private static string Path(ParseResult parsed, Argument<string> machine, string what) => $"machines/{ResourceCommand.Segment(parsed.GetValue(machine)!)}/{what}";

    private static Command Look(string word, string about, string path, Action<Screen, JsonNode> show)
    {
        var machine = Machine();
        var command = new Command(word, about) { machine };
        command.Asks((parsed, api, cancel) => api.GetAsync(Path(parsed, machine, path), cancel), (screen, said, _) => show(screen, said!));
        return command;
    }

    private static Command Log()
    {
        var machine = Machine();
        var clear = new Option<bool>("--clear") { Description = "clears it" };
        var command = new Command("sel", "Its BMC's event log") { machine, clear };
        command.Asks((parsed, api, cancel) => api.AskAsync(parsed.GetValue(clear) ? HttpMethod.Delete : HttpMethod.Get, Path(parsed, machine, "sel"), null, cancel), (screen, said, parsed) =>
        {
            if (parsed.GetValue(clear)) screen.Say($"{said!["entries"]} entries were cleared");
            else screen.Table(said!["entries"]!.AsArray(), Entry, "its event log is empty");
        });
        return command;
    }

    private static Command Identify()
    {
        var machine = Machine();
        var seconds = new Option<int?>("--seconds") { Description = "1 to 255; without it: until it is switched off" };
        var off = new Option<bool>("--off") { Description = "switches it off" };
        var command = new Command("identify", "Switches on the light by which it is found in the rack") { machine, seconds, off };
        command.Asks((parsed, api, cancel) =>
        {
            int? given = parsed.GetValue(off) ? 0 : parsed.GetValue(seconds);
            return api.AskAsync(HttpMethod.Post, Path(parsed, machine, "identify"), given is { } some ? new JsonObject { ["seconds"] = some } : [], cancel);
        }, (screen, said, _) => screen.Say((int?)said!["seconds"] switch { 0 => "The light is off.", null => "The light is on until it is switched off.", var some => $"The light is on for {some} s." }));
        return command;
    }

    private static Command Lan()
    {
        var machine = Machine();
        var command = new Command("lan", "Its BMC's LAN settings; with options: changes them") { machine };
        var fields = ResourceCommand.Options(command, LanFields);
        command.Asks((parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            return body.Count == 0 ? api.GetAsync(Path(parsed, machine, "lan"), cancel) : api.AskAsync(HttpMethod.Put, Path(parsed, machine, "lan"), body, cancel);
        }, (screen, said, _) => screen.Sheet(said));
        return command;
    }
}
