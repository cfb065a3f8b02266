using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Provisioner.ApplianceTests.Serving;

/// <summary>`provisioner serve` as a process of its own, on a free loopback port.</summary>
internal sealed class ServeProcess : IDisposable
{
    public static readonly string Binary = Path.Combine(AppContext.BaseDirectory, "provisioner");
    private readonly Process _process;
    private readonly List<string> _said = [];
    private readonly ManualResetEventSlim _ready = new();

    private ServeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;
    public HttpClient Http { get; } = new() { Timeout = TimeSpan.FromSeconds(30) };
    public string Said { get { lock (_said) return string.Join('\n', _said); } }

    /// <summary>Starts it by a command line, <c>provisioner</c> or something that ends in it.</summary>
    public static ServeProcess Start(string program, params string[] arguments) =>
        new(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    /// <summary>Starts it on a data folder and waits until it is ready; requests carry the administrator's key.</summary>
    public static ServeProcess Serve(string data, int port, params string[] more)
    {
        var serve = Start(Binary, ["serve", "--data", data, "--http-port", $"{port}", .. more.Contains("--https-port") ? (string[])[] : ["--https-port", $"{FreePort()}"], .. more.Contains("--package-port") ? more : ["--package-port", "0", .. more]]);
        if (!serve._ready.Wait(TimeSpan.FromSeconds(60))) throw new InvalidOperationException($"not ready: {serve.Said}");
        serve.Http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        serve.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", File.ReadAllText(Path.Combine(data, "admin.key")).Trim());
        return serve;
    }

    /// <summary>Waits until it has said something: its lines come one by one.</summary>
    public void AssertSays(string text) =>
        Assert.True(SpinWait.SpinUntil(() => Said.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(60)), $"\"{text}\" is not in: {Said}");

    /// <summary>A TCP port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public int WaitForExit(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit)) throw new TimeoutException($"still running after {limit.TotalSeconds:0} s: {Said}");
        _process.WaitForExit(); // and its output is read
        return _process.ExitCode;
    }

    public void Signal(string name) => Process.Start("kill", [$"-{name}", $"{_process.Id}"]).WaitForExit();

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.Add(line);
        if (line.StartsWith("ready in ", StringComparison.Ordinal)) _ready.Set();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit(10_000);
        _process.Dispose();
        Http.Dispose();
    }
}
