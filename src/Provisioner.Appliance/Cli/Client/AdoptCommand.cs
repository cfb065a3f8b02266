using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner adopt NAME</c>: prints what makes a running machine one of ours.</summary>
internal static class AdoptCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "its host name" };
        var tags = new Option<string[]>("--tag") { Description = "a tag for it (may be repeated)" };
        var appliance = new Option<string?>("--appliance") { Description = "the appliance's address as that machine reaches it; default: the one that this command asks" };
        var command = new Command("adopt", "Takes a machine that runs already, whoever installed it: prints a script with its token, to be run there once as root (provisioner adopt node1 | ssh root@node1 sh)") { name, tags, appliance };
        command.Asks((parsed, api, cancel) =>
        {
            var body = new JsonObject { ["name"] = parsed.GetValue(name) };
            if (parsed.GetValue(tags) is { Length: > 0 } given) body["tags"] = new JsonArray([.. given.Select(t => (JsonNode)t)]);
            if (parsed.GetValue(appliance) is { } address) body["appliance"] = address;
            return api.AskAsync(HttpMethod.Post, "machines/adopt", body, cancel);
        }, (screen, said, _) => screen.Say(((string)said!["script"]!).TrimEnd('\n')));
        return Connection.With(command);
    }
}
