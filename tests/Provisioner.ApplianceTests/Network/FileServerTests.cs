using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Boot files and images as curl, busybox and hostile readers get them, from the real process.</summary>
[Collection("namespaces")]
public sealed class FileServerTests : IDisposable
{
    private const string Port = "5241";
    private static readonly string Home = $"http://{Namespaces.Appliance}:{Port}";
    private readonly Namespaces _net = new();
    private readonly Served _appliance;
    private readonly byte[] _kernel = RandomNumberGenerator.GetBytes(8_000_123), _image = RandomNumberGenerator.GetBytes(20_000_000);

    public FileServerTests()
    {
        _appliance = new Served(_net);
        File.WriteAllBytes(Path.Combine(_appliance.BootFiles, "kernel"), _kernel);
        string home = Path.Combine(_appliance.Folder, "images", "test");
        Directory.CreateDirectory(home);
        File.WriteAllBytes(Path.Combine(home, "disk.raw.zst"), _image);
        File.WriteAllText(Path.Combine(home, "image.json"), $$"""
            {"name":"test","title":"Test","os":"test","release":"1","architecture":"amd64","file":"disk.raw.zst","sizeBytes":{{_image.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(_image))}}","rawBytes":1,"rootPartition":1}
            """);
    }

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void Files_and_ranges_arrive_whole_at_curl_and_busybox()
    {
        Assert.Equal(_kernel, Got($"curl -sS --fail -o GOT {Home}/boot/kernel"));
        Assert.Equal(_kernel, Got($"busybox wget -q -O GOT {Home}/boot/kernel"));
        Assert.Equal(_kernel, Got($"curl -sS --fail -0 -o GOT {Home}/boot/kernel"));
        Assert.Equal(_image, Got($"curl -sS --fail -o GOT {Home}/images/test/disk.raw.zst"));
        Assert.Equal(_image[10_000_000..15_000_000], Got($"curl -sS --fail -r 10000000-14999999 -o GOT {Home}/images/test/disk.raw.zst"));
        Assert.Equal(_image[^1000..], Got($"curl -sS --fail -r -1000 -o GOT {Home}/images/test/disk.raw.zst"));
        File.WriteAllBytes(Path.Combine(_appliance.Folder, "got"), _image[..12_345]);
        Assert.Equal(_image, Got($"curl -sS --fail -C - -o GOT {Home}/images/test/disk.raw.zst", keep: true)); // goes on where it broke off
    }

    [Fact]
    public void Names_are_exact_and_nothing_else_leaves()
    {
        foreach (string path in (string[])["/boot/kernel?x=1", "/boot/../data/admin.key", "/boot/%6bernel", "/boot/", "/boot/kernel/", "//boot/kernel", "/images/test/image.json", "/images/../data/provisioner.db", "/", "/boot/ramdisk"])
            Assert.Equal("404", Status($"--path-as-is {Home}{path}"));
        Assert.Equal("405", Status($"-X DELETE {Home}/boot/kernel"));
        Assert.Equal("405", Status($"-d x=1 {Home}/boot/kernel"));
        Assert.Equal("416", Status($"-r 99999999- {Home}/boot/kernel"));
        Assert.Equal("200", Status($"-r 0-1,5-6 {Home}/boot/kernel"));
        Assert.Equal("200", Status($"-I {Home}/boot/kernel"));
        Assert.Contains("build the", _net.OnClient("curl", $"-sS {Home}/boot/ramdisk").Text.Replace("build them", "build the"));
        // The port of pages and API has them no longer.
        Assert.Equal("404", Status($"http://{Namespaces.Appliance}:5240/boot/kernel"));
    }

    [Fact]
    public void One_connection_carries_many_requests()
    {
        string said = _net.OnClient("curl", $"-sS -v -o /dev/null -o /dev/null -o /dev/null {Home}/boot/kernel {Home}/boot/nothing {Home}/images/test/disk.raw.zst").Text;
        Assert.Equal(2, said.Split("Re-using existing connection").Length - 1);
    }

