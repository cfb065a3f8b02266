using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Provisioner.FirmwareTests;

/// <summary>
/// A rack of servers, and the appliance on its network.
/// Where things are comes from `./run test firmware` by environment: PROVISIONER_BINARY, PROVISIONER_BOOT_FILES, PROVISIONER_IMAGES.
/// </summary>
/// <param name="letter">One small letter that no other rack has.</param>
/// <param name="servers">What stands in it, as `rack up --server` takes it.</param>
public abstract class RackFixture(string letter, params string[] servers) : IAsyncLifetime
{
    private const string Key = "id_ed25519";
    /// <summary>For what ends at once.</summary>
    protected static readonly TimeSpan Short = TimeSpan.FromSeconds(60);
    private readonly string _rack = Path.Combine(Root(), "firmware-tests", "rack", "rack");

    /// <summary>All that the rack has on disk.</summary>
    protected string Folder { get; } = Directory.CreateTempSubdirectory("rack-test-").FullName;

    // Two racks on one machine take nothing from each other.
    /// <summary>Its name.</summary>
    protected string Rack => $"{letter}{Environment.ProcessId}";
    /// <summary>The first three numbers of its network.</summary>
    protected string Subnet => $"10.{78 + letter[0] % 8}.{Environment.ProcessId % 250}";
    private int Port => 20_000 + letter[0] % 8 * 1_000 + Environment.ProcessId % 1_000;

    internal ApplianceProcess Appliance { get; private set; } = null!;
    internal JsonNode Servers { get; private set; } = null!;
    internal string PublicKey { get; private set; } = "";

    public Task InitializeAsync()
    {
        string binary = Needed("PROVISIONER_BINARY"), bootFiles = Needed("PROVISIONER_BOOT_FILES"), images = Images();
        Sh.Run(Short, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "walk@test", "-f", Path.Combine(Folder, Key));
        PublicKey = File.ReadAllText(Path.Combine(Folder, Key + ".pub")).Trim();
        Sh.Run(Short, _rack, "down", Rack);
        Sh.Run(Short, _rack, ["up", "--name", Rack, "--subnet", Subnet, "--dir", Path.Combine(Folder, "rack"), .. servers.SelectMany(s => new[] { "--server", s })]);
        Servers = JsonNode.Parse(Sh.Run(Short, _rack, "status", Rack, "--json"))!["servers"]!;
        Appliance = new ApplianceProcess(binary, Path.Combine(Folder, "data"), $"prov-{Rack}", Port, ["--boot-files", bootFiles, "--images", images, "--ntp", $"{Subnet}.1", .. More()]);
        Appliance.Start();
        return BeginAsync();
    }

    /// <summary>What is to be done when rack and appliance are there.</summary>
    protected virtual Task BeginAsync() => Task.CompletedTask;

    public Task DisposeAsync()
    {
        Appliance?.Dispose();
        Sh.Run(Short, _rack, "down", Rack);
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    internal string Address => $"{Subnet}.1";

    /// <summary>The command line, as its users call it.</summary>
    internal string Client(params string[] arguments) => Client(Short, arguments);

    /// <summary>The same, with more time.</summary>
    internal string Client(TimeSpan limit, params string[] arguments) =>
        Sh.Run(limit, Needed("PROVISIONER_BINARY"), [.. arguments, "--url", $"http://127.0.0.1:{Port}", "--data", Path.Combine(Folder, "data")]);

    internal JsonNode Server(string name) => Servers.AsArray().Single(s => (string)s!["name"]! == name)!;

    internal void Press(string server) => Sh.Run(Short, _rack, "press", Rack, server);

    /// <summary>The button, held down: off at once.</summary>
    internal void Hold(string server) => Sh.Run(Short, _rack, "press", "--hold", Rack, server);

    /// <summary>The reset button.</summary>
    internal void Reset(string server) => Sh.Run(Short, _rack, "ipmi", Rack, server, "power", "reset");

    /// <summary>The power as the BMC says it, asked by the front panel's user.</summary>
    internal string Power(string server) =>
        (string)JsonNode.Parse(Sh.Run(Short, _rack, "status", Rack, "--json"))!["servers"]!.AsArray().Single(s => (string)s!["name"]! == server)!["power"]!;

    /// <summary>Runs a command on the installed system as the operator.</summary>
    internal string Ssh(string server, string command) => Sh.Run(Short, _rack, "ssh", Rack, server, Path.Combine(Folder, Key), "operator", command);

    /// <summary>The same, where it may fail because the system is on its way down or up.</summary>
    internal (int Code, string Output) TrySsh(string server, string command) => Sh.Try(TimeSpan.FromSeconds(20), _rack, "ssh", Rack, server, Path.Combine(Folder, Key), "operator", command);

    internal string Console(string server) => string.Join('\n', WholeConsole(server).Split('\n').TakeLast(40));

    /// <summary>All that its console has said, without what moves the cursor: each place on a screen is a line.</summary>
    internal string WholeConsole(string server)
    {
        string path = (string)Server(server)["console"]!;
        if (!File.Exists(path)) return "(no console)";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        string text = Regex.Replace(reader.ReadToEnd(), @"\x1b\[[0-9;]*H", "\n");
        return Regex.Replace(text, @"\x1b\[[0-9;=?]*[a-zA-Z]|[^\n\x20-\x7e]", "");
    }

    /// <summary>More flags for the appliance.</summary>
    protected virtual IEnumerable<string> More() => [];

    /// <summary>The folder of the images on the shelf.</summary>
    protected virtual string Images() => Needed("PROVISIONER_IMAGES");

    /// <summary>The machine that a server has become, or null.</summary>
    internal async Task<JsonNode?> FindAsync(string server)
    {
        string mac = (string)Server(server)["mac"]!;
        return (await Appliance.GetAsync("/machines"))["machines"]!.AsArray().FirstOrDefault(m => m!["macs"]!.AsArray().Any(x => (string)x! == mac));
    }

    internal async Task<JsonNode> MachineAsync(string server) => await FindAsync(server) ?? throw new Xunit.Sdk.XunitException($"{server} is not known");
    internal async Task<string> IdAsync(string server) => (string)(await MachineAsync(server))["id"]!;
    internal async Task<JsonNode[]> EventsAsync(string id) => [.. (await Appliance.GetAsync($"/machines/{id}/events?limit=1000"))["events"]!.AsArray().Select(e => e!)];

    /// <summary>Asks twice a second until it is so; else the servers' consoles are told.</summary>
    internal async Task WaitAsync(string what, TimeSpan limit, Func<Task<bool>> isSo, params string[] consoles)
    {
        var began = Stopwatch.StartNew();
        string trouble = "";
        while (began.Elapsed < limit)
        {
            try
            {
                if (await isSo()) return;
            }
            catch (HttpRequestException e)
            {
                trouble = e.Message; // the appliance is being killed and started again
            }
            await Task.Delay(500);
        }
        throw new Xunit.Sdk.XunitException($"{what}: not within {limit.TotalSeconds:0} s {trouble}\n" + string.Join("\n", consoles.Select(s => $"--- {s}\n{Console(s)}")));
    }

    /// <summary>An environment variable that the tests can't do without.</summary>
    protected static string Needed(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: start these tests by ./run test firmware");

    /// <summary>The repository.</summary>
    protected static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Provisioner.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
