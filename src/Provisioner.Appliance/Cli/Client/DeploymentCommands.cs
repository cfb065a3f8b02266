using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>Bundles on the command line: deploy, plan, apply, drift, verify, resume, replace, deployments, secrets.</summary>
internal static class DeploymentCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Connection.With(Deploy()), Connection.With(Plan()),
        Connection.With(Run("apply", "Makes everything as the deployment's bundle says; a second apply changes nothing")),
        Connection.With(Run("drift", "Looks what was changed by hand since the last apply")),
        Connection.With(Run("verify", "Looks whether the deployment works")),
        Connection.With(Run("resume", "Goes on where something failed; what was done isn't done again")),
        Connection.With(Replace()), Connection.With(Deployments()), Connection.With(Secrets()),
    ];

    // Long work is followed unless somebody has other things to do.
    private static Option<bool> NoWait() => new("--no-wait") { Description = "don't follow it until its end; else the exit code says how that was" };

    private static Command Deploy()
    {
        var file = new Argument<string>("bundle") { Description = "the bundle's file" };
        var options = BundleOptions.Create();
        var detach = NoWait();
        var command = new Command("deploy", "Lays a bundle down: takes machines by tag, name and size, installs those without a system, configures all of them") { file, detach };
        options.AddTo(command);
        command.Follows(async (parsed, api, cancel) =>
        {
            var said = await api.AskAsync(HttpMethod.Post, "deployments", await options.BodyAsync(parsed, parsed.GetValue(file)!, cancel), cancel);
            return new((string)said!["name"]!, (long)said["last"]!, Follow: !parsed.GetValue(detach), Plan: false);
        });
        return command;
    }

    private static Command Plan()
    {
        var what = new Argument<string>("bundle") { Description = "a bundle's file, or a deployment's name" };
        var options = BundleOptions.Create();
        var command = new Command("plan", "Shows, machine by machine, what would change and why; touches nothing") { what };
        options.AddTo(command);
        command.Follows(async (parsed, api, cancel) =>
        {
            string given = parsed.GetValue(what)!, name = given;
            if (File.Exists(given))
                name = (string)(await api.AskAsync(HttpMethod.Post, "deployments/plan", await options.BodyAsync(parsed, given, cancel), cancel))!["name"]!;
            long last = 0;
            var deployment = await api.GetAsync($"deployments/{Uri.EscapeDataString(name)}", cancel);
            // Machines without a system, or whose agent hasn't called, can't be looked at: then the plan is what the bundle says.
            bool looks = deployment!["machines"]!.AsArray().All(m => (string)m!["state"]! == "deployed" && m["heardAt"] is not null);
            if (looks) last = (long)(await api.AskAsync(HttpMethod.Post, $"deployments/{Uri.EscapeDataString(name)}/plan", null, cancel))!["last"]!;
            return new(name, last, Follow: looks, Plan: true);
        });
        return command;
    }

    private static Command Run(string verb, string about)
    {
        var name = new Argument<string>("deployment") { Description = "the deployment's name" };
        var command = new Command(verb, about) { name };
        bool looks = verb is "drift" or "verify";
        var detach = NoWait();
        if (!looks) command.Add(detach);
        command.Follows(async (parsed, api, cancel) =>
        {
            var said = await api.AskAsync(HttpMethod.Post, $"deployments/{Uri.EscapeDataString(parsed.GetValue(name)!)}/{verb}", null, cancel);
            return new(parsed.GetValue(name)!, (long)said!["last"]!, Follow: looks || !parsed.GetValue(detach), Plan: looks);
        });
        return command;
    }

    private static Command Replace()
    {
        var machine = new Argument<string>("machine") { Description = "the lost machine, by name or id" };
        var detach = NoWait();
        var command = new Command("replace", "Puts another machine with the same tags in a lost one's place in its deployment, and applies") { machine, detach };
        command.Follows(async (parsed, api, cancel) =>
        {
            var said = await api.AskAsync(HttpMethod.Post, $"machines/{Uri.EscapeDataString(parsed.GetValue(machine)!)}/replace", null, cancel);
            return new((string)said!["name"]!, (long)said["last"]!, Follow: !parsed.GetValue(detach), Plan: false);
        });
        return command;
    }

    private static Command Deployments()
    {
        Column[] columns = [new("name", "name"), new("role", "role"), new("stage", "stage"), new("since", "stageSince"), new("machines", "machines"), new("by", "by"), new("why", "why")];
        var command = new Command("deployments", "Bundles that are laid down on machines, and machines that were given a role by itself");
        var list = new Command("list", "Lists them");
        foreach (var listing in new[] { command, list })
            listing.Asks((_, api, cancel) => api.GetAsync("deployments", cancel), (screen, said, _) => screen.Table(said!["deployments"]!.AsArray(), columns, "there are no deployments"));
        command.Add(list);
        command.Add(Show());
        var stopped = new Argument<string>("deployment");
        var stop = new Command("stop", "Ends what is under way") { stopped };
        stop.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Post, $"deployments/{Uri.EscapeDataString(parsed.GetValue(stopped)!)}/stop", null, cancel),
            (screen, _, parsed) => screen.Say($"{parsed.GetValue(stopped)} is stopped"));
        command.Add(stop);
        var released = new Argument<string>("deployment");
        var keep = new Option<bool>("--keep-machines") { Description = "the machines stay as they are" };
        var release = new Command("release", "Forgets it with its secrets, and gives its machines back") { released, keep };
        release.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, $"deployments/{Uri.EscapeDataString(parsed.GetValue(released)!)}{(parsed.GetValue(keep) ? "?keepMachines=true" : "")}", null, cancel),
            (screen, _, parsed) => screen.Say($"{parsed.GetValue(released)} is released"));
        command.Add(release);
        return command;
    }

    private static Command Show()
    {
        Column[] machines = [new("machine", "name"), new("group", "group"), new("state", "state"), new("heard", "heardAt")];
        Column[] steps = [new("step", "id"), new("machine", "machine"), new("status", "status"), new("seconds", "seconds", Right: true), new("what", "about")];
        var name = new Argument<string>("deployment");
        var command = new Command("show", "Shows one: its machines and the steps of its last apply") { name };
        command.Asks((parsed, api, cancel) => api.GetAsync($"deployments/{Uri.EscapeDataString(parsed.GetValue(name)!)}", cancel), (screen, said, _) =>
        {
            screen.Say($"{(string)said!["name"]!}: {(string)said["stage"]!}{((string)said["why"]! is { Length: > 0 } why ? $": {why}" : "")}");
            screen.Table(said["machines"]!.AsArray(), machines, "no machines");
            if (said["apply"] is JsonObject run) screen.Table(run["steps"]!.AsArray(), steps, "no steps");
        });
        return command;
    }

    private static Command Secrets()
    {
        Column[] columns = [new("secret", "key"), new("made", "made"), new("rotated", "rotated")];
        var command = new Command("secrets", "Secrets of deployments: made by the appliance, sealed, given only to machines that need them");
        var listed = new Argument<string>("deployment");
        var list = new Command("list", "Lists a deployment's secrets, without their values") { listed };
        list.Asks((parsed, api, cancel) => api.GetAsync($"deployments/{Uri.EscapeDataString(parsed.GetValue(listed)!)}/secrets", cancel),
            (screen, said, _) => screen.Table(said!["secrets"]!.AsArray(), columns, "it has no secrets"));
        command.Add(list);
        var name = new Argument<string>("deployment");
        var keys = new Argument<string[]>("secret") { Description = "which, as list names them; all without", Arity = ArgumentArity.ZeroOrMore };
        var detach = NoWait();
        var rotate = new Command("rotate", "Gives secrets new values and applies them on all machines that have them") { name, keys, detach };
        rotate.Follows(async (parsed, api, cancel) =>
        {
            var body = new JsonObject { ["keys"] = new JsonArray([.. (parsed.GetValue(keys) ?? []).Select(k => (JsonNode)k)]) };
            var said = await api.AskAsync(HttpMethod.Post, $"deployments/{Uri.EscapeDataString(parsed.GetValue(name)!)}/rotate", body, cancel);
            return new((string)said!["name"]!, (long)said["last"]!, Follow: !parsed.GetValue(detach), Plan: false);
        });
        command.Add(rotate);
        return command;
    }
}
