using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Provisioner.FirmwareTests;

/// <summary>The appliance as its users start it: a process of its own. May be killed and started again on the same data.</summary>
internal sealed class ApplianceProcess(string binary, string data, string interfaceName, int port, string[] more) : IDisposable
{
    private Process? _process;
    private HttpClient? _http;

    public double ReadyMilliseconds { get; private set; }

    public void Start()
    {
        var start = new ProcessStartInfo(binary,
            ["serve", "--data", data, "--interface", interfaceName, "--http-port", $"{port}", "--https-port", $"{port + 3}", .. more])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        var began = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        using var ready = new ManualResetEventSlim();
        var said = new List<string>();
        void Hear(string? line)
        {
            if (line is null) return;
            lock (said) said.Add(line);
            if (line.StartsWith("ready in ", StringComparison.Ordinal)) ready.Set();
        }
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        if (!ready.Wait(TimeSpan.FromSeconds(30))) throw new InvalidOperationException($"the appliance did not get ready: {string.Join("\n", said)}");
        ReadyMilliseconds = began.Elapsed.TotalMilliseconds;
        _http ??= new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(100) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(data, "admin.key")).Trim());
    }

    /// <summary>kill -9, as a power cut would end it.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
        _process = null;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var reply = await AskAsync(path);
        string text = await reply.Content.ReadAsStringAsync();
        return reply.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"GET {path}: {(int)reply.StatusCode} {text}");
    }

    // A start makes a fresh key. Who asks while the appliance is started again comes with the old one, until Start has read the new one.
    private async Task<HttpResponseMessage> AskAsync(string path)
    {
        for (int i = 0; ; i++)
        {
            var reply = await _http!.GetAsync($"/api/v1{path}");
            if (reply.StatusCode != System.Net.HttpStatusCode.Unauthorized || i == 50) return reply;
            reply.Dispose();
            await Task.Delay(200);
        }
    }

    public async Task<JsonNode?> PostAsync(string path, object body)
    {
        using var reply = await _http!.PostAsJsonAsync($"/api/v1{path}", body);
        string text = await reply.Content.ReadAsStringAsync();
        return reply.IsSuccessStatusCode ? (text.Length > 0 ? JsonNode.Parse(text) : null) : throw new InvalidOperationException($"POST {path}: {(int)reply.StatusCode} {text}");
    }

    public async Task PatchAsync(string path, object body)
    {
        using var reply = await _http!.PatchAsJsonAsync($"/api/v1{path}", body);
        if (!reply.IsSuccessStatusCode) throw new InvalidOperationException($"PATCH {path}: {(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}");
    }

    public async Task PutAsync(string path, object body)
    {
        using var reply = await _http!.PutAsJsonAsync($"/api/v1{path}", body);
        if (!reply.IsSuccessStatusCode) throw new InvalidOperationException($"PUT {path}: {(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync()}");
    }

    public long ResidentBytes()
    {
        _process!.Refresh();
        return _process.WorkingSet64;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();
            if (!_process.WaitForExit(15_000)) _process.Kill();
        }
        _process?.Dispose();
        _http?.Dispose();
    }
}
