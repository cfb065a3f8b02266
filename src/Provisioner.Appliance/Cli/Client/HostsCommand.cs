using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner hosts</c>: hypervisor hosts (KVM, ESXi, vCenter) and their virtual machines.</summary>
internal static class HostsCommand
{
    private const string PasswordVariable = "PROVISIONER_HOST_PASSWORD";

    private static readonly Resource Hosts = new("hosts", "host", "Hypervisor hosts (KVM by libvirt, ESXi, vCenter): their virtual machines are machines like others", "name or id",
        [new("NAME", "name"), new("KIND", "kind"), new("ADDRESS", "address"), new("STATE", "state"), new("MACHINES", "machines", Right: true), new("PRODUCT", "product"), new("SEEN", "seenAt"), new("WHY NOT", "whyNot"), new("ID", "id")],
        [], []);

    private static readonly Column[] Machines =
    [
        new("NAME", "name"), new("POWER", "power"), new("MACHINE", "machine.name"), new("FIRMWARE", "firmware"), new("CPUS", "cpus", Right: true), new("MIB", "memoryMiB", Right: true), new("MACS", "macs"), new("UUID", "uuid"), new("WHY NOT", "whyNot"),
    ];

    private static readonly Field[] Fields =
    [
        new("--name", "name", FieldKind.Text, "what it is called here; by default its host name"), new("--user", "username", FieldKind.Text, "user there"),
        new("--fingerprint", "fingerprint", FieldKind.Optional, "SHA-256 that its TLS certificate must have (vSphere); by default the one that it shows first; none: the one that it shows next"),
    ];

    public static Command Create()
    {
        var command = Connection.With(ResourceCommand.Create(Hosts));
        command.Add(Add());
        command.Add(Set());
        command.Add(OfMachines());
        command.Add(Refresh());
        command.Add(Remove());
        return command;
    }

    private static Command Add()
    {
        var address = new Argument<string>("address") { Description = "qemu:///system, qemu+ssh://root@kvm.example/system, qemu+tls://kvm.example/system, or name or address of an ESXi or vCenter" };
        var still = new Option<bool>("--no-enlist") { Description = "do not make machines of its virtual machines that nobody knows" };
        var file = PasswordFile();
        var command = new Command("add", $"Adds a host: its virtual machines are listed, enlisted and watched. The password comes from --password-file, from {PasswordVariable} or from standard input") { address, still, file };
        var fields = ResourceCommand.Options(command, Fields);
        command.Asks(async (parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            string where = parsed.GetValue(address)!;
            body["address"] = where;
            if (parsed.GetValue(still)) body["enlist"] = false;
            // libvirt's own transports sign in by keys and certificates; only who names a user there has a password to give.
            bool asks = body.ContainsKey("username") || !where.Contains("://", StringComparison.Ordinal) || where.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            if (await PasswordAsync(parsed.GetValue(file), asks, cancel) is { } password) body["password"] = password;
            var host = (JsonObject)(await api.AskAsync(HttpMethod.Post, "hosts", body, cancel))!;
            host["its"] = (await api.GetAsync($"hosts/{(string)host["id"]!}/machines", cancel))!["machines"]!.DeepClone();
            return host;
        }, (screen, said, _) =>
        {
            screen.Say($"{said!["name"]}: {said["product"]}, {said["state"]}");
            screen.Table(said["its"]!.AsArray(), Machines, "it has no machines");
        });
        return command;
    }

    private static Command Set()
    {
        var key = new Argument<string>("host") { Description = Hosts.Key };
        var enlist = new Option<bool?>("--enlist") { Description = "its machines that nobody knows become machines: true or false" };
        var file = PasswordFile();
        var asks = new Option<bool>("--password") { Description = $"another password, from {PasswordVariable} or standard input" };
        var command = new Command("set", "Changes a host: what is named, and nothing else") { key, enlist, file, asks };
        var fields = ResourceCommand.Options(command, Fields);
        command.Asks(async (parsed, api, cancel) =>
        {
            var body = ResourceCommand.Body(parsed, fields);
            if (parsed.GetValue(enlist) is { } e) body["enlist"] = e;
            if (parsed.GetValue(asks) || parsed.GetValue(file) is not null) body["password"] = await PasswordAsync(parsed.GetValue(file), true, cancel);
            if (body.Count == 0) throw new CliException("nothing to change is named: --name, --user, --password, --password-file, --fingerprint, --enlist");
            return await api.AskAsync(HttpMethod.Patch, $"hosts/{ResourceCommand.Segment(parsed.GetValue(key)!)}", body, cancel);
        }, (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command OfMachines()
    {
        var key = new Argument<string>("host") { Description = Hosts.Key };
        var command = new Command("machines", "The virtual machines of a host, and which machine each of them is") { key };
        command.Asks((parsed, api, cancel) => api.GetAsync($"hosts/{ResourceCommand.Segment(parsed.GetValue(key)!)}/machines", cancel), (screen, said, _) => screen.Table(said!["machines"]!.AsArray(), Machines, "it has no machines"));
        return command;
    }

    private static Command Refresh()
    {
        var key = new Argument<string>("host") { Description = Hosts.Key };
        var command = new Command("refresh", "Looks at a host now; virtual machines whose machines were deleted are enlisted again") { key };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Post, $"hosts/{ResourceCommand.Segment(parsed.GetValue(key)!)}/refresh", null, cancel), (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command Remove()
    {
        var key = new Argument<string>("host") { Description = Hosts.Key };
        var command = new Command("remove", "Forgets a host; its machines stay, without a power controller") { key };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, $"hosts/{ResourceCommand.Segment(parsed.GetValue(key)!)}", null, cancel), (screen, _, parsed) => screen.Say($"host {parsed.GetValue(key)} is removed"));
        return command;
    }

    private static Option<FileInfo?> PasswordFile() => new("--password-file") { Description = "a file with the password as its first line" };

    // Never from the command line, which everybody on the machine can read.
    private static async Task<string?> PasswordAsync(FileInfo? file, bool asks, CancellationToken cancel)
    {
        try
        {
            if (file is not null) return (await File.ReadAllLinesAsync(file.FullName, cancel)).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"--password-file {file!.Name} can't be read: {e.Message}");
        }
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } given) return given;
        if (!asks) return null;
        if (Console.IsInputRedirected) return await Console.In.ReadLineAsync(cancel) ?? "";
        Console.Error.Write("password: ");
        var typed = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key is not ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key is ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
