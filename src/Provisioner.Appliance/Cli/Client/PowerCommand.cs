using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner power on|off|cycle|reset|soft-off|status MACHINE</c>.</summary>
internal static class PowerCommand
{
    // An order with every way of the ladder tried: three minutes for a shutdown, four tries of a minute.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    private static readonly (string Word, string About)[] Orders =
    [
        ("on", "Switches machines on"), ("off", "Cuts their power at once: what isn't written yet is lost"), ("cycle", "Cuts their power and brings it back"),
        ("reset", "Restarts them at once"), ("soft-off", "Asks their systems to shut down (ACPI)"),
    ];

    public static Command Create()
    {
        var command = Connection.With(new Command("power", "Switches machines; each order is read back before success is said"));
        foreach (var (word, about) in Orders) command.Add(Order(word, about));
        var machine = new Argument<string>("machine") { Description = "its name or id" };
        var status = new Command("status", "Whether it is on, and when that was seen") { machine };
        status.Asks((parsed, api, cancel) => api.GetAsync($"machines/{ResourceCommand.Segment(parsed.GetValue(machine)!)}", cancel), (screen, said, _) => Say(screen, said!));
        command.Add(status);
        return command;
    }

    private static Command Order(string word, string about)
    {
        var machines = new Argument<string[]>("machine") { Description = "names or ids", Arity = ArgumentArity.OneOrMore };
        var command = new Command(word, about) { machines };
        command.Asks(async (parsed, api, cancel) => await MachineOrders.EachAsync(parsed.GetValue(machines)!,
            m => api.AskAsync(HttpMethod.Post, $"machines/{ResourceCommand.Segment(m)}/power", new JsonObject { ["action"] = word }, cancel, Patience)), (screen, said, _) =>
        {
            foreach (var one in said!.AsArray()) Say(screen, one!);
        });
        return command;
    }

    private static void Say(Screen screen, JsonNode machine) => screen.Say($"{machine["name"]}: {MachinesCommand.PowerInWords(machine["power"]!)}");
}
