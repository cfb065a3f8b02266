using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner controllers list|add|remove</c>: how a machine's power is switched. Secrets come from files, standard input or the environment, never from the command line.</summary>
internal static class ControllersCommand
{
    private const string PasswordVariable = "PROVISIONER_CONTROLLER_PASSWORD";
    // Redfish is tried, then IPMI, each with its own patience.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Column[] Columns =
    [
        new("ID", "id"), new("KIND", "kind"), new("ADDRESS", "address"), new("PORT", "port", Right: true), new("USER", "username"), new("FIRMWARE", "firmwareVersion"), new("SETTINGS", "set"), new("BY HAND", "byHand"),
    ];

    private static readonly Field[] Given =
    [
        new("--kind", "kind", FieldKind.Text, "ipmi, redfish …; by default what answers there"), new("--user", "username", FieldKind.Text, "user there"), new("--port", "port", FieldKind.Number, "its port, where it isn't the usual one"),
        new("--privilege", "privilege", FieldKind.Text, "IPMI's level of the user: administrator (default) or operator"), new("--first", "first", FieldKind.Flag, "it is the preferred one from now on"),
        new("--force", "force", FieldKind.Flag, "take it though it says that it is in another machine than this"),
    ];

    public static Command Create()
    {
        var command = Connection.With(new Command("controllers", "Power controllers of a machine: BMCs, outlets, hosts"));
        command.Add(List());
        command.Add(Add());
        command.Add(Remove());
        return command;
    }

    private static Command List()
    {
        var machine = Machine();
        var command = new Command("list", "Lists a machine's power controllers, the preferred one first") { machine };
        command.Asks((parsed, api, cancel) => api.GetAsync(PathOf(parsed.GetValue(machine)!), cancel), (screen, said, _) => Show(screen, said!));
        return command;
    }

    private static Command Add()
    {
        var machine = Machine();
        var address = new Argument<string>("address") { Description = "its address, host name or URI" };
        var replace = new Option<string?>("--replace") { Description = "id of the controller whose place it takes" };
        var password = new Option<string?>("--password-file") { Description = $"the password's file, - for standard input; default: {PasswordVariable}, else it is asked for" };
        var settings = new Option<string[]>("--set") { Description = "what its kind needs besides, NAME=VALUE: system, outlet (3 or 3,4), pdu, version, auth-protocol, priv-protocol, off-seconds, vm, mac, fingerprint, profile" };
        var secrets = new Option<string[]>("--secret-file") { Description = "a further secret, NAME=FILE: kg, auth, priv, community" };
        var command = new Command("add", "Gives a machine a power controller: it is spoken to, and the rest is found out") { machine, address, replace, password, settings, secrets };
        var fields = ResourceCommand.Options(command, Given);
        command.Asks((parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            body["address"] = parsed.GetValue(address);
            if (Password(parsed.GetValue(password), parsed.GetValue(fields[1].Option) is not null) is { Length: > 0 } word) body["password"] = word;
            if (parsed.GetValue(settings) is { Length: > 0 } set) body["settings"] = Pairs("--set", set, value => value);
            if (parsed.GetValue(secrets) is { Length: > 0 } files) body["secrets"] = Pairs("--secret-file", files, Read);
            string path = PathOf(parsed.GetValue(machine)!);
            return parsed.GetValue(replace) is { } id ? api.AskAsync(HttpMethod.Put, $"{path}/{ResourceCommand.Segment(id)}", body, cancel, Patience) : api.AskAsync(HttpMethod.Post, path, body, cancel, Patience);
        }, (screen, said, _) => Show(screen, said!));
        return command;
    }

    private static Command Remove()
    {
        var machine = Machine();
        var id = new Argument<string>("controller") { Description = "its id, as list shows it" };
        var command = new Command("remove", "Takes a power controller of a machine away") { machine, id };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, $"{PathOf(parsed.GetValue(machine)!)}/{ResourceCommand.Segment(parsed.GetValue(id)!)}", null, cancel),
            (screen, _, parsed) => screen.Say($"{parsed.GetValue(id)} is no longer a controller of {parsed.GetValue(machine)}"));
        return command;
    }

    private static Argument<string> Machine() => new("machine") { Description = "the machine's name or id" };

    private static string PathOf(string machine) => $"machines/{ResourceCommand.Segment(machine)}/controllers";

    private static void Show(Screen screen, JsonNode said)
    {
        var rows = said["controllers"]!.AsArray().Select(c =>
        {
            var row = c!.DeepClone();
            row["set"] = string.Join(' ', c["settings"]!.AsObject().Select(s => $"{s.Key}={s.Value}"));
            return row;
        });
        screen.Table(rows, Columns, "it has no power controller: it is switched by hand");
        screen.Say($"power: {MachinesCommand.PowerInWords(said["power"]!)}");
    }

    private static string? Password(string? file, bool named)
    {
        if (file is not null) return Read(file);
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } word) return word;
        if (!named) return null;
        if (Console.IsInputRedirected) return Console.In.ReadLine();
        return Spectre.Console.AnsiConsole.Prompt(new Spectre.Console.TextPrompt<string>("Password:") { IsSecret = true, Mask = null, AllowEmpty = true });
    }

    private static string Read(string file)
    {
        try
        {
            return (file == "-" ? Console.In.ReadLine() ?? "" : File.ReadAllText(file)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} can't be read: {e.Message}");
        }
    }

    private static JsonObject Pairs(string option, string[] given, Func<string, string> valueOf)
    {
        var pairs = new JsonObject();
        foreach (string one in given)
        {
            string[] parts = one.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0) throw new CliException($"{option} {one}: write it as NAME=VALUE");
            pairs[parts[0]] = valueOf(parts[1]);
        }
        return pairs;
    }
}
