using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Provisioner.Benchmarks.Network;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Benchmarks.Scale;

/// <summary>
/// The clients' half, in their namespace: makes changes one after the other and asks until each is served. "Acknowledged" is from the moment
/// that a change is asked for, so the disk is in it; the others are from the acknowledgement.
/// </summary>
internal sealed class ScaleClient : IDisposable
{
    private const int Changes = 200, Enlisted = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://{Lab.Server}:5240"), Timeout = TimeSpan.FromSeconds(20) };
    private readonly Socket _dns = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
    private readonly Socket _dhcp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
    private readonly SortedDictionary<string, List<double>> _times = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[2048];
    private uint _xid;

    public static int Run(string key)
    {
        using var client = new ScaleClient(key);
        client.Rename();
        client.Lease();
        client.Enlist();
        client.Print();
        return 0;
    }

    private ScaleClient(string key)
    {
        _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        _dns.Connect(Lab.Server, 53);
        _dhcp.Bind(new IPEndPoint(Lab.Client, 67)); // as a relay
        _dhcp.Connect(Lab.Server, 67);
    }

    public void Dispose()
    {
        _http.Dispose();
        _dns.Dispose();
        _dhcp.Dispose();
    }

    private void Rename()
    {
        for (int i = 0; i < Changes; i++)
        {
            int n = i * (ScaleData.Leased / Changes);
            string name = $"renamed-{i}";
            var clock = Stopwatch.StartNew();
            using var reply = _http.PostAsJsonAsync($"/api/v1/machines/{ScaleData.Id(n)}/rename", new { name }).GetAwaiter().GetResult();
            reply.EnsureSuccessStatusCode();
            Acknowledged("rename: acknowledged", clock);
            Until(() => HasAddress(name), "rename: answered by DNS", clock);
            Until(() => OfferedName(n) == name, "rename: answered by DHCP (option 12)", clock);
            Until(() => _http.GetAsync($"/api/v1/machines/{name}").GetAwaiter().GetResult().IsSuccessStatusCode, "rename: answered by the API", clock);
        }
    }

    private void Lease()
    {
        for (int i = 0; i < Changes; i++)
        {
            int n = ScaleData.Leased + i;
            var offered = Exchange(n, DhcpMessageType.Discover).YiAddr;
            var clock = Stopwatch.StartNew();
            Exchange(n, DhcpMessageType.Request, DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Ipv4Address.From(Lab.Server)), DhcpOption.Of(DhcpOptionCode.RequestedAddress, offered));
            Acknowledged("lease: acknowledged", clock);
            Until(() => HasAddress($"node-{n}"), "lease: answered by DNS", clock);
        }
    }

    private void Enlist()
    {
        foreach (int n in Enumerable.Range(ScaleData.Machines, Enlisted))
            Process.Start("ip", ["address", "add", $"{ScaleData.Address(n)}/16", "dev", "bc"]).WaitForExit();
        for (int n = ScaleData.Machines; n < ScaleData.Machines + Enlisted; n++)
        {
            var clock = Stopwatch.StartNew();
            AskForScript(n);
            Acknowledged("enlist: boot script given", clock);
            string? name = null;
            Until(() => (name = OfferedName(n)) is not null, "enlist: answered by DHCP (option 12)", clock);
            Until(() => HasAddress(name!), "enlist: answered by DNS", clock);
        }
    }

    private void AskForScript(int n)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(ScaleData.Address(n).ToIPAddress(), 0));
        socket.Connect(Lab.Server, 5240);
        socket.Send(Encoding.ASCII.GetBytes($"GET /boot/{ScaleData.Mac(n).ToHyphens()}/boot.ipxe HTTP/1.1\r\nHost: {Lab.Server}:5240\r\nConnection: close\r\n\r\n"));
        int length = socket.Receive(_buffer);
        if (!Encoding.ASCII.GetString(_buffer, 0, length).Contains(" 200 ", StringComparison.Ordinal)) throw new InvalidOperationException($"no boot script for {ScaleData.Mac(n)}: {Encoding.ASCII.GetString(_buffer, 0, length)}");
    }

    // RFC 1035 §4.1: one question for an A record; the answer count of the reply tells.
    private bool HasAddress(string name)
    {
        var question = new List<byte> { 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (string label in $"{name}.rack.internal".Split('.')) question.AddRange([(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        question.AddRange([0, 0, 1, 0, 1]);
        _dns.Send([.. question]);
        int length = _dns.Receive(_buffer);
        return length > 12 && (_buffer[3] & 15) == 0 && _buffer[7] > 0;
    }

    private string? OfferedName(int n) => Exchange(n, DhcpMessageType.Discover).Options.Text(DhcpOptionCode.HostName);

    private DhcpMessage Exchange(int n, DhcpMessageType type, params DhcpOption[] more)
    {
        var message = new DhcpMessage
        {
            Xid = ++_xid,
            ChAddr = ScaleData.Mac(n),
            GiAddr = Ipv4Address.From(Lab.Client),
            Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type), .. more]),
        };
        var octets = new byte[DhcpCodec.Measure(message)];
        DhcpCodec.Write(message, octets);
        for (int tries = 0; ;)
        {
            _dhcp.Send(octets);
            try
            {
                while (true)
                {
                    var reply = DhcpCodec.Parse(_buffer.AsSpan(0, _dhcp.Receive(_buffer)));
                    if (reply.Xid == _xid) return reply;
                }
            }
            catch (SocketException) when (++tries < 5)
            {
                // as a client would: it asks again
            }
        }
    }

    private void Until(Func<bool> served, string what, Stopwatch clock)
    {
        while (!served())
            if (clock.Elapsed > Patience) throw new InvalidOperationException($"{what}: not in {Patience.TotalSeconds:0} s");
        Add(what, clock);
    }

    private void Acknowledged(string what, Stopwatch clock)
    {
        Add(what, clock);
        clock.Restart();
    }

    private void Add(string what, Stopwatch clock) => (_times.TryGetValue(what, out var times) ? times : _times[what] = []).Add(clock.Elapsed.TotalMilliseconds);

    private void Print()
    {
        foreach (var (what, times) in _times)
        {
            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-45} p50 {times[times.Count / 2],6:0.0} ms, p99 {times[(int)(times.Count * 0.99)],6:0.0} ms, worst {times[^1],6:0.0} ms (wanted: p99 ≤ 50)"));
        }
    }
}
