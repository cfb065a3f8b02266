using System.Text.Json.Nodes;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Rack;

/// <summary>The virtual rack by itself: real firmware that only its BMC switches on, and nothing left behind.</summary>
[Collection("namespaces")]
public sealed class RackTests : IDisposable
{
    private const string Name = "racktest", Subnet = "10.79.9";
    private static readonly string Script = Path.Combine(Repository(), "firmware-tests", "rack", "rack");
    private readonly string _folder = Directory.CreateTempSubdirectory("rack-test-").FullName;

    [Fact]
    public void A_server_obeys_its_BMC_alone_and_boots_as_its_flag_says_for_one_start()
    {
        string before = Surroundings();
        Rack($"up --name {Name} --subnet {Subnet} --dir {_folder}/rack --server name=alpha,firmware=bios,vendor=hp,memory=256,disk=1G --server name=beta,firmware=uefi,vendor=dell,memory=256,disk=1G");
        Assert.Equal("off", Power("alpha"));
        Assert.Contains("Manufacturer ID           : 11", Ipmi("alpha", "mc info"));
        Assert.Contains("Manufacturer ID           : 674", Ipmi("beta", "mc info"));
        Assert.Contains($"IP Address              : {Subnet}.12", Ipmi("beta", "lan print 1"));

        Rack($"press {Name} alpha");
        Assert.Contains("Chassis Power is on", FromTheAppliancesSide("alpha", "power status"));
        Assert.Equal(["none"], Starts("alpha", 1));
        Until("SeaBIOS speaks on the serial console", () => File.ReadAllText(Text("alpha", "console")).Contains("SeaBIOS", StringComparison.Ordinal));

        FromTheAppliancesSide("alpha", "chassis bootdev disk");
        Assert.Equal("default", Text("alpha", "nextBoot"));
        FromTheAppliancesSide("alpha", "power reset");
        Assert.Equal(["none", "default"], Starts("alpha", 2));
        Assert.Equal("none", Text("alpha", "nextBoot"));
        FromTheAppliancesSide("alpha", "power cycle");
        Assert.Equal(["none", "default", "none"], Starts("alpha", 3));
        FromTheAppliancesSide("alpha", "power off");
        Assert.Equal("off", Power("alpha"));

        Rack($"bmc-stop {Name} alpha");
        Assert.Equal("silent", Power("alpha"));
        Rack($"bmc-start {Name} alpha");
        Assert.Equal("off", Power("alpha"));

        Rack($"press {Name} beta"); // ends with the rack, running
        Rack($"down {Name}");
        Assert.Equal(before, Surroundings());
        Rack($"down {Name}");
    }

    [Fact]
    public void What_a_killed_run_left_is_removed_by_down()
    {
        string before = Surroundings();
        Rack($"up --name {Name} --subnet {Subnet} --dir {_folder}/rack --server name=alpha,memory=256,disk=1G");
        Rack($"press {Name} alpha");
        Tool.Run("kill", $"-9 {File.ReadAllText($"{_folder}/rack/servers/alpha/bmc.pid").Trim()}");
        Directory.Delete($"{_folder}/rack", recursive: true);
        Rack($"down {Name}");
        Assert.Equal(before, Surroundings());
    }

    [Theory]
    [InlineData("up --name Rack", "a rack's name is 1–10 of a–z and 0–9")]
    [InlineData("up --name racktest --subnet 10.79", "--subnet is the first three numbers of a /24")]
    [InlineData("up --name racktest --subnet 10.79.9", "give 1 to 80 --server")]
    [InlineData("up --name racktest --subnet 10.79.9 --server name=a,firmware=coreboot", "firmware is bios, uefi, secure, uefi32, arm64 or arm32, not 'coreboot'")]
    [InlineData("up --name racktest --subnet 10.79.9 --server name=a,colour=blue", "no such key 'colour'")]
    [InlineData("status racktest", "there is no rack 'racktest'")]
    public void Bad_input_names_the_thing_and_leaves_nothing(string arguments, string said)
    {
        string before = Surroundings();
        var output = Tool.Try(Script, arguments, 30);
        Assert.NotEqual(0, output.Exit);
        Assert.Contains(said, output.Text);
        Assert.Equal(before, Surroundings());
    }

    public void Dispose()
    {
        Tool.Try(Script, $"down {Name}", 30);
        Directory.Delete(_folder, recursive: true);
    }

    private static string Rack(string arguments) => Tool.Run(Script, arguments, 60);
    private static string Ipmi(string server, string arguments) => Rack($"ipmi {Name} {server} {arguments}");
    private static JsonNode Status(string server) => JsonNode.Parse(Rack($"status {Name} --json"))!["servers"]!.AsArray().Single(s => (string)s!["name"]! == server)!;
    private static string Text(string server, string field) => (string)Status(server)[field]!;
    private static string Power(string server) => Text(server, "power");

    /// <summary>As the appliance reaches the BMC: over the veth, from this namespace.</summary>
    private static string FromTheAppliancesSide(string server, string order)
    {
        var status = Status(server);
        return Tool.Run("ipmitool", $"-I lanplus -C 3 -H {status["bmc"]} -U {status["bmcUser"]} -f {status["bmcPasswordFile"]} {order}", 20);
    }

    /// <summary>The boot flags of the starts so far, once there are that many.</summary>
    private string[] Starts(string server, int count)
    {
        string path = $"{_folder}/rack/servers/{server}/starts";
        Until($"{server} has started {count} times", () => File.Exists(path) && File.ReadAllLines(path).Length >= count);
        return [.. File.ReadAllLines(path).Select(line => line.Split(' ')[1])];
    }

    private static void Until(string what, Func<bool> isSo)
    {
        for (int tries = 0; tries < 150; tries++)
        {
            if (isSo()) return;
            Thread.Sleep(200);
        }
        Assert.Fail($"{what}: not within 30 s");
    }

    /// <summary>What may not change: this rack's namespace, interface, processes and folder at the usual place.</summary>
    private static string Surroundings() => string.Join('\n',
        Tool.Try("ip", "netns list", 10).Text.Contains($"prack-{Name}", StringComparison.Ordinal),
        Tool.Try("ip", "-br link", 10).Text.Contains($"prov-{Name}", StringComparison.Ordinal),
        Tool.Try("pgrep", $"-af rack-test-.*/servers/", 10).Text.Split('\n').Count(line => line.Contains("qemu", StringComparison.Ordinal) || line.Contains("ipmi_sim", StringComparison.Ordinal)),
        Path.Exists($"/tmp/provisioner-rack-{Name}"));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Provisioner.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
