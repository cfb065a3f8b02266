using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner machines</c>: which there are, where they stand, whether they are on, and what is asked of them.</summary>
internal static class MachinesCommand
{
    private static readonly Column[] Columns =
    [
        new("NAME", "name"), new("STATE", "state"), new("POWER", "powered"), new("SEEN", "seen"), new("ADDRESS", "address"), new("CONTROLLERS", "ways"), new("TAGS", "tags"), new("ID", "id"),
    ];

    private static readonly Field[] Filters =
    [
        new("--find", "q", FieldKind.Text, "words that must all occur in name, id, MAC, address, tag, maker, product, serial number, image or role"), new("--state", "state", FieldKind.Text, "only in these states, with commas; failed for all failed ones"),
        new("--tag", "tag", FieldKind.Text, "only with this tag"), new("--limit", "limit", FieldKind.Number, "how many at most, 1 to 1000; 100 by default"), new("--offset", "offset", FieldKind.Number, "how many to leave out before"),
    ];

    public static Command Create()
    {
        var command = Connection.With(new Command("machines", "Machines: where they stand, whether they are on; takes, installs and gives them back"));
        List(command);
        var list = new Command("list", "Lists machines");
        List(list);
        command.Add(list);
        var machine = new Argument<string>("machine") { Description = "its name or id" };
        var show = new Command("show", "Shows one machine") { machine };
        show.Asks((parsed, api, cancel) => api.GetAsync($"machines/{ResourceCommand.Segment(parsed.GetValue(machine)!)}", cancel), (screen, said, _) => screen.Sheet(said));
        command.Add(show);
        foreach (var order in MachineOrders.Create()) command.Add(order);
        return command;
    }

    /// <summary>What is known of the power, with its age.</summary>
    public static string PowerInWords(JsonNode power) => (string)power["state"]! switch
    {
        "unknown" when (string?)power["error"] is { } error => $"unknown for {Age(power["unknownSince"])}{(power["seenAt"] is null ? "" : $" (was {power["lastState"]}, seen {Age(power["seenAt"])} ago)")}: {Screen.TextOf(error)}",
        "unknown" => "never seen",
        var state => $"{state}{((bool?)power["atOutlet"] is true ? " at its outlet" : "")}, seen {Age(power["seenAt"])} ago",
    };

    private static void List(Command command)
    {
        var fields = ResourceCommand.Options(command, Filters);
        command.Asks((parsed, api, cancel) =>
        {
            var query = ResourceCommand.Body(parsed, fields).Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value!.ToString())}").ToList();
            return api.GetAsync($"machines{(query.Count > 0 ? $"?{string.Join('&', query)}" : "")}", cancel);
        }, (screen, said, _) =>
        {
            var rows = said!["machines"]!.AsArray().Select(m => Readable(m!.DeepClone())).ToList();
            screen.Table(rows, Columns, "there are no machines");
            if ((int)said["total"]! > rows.Count) screen.Say($"{rows.Count} of {said["total"]}: --limit and --offset show more");
        });
    }

    private static JsonNode Readable(JsonNode machine)
    {
        var power = machine["power"]!;
        machine["powered"] = (string?)power["state"];
        machine["seen"] = power["seenAt"] is null ? "" : $"{Age(power["seenAt"])} ago";
        machine["ways"] = new JsonArray([.. machine["controllers"]!.AsArray().Select(c => (JsonNode)$"{c!["id"]} {c["address"]}")]);
        return machine;
    }

    private static string Age(JsonNode? at) =>
        at is not null && DateTimeOffset.TryParse((string)at!, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? PowerReading.Age(DateTimeOffset.UtcNow - time) : "an unknown time";
}
