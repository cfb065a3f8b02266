using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Provisioner.Benchmarks;

/// <summary>
/// What a step costs besides its own work: the agent of installed machines, in a folder of its own on this machine, runs a role of steps that
/// have nothing to do, against a whole appliance over TLS. The time of all steps together, divided by their number.
/// </summary>
internal static class StepsBenchmark
{
    private const int Http = 5296, Https = 5297, Rounds = 3;

    public static int Run(string binary, int steps)
    {
        string folder = Directory.CreateTempSubdirectory("bench-steps-").FullName;
        string catalog = Path.Combine(folder, "catalog"), data = Path.Combine(folder, "data");
        Process.Start("cp", ["-r", Path.Combine(Path.GetDirectoryName(binary)!, "catalog"), catalog]).WaitForExit();
        Directory.Delete(Path.Combine(catalog, "roles"), recursive: true);
        Directory.CreateDirectory(Path.Combine(catalog, "roles"));
        File.WriteAllText(Path.Combine(catalog, "roles", "idle.yaml"), Role(steps));
        using var appliance = Process.Start(new ProcessStartInfo(binary, ["serve", "--data", data, "--listen", "0.0.0.0", "--http-port", $"{Http}", "--https-port", $"{Https}", "--package-port", "0", "--catalog", catalog]) { RedirectStandardOutput = true })!;
        Process? agent = null;
        try
        {
            if (appliance.StandardOutput.ReadLine() is null) throw new InvalidOperationException("the appliance did not start");
            using var api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Http}/api/v1/") };
            api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(data, "admin.key")).Trim());
            var adopted = Ask(api, "machines/adopt", new JsonObject { ["name"] = "bench", ["tags"] = new JsonArray("bench"), ["appliance"] = OwnAddress() });
            agent = StartAgent((string)adopted["script"]!, Path.Combine(folder, "host"));
            Ask(api, "deployments", new JsonObject { ["bundle"] = "bundle: idle\nmachines:\n  bench: {tags: [bench]}\napplications:\n  idle: {to: bench}\n" });
            double first = Wait(api);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps} steps, first: {first * 1000 / steps:0.0} ms a step"));
            for (int round = 1; round <= Rounds; round++)
            {
                Ask(api, "deployments/idle/apply", null);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps} steps, again ({round}): {Wait(api) * 1000 / steps:0.0} ms a step"));
            }
            return 0;
        }
        finally
        {
            agent?.Kill(entireProcessTree: true);
            Process.Start("kill", ["-TERM", $"{appliance.Id}"]).WaitForExit();
            appliance.WaitForExit(10_000);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Role(int steps) => "role: idle\ntitle: Nothing to do\nabout: Nothing.\nsteps:\n" + string.Concat(Enumerable.Range(1, steps).Select(i =>
        $"  - name: step-{i}\n    about: Nothing.\n    resources:\n      - command: {{run: \"true\", unless: \"true\"}}\n"));

    // The agent as it is, but for its folders: this machine is not to become anybody's.
    private static Process StartAgent(string script, string root)
    {
        foreach (string folder in new[] { "/etc/provisioner", "/var/lib/provisioner", "/run/provisioner", "/usr/local/lib/provisioner", "/etc/systemd/system" }) Directory.CreateDirectory(root + folder);
        string files = script[..script.LastIndexOf("\nservice=provisioner-host-agent\n", StringComparison.Ordinal)].Replace(" /etc/", $" {root}/etc/", StringComparison.Ordinal).Replace(">/etc/", $">{root}/etc/", StringComparison.Ordinal)
            .Replace(">/usr/", $">{root}/usr/", StringComparison.Ordinal).Replace(" /usr/local/lib/provisioner", $" {root}/usr/local/lib/provisioner", StringComparison.Ordinal)
            .Replace("\"/etc/provisioner", $"\"{root}/etc/provisioner", StringComparison.Ordinal)
            .Replace("conf=/etc/provisioner", $"conf={root}/etc/provisioner", StringComparison.Ordinal).Replace("state=/var", $"state={root}/var", StringComparison.Ordinal).Replace("\nrun=/run", $"\nrun={root}/run", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(root, "install"), files);
        Process.Start("sh", [Path.Combine(root, "install")]).WaitForExit();
        return Process.Start(new ProcessStartInfo("sh", [$"{root}/usr/local/lib/provisioner/host-agent"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static double Wait(HttpClient api)
    {
        while (true)
        {
            var said = JsonNode.Parse(api.GetStringAsync("deployments/idle").GetAwaiter().GetResult())!;
            string stage = (string)said["stage"]!;
            if (stage == "failed") throw new InvalidOperationException((string)said["why"]!);
            if (stage == "done") return ((DateTimeOffset)said["apply"]!["ended"]! - (DateTimeOffset)said["apply"]!["began"]!).TotalSeconds;
            Thread.Sleep(100);
        }
    }

    private static JsonNode Ask(HttpClient api, string path, JsonObject? body)
    {
        using var reply = api.PostAsync(path, body is null ? null : JsonContent.Create(body)).GetAwaiter().GetResult();
        string text = reply.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        return reply.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{path}: {text}");
    }

    private static string OwnAddress() => NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
        .First(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a)).ToString();
}
