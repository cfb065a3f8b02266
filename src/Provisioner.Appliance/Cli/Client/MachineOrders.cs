using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner machines set|commission|allocate|deploy|release|abort|remove</c>: what can be asked of machines. Walks are followed, each machine's timeline as it comes.</summary>
internal static class MachineOrders
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private const int Page = 1000;

    private static readonly Field[] Settings =
    [
        new("--name", "name", FieldKind.Text, "its host name from now on"), new("--tags", "tags", FieldKind.List, "all tags that it is to have from now on; none for none"),
    ];

    public static IEnumerable<Command> Create() =>
    [
        Set(), Walk("commission", "Looks at their hardware and their BMCs (again)"), Deploy(), Walk("release", "Switches them off and gives them back"),
        Order("allocate", "Takes them, without installing yet"), Order("abort", "Stops what is under way"), Remove(),
    ];

    private static Command Set()
    {
        var machine = new Argument<string>("machine") { Description = "its name or id" };
        var command = new Command("set", "Changes a machine: what is named, and nothing else") { machine };
        var fields = ResourceCommand.Options(command, Settings);
        command.Asks(async (parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            if (body.Count == 0) throw new CliException($"nothing to change is named: {string.Join(", ", Settings.Select(f => f.Option))}");
            string path = $"machines/{ResourceCommand.Segment(parsed.GetValue(machine)!)}";
            JsonNode? said = null;
            if (body.Remove("tags", out var tags)) said = await api.AskAsync(HttpMethod.Put, $"{path}/tags", new JsonObject { ["tags"] = tags }, cancel);
            return body.Count > 0 ? await api.AskAsync(HttpMethod.Post, $"{path}/rename", body, cancel) : said;
        }, (screen, said, _) => screen.Say($"{said!["name"]}: {said["state"]}, {(said["tags"]!.AsArray() is { Count: > 0 } tags ? $"tags {string.Join(", ", tags)}" : "no tags")}"));
        return command;
    }

    private static Command Deploy()
    {
        var image = new Option<string>("--image") { Description = "the image, debian-12", Required = true };
        var role = new Option<string?>("--role") { Description = "the role that they get afterwards" };
        var disk = new Option<string?>("--disk") { Description = "the disk; default: chosen by size and kind" };
        var install = InstallOptions.Create();
        var command = Walk("deploy", "Installs a system on them", async (parsed, cancel) =>
        {
            var body = await install.BodyAsync(parsed, cancel);
            body["image"] = parsed.GetValue(image)!;
            if (parsed.GetValue(role) is { } given) body["role"] = given;
            if (parsed.GetValue(disk) is { } chosen) body["disk"] = chosen;
            return body;
        });
        foreach (Option option in (Option[])[image, role, disk]) command.Add(option);
        install.AddTo(command);
        return command;
    }

    private static Command Remove()
    {
        var machines = Several();
        var command = new Command("remove", "Forgets them: one that is switched on again is new") { machines };
        command.Asks(async (parsed, api, cancel) => await EachAsync(parsed.GetValue(machines)!, async m =>
        {
            await api.AskAsync(HttpMethod.Delete, $"machines/{ResourceCommand.Segment(m)}", null, cancel);
            return new JsonObject { ["name"] = m };
        }), (screen, said, _) =>
        {
            foreach (var one in said!.AsArray()) screen.Say($"{one!["name"]} is removed");
        });
        return command;
    }

    private static Command Order(string word, string about)
    {
        var machines = Several();
        var command = new Command(word, about) { machines };
        command.Asks(async (parsed, api, cancel) => await EachAsync(parsed.GetValue(machines)!, m => api.AskAsync(HttpMethod.Post, $"machines/{ResourceCommand.Segment(m)}/{word}", null, cancel)),
            (screen, said, _) => Say(screen, said!.AsArray()));
        return command;
    }

    private static Command Walk(string word, string about, Func<ParseResult, CancellationToken, Task<JsonObject?>>? body = null)
    {
        var machines = Several();
        var detach = new Option<bool>("--no-wait") { Description = "don't follow it until its end; else the exit code says how that was" };
        var command = new Command(word, about) { machines, detach };
        command.AsksFor(async (parsed, api, json, cancel) =>
        {
            var order = body is null ? null : await body(parsed, cancel);
            var output = parsed.InvocationConfiguration.Output;
            bool follow = !parsed.GetValue(detach);
            var told = new ConcurrentDictionary<string, long>();
            var begun = await EachAsync(parsed.GetValue(machines)!, async m =>
            {
                long last = follow ? await LastAsync(api, m, cancel) : 0;
                var said = await api.AskAsync(HttpMethod.Post, $"machines/{ResourceCommand.Segment(m)}/{word}", order, cancel);
                told[(string)said!["id"]!] = last;
                return said;
            });
            if (follow) begun = new([.. await Task.WhenAll(told.Select(t => FollowAsync(parsed, api, t.Key, t.Value, json ? TextWriter.Null : output, cancel)))]);
            if (json) await output.WriteLineAsync(begun.ToJsonString(Connection.Indented));
            else Say(new Screen(output), begun);
            return begun.Any(b => ((string)b!["state"]!).StartsWith("failed", StringComparison.Ordinal)) ? CliException.Refused : 0;
        });
        return command;
    }

    private static Argument<string[]> Several() => new("machine") { Description = "names or ids", Arity = ArgumentArity.OneOrMore };

    private static void Say(Screen screen, JsonArray machines)
    {
        foreach (var one in machines) screen.Say($"{one!["name"]}: {one["state"]}{((string?)one["failure"] is { Length: > 0 } why ? $": {why}" : "")}");
    }

    /// <summary>Asks the same of several machines at once. One that refuses keeps nobody from the others' orders: what was wrong is told of all at the end.</summary>
    /// <exception cref="CliException">some refused.</exception>
    public static async Task<JsonArray> EachAsync(IEnumerable<string> machines, Func<string, Task<JsonNode?>> ask)
    {
        var asked = machines.Distinct(StringComparer.Ordinal).Select(async machine =>
        {
            try
            {
                return (Said: await ask(machine), Fault: (string?)null);
            }
            catch (CliException e) when (e.Exit == CliException.Refused)
            {
                return (Said: null, Fault: $"{machine}: {e.Message}");
            }
        }).ToList();
        var answers = await Task.WhenAll(asked);
        string[] faults = [.. answers.Select(a => a.Fault).OfType<string>()];
        return faults.Length > 0 ? throw new CliException(string.Join("\n  ", faults)) : new JsonArray([.. answers.Select(a => a.Said)]);
    }

    private static async Task<long> LastAsync(ApiClient api, string machine, CancellationToken cancel)
    {
        for (long after = 0; ;)
        {
            var said = (await api.GetAsync($"machines/{ResourceCommand.Segment(machine)}/events?after={after}&limit={Page}", cancel))!;
            after = (long)said["next"]!;
            if (said["events"]!.AsArray().Count < Page) return after;
        }
    }

    private static async Task<JsonNode> FollowAsync(ParseResult parsed, ApiClient api, string id, long after, TextWriter output, CancellationToken cancel)
    {
        string path = $"machines/{id}";
        for (; ; await Task.Delay(Look, cancel))
        {
            // The state first: what is told until then is all that led to it.
            var machine = await api.GetThroughRestartsAsync(parsed, path, cancel);
            var said = await api.GetThroughRestartsAsync(parsed, $"{path}/events?after={after}&limit={Page}", cancel);
            after = (long)said["next"]!;
            foreach (var told in said["events"]!.AsArray())
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{((DateTimeOffset)told!["at"]!).ToLocalTime():HH:mm:ss} {Mark((string)told["level"]!)} {machine["name"]}: {told["text"]}"));
            if ((string)machine["state"]! is not ("commissioning" or "deploying" or "releasing")) return machine;
        }
    }

    private static char Mark(string level) => level switch
    {
        "warning" => '?',
        "error" => '!',
        _ => ' ',
    };
}
