using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The serial port of a machine, on TCP, as ipmi_sim wants it: what comes in goes out again.</summary>
internal sealed class SerialEcho : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource<NetworkStream> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SerialEcho()
    {
        _listener.Start();
        _ = EchoAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Task ConnectedAsync() => _connected.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public async Task SayAsync(string text) => await (await _connected.Task).WriteAsync(Encoding.ASCII.GetBytes(text));

    public void Dispose() => _listener.Stop();

    private async Task EchoAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            _connected.TrySetResult(stream);
            var buffer = new byte[1024];
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0) await stream.WriteAsync(buffer.AsMemory(0, read));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
        }
    }
}
