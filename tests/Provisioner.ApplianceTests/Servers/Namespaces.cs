using System.Net;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>
/// Two network namespaces of our own with a cable between them: "s0" of the appliance, 10.77.0.1/16, and "c0" of the clients, 10.77.0.50/16.
/// Nothing of the machine's own network is touched.
/// </summary>
internal sealed partial class Namespaces : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    public static readonly IPAddress Appliance = IPAddress.Parse("10.77.0.1"), Client = IPAddress.Parse("10.77.0.50");
    private static int _count;
    private readonly string _name = $"pn{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";

    public Namespaces()
    {
        foreach (string name in (string[])[ServerSide, ClientSide])
        {
            Tool.Run("ip", $"netns add {name}");
            Tool.Run("ip", $"-n {name} link set lo up");
        }
        Tool.Run("ip", $"-n {ServerSide} link add s0 type veth peer name c0 netns {ClientSide}");
        Tool.Run("ip", $"-n {ServerSide} address add {Appliance}/16 dev s0");
        Tool.Run("ip", $"-n {ClientSide} address add {Client}/16 dev c0");
        Tool.Run("ip", $"-n {ServerSide} link set s0 up");
        Tool.Run("ip", $"-n {ClientSide} link set c0 up");
    }

    public string ServerSide => _name + "s";
    public string ClientSide => _name + "c";

    /// <summary>Runs a program among the clients and returns what it said on both outputs.</summary>
    public Tool.Output OnClient(string program, string arguments, int seconds = 20) => Tool.Try("ip", $"netns exec {ClientSide} {program} {arguments}", seconds);

    /// <summary>Runs code on a thread of its own inside a namespace: sockets and threads made there stay there.</summary>
    public static T In<T>(string name, Func<T> code)
    {
        T result = default!;
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{name}");
                if (SetNs((int)file.DangerousGetHandle(), CloneNewNet) != 0) throw new InvalidOperationException($"setns to {name} failed: {Marshal.GetLastPInvokeError()}");
                result = code();
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        thrown?.Throw();
        return result;
    }

    public void Dispose()
    {
        Tool.Try("ip", $"netns del {ClientSide}", 60); // a busy machine takes its time
        Tool.Try("ip", $"netns del {ServerSide}", 60); // a busy machine takes its time
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int fd, int type);
}
