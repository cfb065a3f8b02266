using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner dhcp</c>: other DHCP servers on the served links.</summary>
internal static class DhcpCommand
{
    private static readonly Column[] Columns =
        [new("SERVER", "address"), new("MAC", "mac"), new("INTERFACE", "interface"), new("REPLIES", "replies", Right: true), new("FIRST HEARD", "first"), new("LAST HEARD", "last"), new("SAID LAST", "said")];

    public static Command Create()
    {
        var command = Connection.With(new Command("dhcp", "DHCP: other servers on the served links"));
        var servers = new Command("servers", "Lists other DHCP servers that were heard");
        servers.Asks((_, api, cancel) => api.GetAsync("dhcp/servers", cancel),
            (screen, said, _) => screen.Table(said!["servers"]!.AsArray().Select(WithLast), Columns, "no other DHCP server was heard; \"provisioner dhcp look\" asks for them"));
        command.Add(servers);
        var look = new Command("look", "Asks all served links for other DHCP servers; \"servers\" lists who answered, some seconds later");
        look.Asks((_, api, cancel) => api.AskAsync(HttpMethod.Post, "dhcp/servers/look", null, cancel), (screen, said, _) => screen.Say($"asked on {said!["links"]} links"));
        command.Add(look);
        return command;
    }

    private static JsonNode? WithLast(JsonNode? server)
    {
        var shown = server!.DeepClone();
        shown["said"] = server["recent"] is JsonArray { Count: > 0 } recent ? recent[^1]!["text"]!.DeepClone() : null;
        return shown;
    }
}
