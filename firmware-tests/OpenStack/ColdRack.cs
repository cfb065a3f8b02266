using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>
/// Three servers of the virtual rack, powered off, and the appliance on their network. With PROVISIONER_COLD=FOLDER all of it stays there when the
/// test ends, and the next one goes on with it: what is emulated takes an hour, and one failed step must not cost it twice.
/// </summary>
public sealed class ColdRack : IDisposable
{
    private const string Rack = "cold", Subnet = "10.76.0", Key = "id_ed25519";

    // All alike: where the network node had to wait for the others, its DHCP agent gave up on its helpers after 300 s, for good. Without Westmere's Meltdown: Linux would empty the emulated TLB at each system call.
    private static readonly string[] Machines =
    [
        "name=controller,firmware=bios,vendor=hp,disk=10G,memory=4608,cpus=2,cpu=Opteron_G3",
        "name=network,firmware=bios,vendor=dell,disk=8G,data=12G,cards=2,memory=2048,cpus=2,cpu=Opteron_G3",
        "name=compute1,firmware=bios,vendor=supermicro,disk=10G,memory=3072,cpus=2,cpu=Opteron_G3",
    ];

    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly string Script = Path.Combine(OpenStackLab.Root(), "firmware-tests", "rack", "rack");
    private readonly string? _kept = Environment.GetEnvironmentVariable("PROVISIONER_COLD");
    private readonly string _folder;
    private readonly FileServer _images;

    /// <summary>Makes all of it, or takes what stands.</summary>
    public ColdRack(Action<string> say)
    {
        _folder = _kept is { Length: > 0 } ? Directory.CreateDirectory(_kept).FullName : Directory.CreateTempSubdirectory("cold-openstack-").FullName;
        Stands = File.Exists(Path.Combine(_folder, "rack", "rack")) && Sh.Try(Short, Script, "status", Rack).Code == 0;
        say(Stands ? $"goes on with the rack in {_folder}" : $"a rack in {_folder}");
        if (!Stands) Make();
        Appliance = new ApplianceProcess(Needed("PROVISIONER_BINARY"), Data, $"prov-{Rack}", Port,
            ["--boot-files", Needed("PROVISIONER_BOOT_FILES"), "--images", Needed("PROVISIONER_IMAGES"), "--file-port", $"{Port + 1}", "--ntp", $"{Subnet}.1"]);
        Appliance.Start();
        _images = new FileServer(_folder, $"{Subnet}.1", Port + 2);
    }

    /// <summary>It was there already.</summary>
    public bool Stands { get; }

    /// <summary>The servers' names.</summary>
    internal static IEnumerable<string> Servers => Machines.Select(m => m.Split(',')[0]["name=".Length..]);

    /// <summary>The tag that a server has: its group in the bundle.</summary>
    internal static string Tag(string server) => server.TrimEnd('1');

    internal ApplianceProcess Appliance { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>What is installed: with the packages on it, or without.</summary>
    private static string Image => Environment.GetEnvironmentVariable("PROVISIONER_COLD_IMAGE") is { Length: > 0 } set ? set : "debian-12";

    private static int Port => 15_250;

    /// <summary>The bundle: the shipped one, with an image and an instance, which are the test's.</summary>
    internal string Bundle()
    {
        string mine = ShippedBundle.WithInstance("zed-rack", $"http://{Subnet}.1:{Port + 2}/tiny.raw", "controller", "network", "flavor: m1.nano, ram: 128, disk: 1, boot_seconds: 1800").Replace("image: debian-12\n", $"image: {Image}\n", StringComparison.Ordinal);
        string file = Path.Combine(_folder, "zed-rack.yaml");
        File.WriteAllText(file, mine);
        return file;
    }

    internal string PublicKey => File.ReadAllText(Path.Combine(_folder, Key + ".pub")).Trim();

    internal void Press(string server) => Sh.Run(Short, Script, "press", Rack, server);

    /// <summary>Every server's power, as the BMCs say it.</summary>
    internal IEnumerable<string> Powers() => JsonNode.Parse(Sh.Run(Short, Script, "status", Rack, "--json"))!["servers"]!.AsArray().Select(s => (string)s!["power"]!);

    /// <summary>The machine that a server has become, or null.</summary>
    internal async Task<JsonNode?> FindAsync(string server)
    {
        string mac = (string)JsonNode.Parse(Sh.Run(Short, Script, "status", Rack, "--json"))!["servers"]!.AsArray().Single(s => (string)s!["name"]! == server)!["mac"]!;
        return (await Appliance.GetAsync("/machines"))["machines"]!.AsArray().FirstOrDefault(m => m!["macs"]!.AsArray().Any(x => (string)x! == mac));
    }

    /// <summary>Runs a command on an installed server, as root.</summary>
    internal string On(string server, string command) => Sh.Run(Short, Script, "ssh", Rack, server, Path.Combine(_folder, Key), "operator", $"sudo sh -c '{command}'");

    /// <summary>Runs a command beyond the external network.</summary>
    internal (int Code, string Output) Outside(params string[] command) => Sh.Try(Short, Script, ["outside", Rack, .. command]);

    /// <summary>The appliance's command line, each of its lines as it comes.</summary>
    internal (int Code, string Output) Provisioner(TimeSpan limit, Action<string> line, params string[] arguments) =>
        Sh.Follow(limit, line, Needed("PROVISIONER_BINARY"), [.. arguments, "--url", $"http://127.0.0.1:{Port}", "--data", Data]);

    /// <summary>A password out of the file that the role leaves for people.</summary>
    internal string Password(string account) => Regex.Match(On("controller", $"cat /root/{account}-openrc.sh"), "OS_PASSWORD=(.*)").Groups[1].Value.Trim().Trim('\'', '"');

    /// <summary>Ends all of it, or leaves the servers running.</summary>
    public void Dispose()
    {
        _images.Dispose();
        Appliance.Dispose();
        if (_kept is { Length: > 0 }) return;
        Sh.Run(Short, Script, "down", Rack);
        Directory.Delete(_folder, recursive: true);
    }

    private void Make()
    {
        Sh.Run(Short, Script, "down", Rack);
        string cache = Path.Combine(Environment.GetEnvironmentVariable("PROVISIONER_CACHE") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/provisioner"), "openstack-lab");
        string packages = Path.Combine(cache, "cold-packages");
        Directory.CreateDirectory(Data);
        // What any run has fetched is there for the next; two appliances can't have one folder, so this verb's is a copy of the lab's.
        if (!Directory.Exists(packages) && Directory.Exists(Path.Combine(cache, "packages"))) Sh.Run(TimeSpan.FromMinutes(5), "cp", "-a", "--reflink=auto", Path.Combine(cache, "packages"), packages);
        Directory.CreateDirectory(packages);
        if (!Path.Exists(Path.Combine(Data, "packages"))) Directory.CreateSymbolicLink(Path.Combine(Data, "packages"), packages);
        Sh.Run(TimeSpan.FromMinutes(5), Path.Combine(OpenStackLab.Root(), "firmware-tests", "openstack-lab", "tiny-image"), Path.Combine(_folder, "tiny.raw"));
        if (!File.Exists(Path.Combine(_folder, Key))) Sh.Run(Short, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "cold@test", "-f", Path.Combine(_folder, Key));
        Sh.Run(Short, Script, ["up", "--name", Rack, "--subnet", Subnet, "--dir", Path.Combine(_folder, "rack"), .. Machines.SelectMany(m => new[] { "--server", m })]);
    }

    private static string Needed(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: start these tests by ./run test cold-openstack");
}
