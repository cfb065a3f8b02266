using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Provisioner.Benchmarks.Network;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Benchmarks;

/// <summary>From the process's start to its first OFFER, and its memory after ten idle seconds. Five runs on fresh data.</summary>
internal static class StartBenchmark
{
    private const string Namespace = "bench-start", Here = "bench-s0", There = "bench-s1";
    private const int Runs = 5;

    public static int Run(string binary)
    {
        try
        {
            foreach (string line in (string[])[$"netns add {Namespace}", $"link add {Here} type veth peer name {There} netns {Namespace}",
                $"addr add 10.88.7.1/24 dev {Here}", $"link set {Here} up", $"-n {Namespace} link set {There} up", $"-n {Namespace} link set lo up",
                $"-n {Namespace} route add default dev {There}"])
                Ip(line);
            for (int run = 1; run <= Runs; run++) Once(binary, run);
            return 0;
        }
        finally
        {
            Process.Start("ip", ["netns", "del", Namespace]).WaitForExit();
        }
    }

    private static void Once(string binary, int run)
    {
        string data = Directory.CreateTempSubdirectory("bench-start-").FullName;
        using var client = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", Namespace, .. Itself.With("discover", "10")]) { RedirectStandardOutput = true })!;
        if (client.StandardOutput.ReadLine() != "asking") throw new InvalidOperationException("the client did not begin");
        long began = Stopwatch.GetTimestamp();
        using var appliance = Process.Start(new ProcessStartInfo(binary, ["serve", "--data", data, "--interface", Here, "--http-port", "5298", "--https-port", "5299"]) { RedirectStandardOutput = true })!;
        try
        {
            string said = client.StandardOutput.ReadLine() ?? "";
            double offer = Stopwatch.GetElapsedTime(began).TotalSeconds;
            string ready = appliance.StandardOutput.ReadLine() ?? "";
            Thread.Sleep(TimeSpan.FromSeconds(10));
            appliance.Refresh();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {run}: {said} after {offer:0.00} s; {ready.Split(':')[0]}; {appliance.WorkingSet64 / 1048576.0:0} MiB resident when idle"));
        }
        finally
        {
            Process.Start("kill", ["-TERM", $"{appliance.Id}"]).WaitForExit();
            appliance.WaitForExit(10_000);
            client.WaitForExit(12_000);
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The client's half, in its namespace: a DISCOVER every 20 ms until an OFFER comes.</summary>
    public static int Discover(double seconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true, ReceiveTimeout = 20 };
        socket.Bind(new IPEndPoint(IPAddress.Any, 68));
        var message = new DhcpMessage
        {
            Xid = 0x50524f56,
            Broadcast = true,
            ChAddr = MacAddress.Parse("52:54:00:be:9c:01"),
            Options = new DhcpOptions([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)DhcpMessageType.Discover)]),
        };
        byte[] discover = new byte[DhcpCodec.Measure(message)];
        DhcpCodec.Write(message, discover);
        Console.WriteLine("asking");
        var server = new IPEndPoint(IPAddress.Broadcast, 67);
        byte[] buffer = new byte[1500];
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            try
            {
                socket.SendTo(discover, server);
                int length = socket.Receive(buffer);
                if (DhcpCodec.Parse(buffer.AsSpan(0, length)).Type is not DhcpMessageType.Offer) continue;
                Console.WriteLine("first OFFER");
                return 0;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
            }
        }
        Console.WriteLine("no OFFER");
        return 1;
    }

    private static void Ip(string arguments)
    {
        using var process = Process.Start("ip", arguments.Split(' '));
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {arguments}: exit code {process.ExitCode}");
    }
}
