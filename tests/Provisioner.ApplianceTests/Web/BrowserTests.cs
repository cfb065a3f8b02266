using System.Diagnostics;
using System.Text;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.ApplianceTests.Web;

/// <summary>The pages as people see them: Debian's chromium, driven by playwright-core, looked over by axe-core.</summary>
public sealed class BrowserTests
{
    private static readonly string Repository = FindRepository();
    private static readonly string Packages = Path.Combine(Repository, ".cache", "browser");

    [Fact]
    public async Task Chromium_signs_in_deploys_and_finds_nothing_to_complain_about()
    {
        await InstallAsync();
        await using var host = await WebHost.StartAsync();
        string link = host.The<SignInLink>().MakeUrl(host.Url.ToString().TrimEnd('/'));
        var (code, output) = await RunAsync(Source, TimeSpan.FromSeconds(90), "node", Path.Combine(Source, "walk.cjs"), link);
        Assert.True(code == 0, output);
    }

    internal static string Source => Path.Combine(Repository, "tests", "Provisioner.ApplianceTests", "Web", "browser");

    // Two npm packages, pinned by the lock file; kept from one run to the next.
    internal static async Task InstallAsync()
    {
        foreach (string tool in new[] { "chromium", "node", "npm" })
            Assert.True(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(p => File.Exists(Path.Combine(p, tool))), $"{tool} is missing: apt-get install chromium nodejs npm");
        string wanted = File.ReadAllText(Path.Combine(Source, "package-lock.json")), stamp = Path.Combine(Packages, "installed");
        if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted) return;
        Directory.CreateDirectory(Packages);
        foreach (string file in new[] { "package.json", "package-lock.json" }) File.Copy(Path.Combine(Source, file), Path.Combine(Packages, file), overwrite: true);
        var (code, output) = await RunAsync(Packages, TimeSpan.FromMinutes(3), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        Assert.True(code == 0, output);
        File.WriteAllText(stamp, wanted);
    }

    internal static async Task<(int Code, string Output)> RunAsync(string folder, TimeSpan most, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_PATH"] = Path.Combine(Packages, "node_modules");
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(most);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output.ToString());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} was not done after {most.TotalSeconds} s\n{output}");
        }
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Provisioner.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("no folder above the tests holds Provisioner.sln");
    }
}
