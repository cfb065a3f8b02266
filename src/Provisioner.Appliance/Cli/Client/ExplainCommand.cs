using System.CommandLine;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner explain MAC</c>: what DHCP would say to a machine, and why.</summary>
internal static class ExplainCommand
{
    private static readonly Field[] Question =
    [
        new("--architecture", "architecture", FieldKind.Number, "option 93: 0 BIOS, 7 UEFI x64, 11 UEFI ARM64, 16 UEFI x64 over HTTP; without it no boot client"), new("--ipxe", "ipxe", FieldKind.Flag, "it is iPXE already"),
        new("--user-class", "userClass", FieldKind.Text, "option 77"), new("--relay", "giaddr", FieldKind.Text, "the relay's address"),
    ];

    public static Command Create()
    {
        var mac = new Argument<string>("mac") { Description = "the machine's MAC address" };
        var command = Connection.With(new Command("explain", "What DHCP would say to a DISCOVER, and every reason on the way; no lease is made") { mac });
        var fields = ResourceCommand.Options(command, Question);
        command.Asks((parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            body["mac"] = parsed.GetValue(mac);
            return api.AskAsync(HttpMethod.Post, "dhcp/explain", body, cancel);
        }, (screen, said, _) => screen.Say(((string)said!["text"]!).TrimEnd()));
        return command;
    }
}