    [Fact]
    public void Requests_behind_one_another_are_answered_in_their_order()
    {
        string answers = Namespaces.In(_net.ClientSide, () =>
        {
            using var socket = Connected();
            socket.Send(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20).Select(i => $"GET /boot/kernel HTTP/1.1\r\nHost: x\r\nRange: bytes={i}-{i}\r\n\r\n")) + "GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            return ToEnd(socket);
        });
        for (int i = 0, at = 0; i < 20; i++) Assert.True((at = answers.IndexOf($"Content-Range: bytes {i}-{i}/{_kernel.Length}", at, StringComparison.Ordinal)) > 0);
        Assert.Equal(21, answers.Split("HTTP/1.1 ").Length - 1);
    }

    [Fact]
    public void Three_hundred_readers_at_once_get_it_whole()
    {
        const int Readers = 300;
        string wanted = Convert.ToHexStringLower(SHA256.HashData(_kernel));
        for (int i = 1; i <= 6; i++) Tool.Run("ip", $"-n {_net.ClientSide} address add 10.77.0.{50 + i}/16 dev c0");
        string script = Path.Combine(_appliance.Folder, "many.sh");
        File.WriteAllText(script, $"for i in $(seq {Readers}); do (curl -sS --fail --interface 10.77.0.$((51 + i % 6)) {Home}/boot/kernel | sha256sum) & done; wait\n");
        string sums = _net.OnClient("bash", script, 120).Text;
        Assert.Equal(Readers, sums.Split(wanted).Length - 1);
        Assert.True(_appliance.IsAlive);
    }

    [Fact]
    public void When_too_many_machines_read_the_others_come_slowly_at_first_and_whole_in_the_end()
    {
        const int Machines = 40, Places = 32;
        for (int i = 0; i < Machines; i++) Tool.Run("ip", $"-n {_net.ClientSide} address add 10.77.0.{60 + i}/16 dev c0");
        var (waiting, rest) = Namespaces.In(_net.ClientSide, () =>
        {
            // These read nothing, and so keep their places.
            var first = Enumerable.Range(0, Places).Select(i => Asking(60 + i)).ToList();
            Thread.Sleep(1000);
            var last = Enumerable.Range(Places, Machines - Places).Select(i => Asking(60 + i)).ToList();
            Thread.Sleep(3000);
            int some = last[0].Available;
            foreach (var socket in first) socket.Dispose();
            var whole = last.ConvertAll(s => Count(s));
            return (some, whole);
        });
        Assert.InRange(waiting, 1000, 1_000_000);
        Assert.All(rest, r => Assert.True(r > _kernel.Length, $"{r} octets came"));

        Socket Asking(int address)
        {
            var socket = Connected(IPAddress.Parse($"10.77.0.{address}"));
            socket.Send("GET /boot/kernel HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8);
            return socket;
        }
    }

    [Fact]
    public void Heads_that_trickle_in_and_heads_without_end_are_cut_off()
    {
        var (slow, long_) = Namespaces.In(_net.ClientSide, () =>
        {
            using var trickling = Connected();
            var clock = Stopwatch.StartNew();
            try
            {
                while (clock.Elapsed < TimeSpan.FromSeconds(40))
                {
                    trickling.Send("G"u8);
                    Thread.Sleep(200);
                }
            }
            catch (SocketException)
            {
                // cut off
            }
            using var endless = Connected();
            endless.Send(Encoding.ASCII.GetBytes("GET /boot/kernel HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("X-Filling: 0123456789\r\n", 400))));
            return (clock.Elapsed, ToEnd(endless));
        });
        Assert.InRange(slow.TotalSeconds, 8, 30);
        Assert.StartsWith("HTTP/1.1 400 ", long_);
        Assert.Contains("longer than 8192 octets", long_);
        Assert.Equal("200", Status($"{Home}/boot/kernel"));
    }

    [Fact]
    public void Noise_stops_no_server()
    {
        Namespaces.In(_net.ClientSide, () =>
        {
            var random = new Random(80);
            for (int i = 0; i < 300; i++)
            {
                using var socket = Connected();
                var octets = new byte[random.Next(1, 400)];
                random.NextBytes(octets);
                if (i % 2 == 0) "GET /boot/kernel HTTP/1.1\r\nHost: x\r\n"u8.CopyTo(octets = new byte[500]);
                socket.Send(octets);
            }
            return 0;
        });
        Assert.True(_appliance.IsAlive);
        Assert.Equal(_kernel, Got($"curl -sS --fail -o GOT {Home}/boot/kernel"));
    }

    [Fact]
    public void An_image_that_is_put_there_while_it_runs_is_there()
    {
        Assert.Equal("404", Status($"{Home}/images/late/disk"));
        string home = Path.Combine(_appliance.Folder, "images", "late");
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Combine(home, "disk"), "late");
        File.WriteAllText(Path.Combine(home, "image.json"), $$"""{"name":"late","title":"L","os":"test","release":"1","architecture":"amd64","file":"disk","sizeBytes":4,"sha256":"{{new string('0', 64)}}","rawBytes":1,"rootPartition":1}""");
        Thread.Sleep(1100); // the list is looked at once a second
        Assert.Equal("late", _net.OnClient("curl", $"-sS --fail {Home}/images/late/disk").Text.Trim());
    }

    private byte[] Got(string command, bool keep = false)
    {
        string got = Path.Combine(_appliance.Folder, "got");
        if (!keep) File.Delete(got);
        var output = _net.OnClient(command.Replace("GOT", got), "");
        Assert.True(output.Exit == 0, $"{command}: {output.Text}");
        return File.ReadAllBytes(got);
    }

    private string Status(string arguments) => _net.OnClient("curl", $"-s -o /dev/null -w %{{http_code}} {arguments}").Text.Trim();

    private static Socket Connected(IPAddress? from = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        socket.Bind(new IPEndPoint(from ?? Namespaces.Client, 0));
        socket.Connect(Namespaces.Appliance, int.Parse(Port, System.Globalization.CultureInfo.InvariantCulture));
        return socket;
    }

    private static string ToEnd(Socket socket)
    {
        var all = new MemoryStream();
        using var stream = new NetworkStream(socket);
        stream.CopyTo(all);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    private static long Count(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[1 << 16];
            long all = 0;
            for (int got; (got = socket.Receive(buffer)) > 0; all += got) { }
            return all;
        }
    }
}
