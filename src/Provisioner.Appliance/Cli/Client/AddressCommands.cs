using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>
/// <c>subnets addresses</c>: who has which address, why, and what is free; <c>subnets take</c> and <c>subnets give-back</c>: addresses that are set by hand.
/// </summary>
internal static class AddressCommands
{
    private static readonly Column[] Taken = [new("ADDRESS", "address"), new("KIND", "kind"), new("MAC", "mac"), new("MACHINE", "machine"), new("WHO AND WHY", "says"), new("UNTIL", "until")];
    private static readonly Column[] Free = [new("FIRST", "first"), new("LAST", "last"), new("ADDRESSES", "count", Right: true), new("DHCP GIVES THEM", "dynamic")];
    private static readonly Field[] Wish =
    [
        new("--address", "address", FieldKind.Text, "this one; default: the lowest that is free outside all ranges"), new("--holder", "holder", FieldKind.Text, "whose it is, for people; default: the machine"),
        new("--machine", "machine", FieldKind.Text, "the machine that gets it: the address goes back with it"), new("--mac", "mac", FieldKind.Text, "the MAC that uses it"), new("--host-name", "hostName", FieldKind.Text, "its name in DNS"),
    ];

    public static void AddTo(Command subnets)
    {
        subnets.Add(Addresses());
        subnets.Add(Take());
        subnets.Add(GiveBack());
    }

    private static Argument<string> Subnet() => new("subnet") { Description = "CIDR, name or id" };

    private static string PathOf(string subnet, string? address = null) => $"subnets/{ResourceCommand.Segment(subnet)}/addresses{(address is null ? "" : $"/{ResourceCommand.Segment(address)}")}";

    private static Command Addresses()
    {
        var subnet = Subnet();
        var address = new Argument<string?>("address") { Description = "only this one", Arity = ArgumentArity.ZeroOrOne };
        var free = new Option<bool>("--free") { Description = "only what is free" };
        var command = new Command("addresses", "Who has which address of a subnet and why, and what is free") { subnet, address, free };
        command.Asks((parsed, api, cancel) => api.GetAsync(PathOf(parsed.GetValue(subnet)!, parsed.GetValue(address)), cancel), (screen, said, parsed) =>
        {
            if (said!["taken"] is not JsonArray taken)
            {
                screen.Say($"{said["address"]}: {Screen.TextOf(said["says"])}");
                return;
            }
            if (!parsed.GetValue(free))
            {
                screen.Table(taken, Taken, "nobody has an address");
                screen.Say("");
            }
            screen.Table(said["free"]!.AsArray(), Free, "nothing is free");
        });
        return command;
    }

    private static Command Take()
    {
        var subnet = Subnet();
        var command = new Command("take", "Takes an address that is to be set by hand: nobody else gets it") { subnet };
        var fields = ResourceCommand.Options(command, Wish);
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Post, PathOf(parsed.GetValue(subnet)!), ResourceCommand.Body(parsed, fields), cancel),
            (screen, said, _) => screen.Say($"{said!["address"]}: {Screen.TextOf(said["says"])}"));
        return command;
    }

    private static Command GiveBack()
    {
        var subnet = Subnet();
        var address = new Argument<string>("address") { Description = "the address" };
        var command = new Command("give-back", "Gives an address back that was taken") { subnet, address };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, PathOf(parsed.GetValue(subnet)!, parsed.GetValue(address)), null, cancel),
            (screen, _, parsed) => screen.Say($"{parsed.GetValue(address)} is free again"));
        return command;
    }
}
