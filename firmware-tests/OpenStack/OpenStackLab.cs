using System.Text.RegularExpressions;

namespace Provisioner.FirmwareTests.OpenStack;

/// <summary>Bare hosts (firmware-tests/openstack-lab), the appliance on their network, and an image for a first instance.</summary>
public sealed class OpenStackLab : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly string Scripts = Path.Combine(Root(), "firmware-tests", "openstack-lab");
    private readonly string _folder = Directory.CreateTempSubdirectory("openstack-lab-").FullName;
    private readonly string _data;

    /// <summary>Makes and starts all of it.</summary>
    /// <param name="hosts">Their names, which say their places; none: the guide's three.</param>
    public OpenStackLab(params string[] hosts)
    {
        string cache = Path.Combine(Environment.GetEnvironmentVariable("PROVISIONER_CACHE") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/provisioner"), "openstack-lab");
        _data = Path.Combine(_folder, "data");
        Directory.CreateDirectory(_data);
        Directory.CreateDirectory(Path.Combine(cache, "packages"));
        // The packages are the same as in the last run: what the appliance's cache has fetched once stays.
        Directory.CreateSymbolicLink(Path.Combine(_data, "packages"), Path.Combine(cache, "packages"));
        Sh.Run(TimeSpan.FromMinutes(5), Path.Combine(Scripts, "lab"), ["up", Hosts, .. hosts]);
        string images = Path.Combine(_folder, "images");
        Directory.CreateDirectory(images);
        Sh.Run(TimeSpan.FromMinutes(5), Path.Combine(Scripts, "tiny-image"), Path.Combine(images, "tiny.raw"));
        Appliance = new ApplianceProcess(Needed("PROVISIONER_BINARY"), _data, $"{Sh.Run(Short, Path.Combine(Scripts, "lab"), "id", Hosts).Trim()}mgt", Port,
            ["--boot-files", images, "--images", images, "--file-port", $"{Port + 1}", "--ntp", "10.0.0.1"]);
        Appliance.Start();
        Images = new FileServer(images, "10.0.0.1", 15242);
    }

    internal ApplianceProcess Appliance { get; }

    private FileServer Images { get; }

    private string Hosts => Path.Combine(_folder, "hosts");

    private static int Port => 15_240;

    /// <summary>The address of a host, as the guide has it.</summary>
    internal static string Address(string host) => host switch { "controller" => "10.0.0.11", "network" => "10.0.0.21", "compute1" => "10.0.0.31", "single" => "10.0.0.61", _ => host };

    /// <summary>The bundle for the guide's three.</summary>
    internal static string Bundle => Path.Combine(Scripts, "openstack-lab.yaml");

    /// <summary>A bundle as it is shipped, with an instance of this lab's image.</summary>
    internal string Shipped(string name, string controller, string launchOn)
    {
        string file = Path.Combine(_folder, $"{name}.yaml");
        File.WriteAllText(file, ShippedBundle.WithInstance(name, "http://10.0.0.1:15242/tiny.raw", controller, launchOn, "flavor: m1.nano, ram: 128, disk: 1"));
        return file;
    }

    /// <summary>Runs a command on a host as root.</summary>
    internal string On(string host, string command, TimeSpan? limit = null) => Sh.Run(limit ?? Short, Path.Combine(Scripts, "lab"), "run", Hosts, host, "sh", "-c", command);

    /// <summary>Runs a command beyond the external network; its exit code.</summary>
    internal (int Code, string Output) Outside(params string[] command) => Sh.Try(Short, Path.Combine(Scripts, "lab"), ["outside", Hosts, .. command]);

    /// <summary>The appliance's command line, which asks the running one.</summary>
    internal (int Code, string Output) Provisioner(TimeSpan limit, params string[] arguments) =>
        Sh.Try(limit, Needed("PROVISIONER_BINARY"), [.. arguments, "--url", $"http://127.0.0.1:{Port}", "--key", File.ReadAllText(Path.Combine(_data, "admin.key")).Trim()]);

    /// <summary>Makes a running host the appliance's, and waits for its agent's first call, which says how large it is.</summary>
    internal void Adopt(string host, string tag)
    {
        var (code, script) = Provisioner(Short, "adopt", host, "--tag", tag, "--appliance", "10.0.0.1");
        Assert.True(code == 0, script);
        string file = Path.Combine(_folder, $"adopt-{host}.sh");
        File.WriteAllText(file, script);
        Sh.Run(Short, "sh", "-c", $"'{Path.Combine(Scripts, "lab")}' run '{Hosts}' {host} sh <'{file}'");
        for (var began = System.Diagnostics.Stopwatch.StartNew(); !Provisioner(Short, "machines", "show", host, "--json").Output.Contains("\"homeAt\": \"2", StringComparison.Ordinal); Thread.Sleep(200))
            Assert.True(began.Elapsed < Short, $"{host}'s agent has not called");
    }

    /// <summary>A password of the administrator or the demo account, out of the file that the role leaves for people.</summary>
    internal string Password(string account, string controller = "controller") => Regex.Match(On(controller, $"cat /root/{account}-openrc.sh"), "OS_PASSWORD=(.*)").Groups[1].Value.Trim('\'', '"');

    /// <summary>Ends all of it.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Appliance.Dispose();
        Sh.Run(Short, Path.Combine(Scripts, "lab"), "down", Hosts);
        Directory.Delete(_folder, recursive: true);
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Provisioner.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }

    private static string Needed(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: start these tests by ./run test openstack");
}
