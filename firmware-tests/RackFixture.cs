using System.Text.Json.Nodes;

namespace Provisioner.FirmwareTests;

/// <summary>
/// A rack of two servers, one BIOS dressed as a ProLiant and one UEFI dressed as a PowerEdge, and the appliance on its network.
/// Where things are comes from `./run test firmware` by environment: PROVISIONER_BINARY, PROVISIONER_BOOT_FILES, PROVISIONER_IMAGES.
/// </summary>
public sealed class RackFixture : IAsyncLifetime
{
    private const string Key = "id_ed25519";
    // Two runs on one machine take nothing from each other.
    private static readonly string Rack = $"w{Environment.ProcessId}", Subnet = $"10.78.{Environment.ProcessId % 250}";
    private static readonly int Port = 20_000 + Environment.ProcessId % 10_000;
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("walk-test-").FullName;
    private readonly string _rack = Path.Combine(Root(), "firmware-tests", "rack", "rack");

    internal ApplianceProcess Appliance { get; private set; } = null!;
    internal JsonNode Servers { get; private set; } = null!;
    internal string PublicKey { get; private set; } = "";

    public Task InitializeAsync()
    {
        string binary = Needed("PROVISIONER_BINARY"), bootFiles = Needed("PROVISIONER_BOOT_FILES"), images = Needed("PROVISIONER_IMAGES");
        Sh.Run(Short, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "walk@test", "-f", Path.Combine(_folder, Key));
        PublicKey = File.ReadAllText(Path.Combine(_folder, Key + ".pub")).Trim();
        Sh.Run(Short, _rack, "down", Rack);
        Sh.Run(Short, _rack, "up", "--name", Rack, "--subnet", Subnet, "--dir", Path.Combine(_folder, "rack"),
            "--server", "name=alpha,firmware=bios,vendor=hp,disk=8G,memory=1536",
            "--server", "name=beta,firmware=uefi,vendor=dell,disk=8G,memory=1536");
        Servers = JsonNode.Parse(Sh.Run(Short, _rack, "status", Rack, "--json"))!["servers"]!;
        Appliance = new ApplianceProcess(binary, Path.Combine(_folder, "data"), $"prov-{Rack}", Port, ["--boot-files", bootFiles, "--images", images, "--ntp", $"{Subnet}.1"]);
        Appliance.Start();
        return Task.CompletedTask;
    }

    public Task DisposeAsync()
    {
        Appliance?.Dispose();
        Sh.Run(Short, _rack, "down", Rack);
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    internal string Address => $"{Subnet}.1";

    internal JsonNode Server(string name) => Servers.AsArray().Single(s => (string)s!["name"]! == name)!;

    internal void Press(string server) => Sh.Run(Short, _rack, "press", Rack, server);

    /// <summary>The power as the BMC says it, asked by the front panel's user.</summary>
    internal string Power(string server) =>
        (string)JsonNode.Parse(Sh.Run(Short, _rack, "status", Rack, "--json"))!["servers"]!.AsArray().Single(s => (string)s!["name"]! == server)!["power"]!;

    /// <summary>Runs a command on the installed system as the operator.</summary>
    internal string Ssh(string server, string command) => Sh.Run(Short, _rack, "ssh", Rack, server, Path.Combine(_folder, Key), "operator", command);

    /// <summary>The same, where it may fail because the system is on its way down or up.</summary>
    internal (int Code, string Output) TrySsh(string server, string command) => Sh.Try(TimeSpan.FromSeconds(20), _rack, "ssh", Rack, server, Path.Combine(_folder, Key), "operator", command);

    internal string Console(string server)
    {
        string path = (string)Server(server)["console"]!;
        return File.Exists(path) ? string.Join('\n', File.ReadAllText(path).Split('\n').TakeLast(40)) : "(no console)";
    }

    private static string Needed(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: start these tests by ./run test firmware");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Provisioner.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
