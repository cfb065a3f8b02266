using System.Globalization;
using System.Text.RegularExpressions;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// Images over HTTP beside nginx (one worker, sendfile): a file of 512 MiB in the page cache to one reader and to 32 at once, the processor time
/// that a GiB costs the server, and a file of 1 KiB to wrk. The servers take turns, five rounds; the middle one counts: one reader's rate moves by a tenth from run to run.
/// </summary>
internal static partial class HttpBench
{
    private const int Rounds = 5, Singles = 7, Readers = 32, WrkSeconds = 3;
    private const long ImageBytes = 512 << 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly (string Name, Func<Lab, string, (Peer Peer, int Port)> Start)[] Servers = [("nginx", Nginx), (Figure.Us, Appliance)];

    public static IReadOnlyList<Figure> Measure(Lab lab)
    {
        string root = Files(lab);
        var rows = Servers.ToDictionary(s => s.Name, _ => new List<Row>());
        for (int round = 0; round < Rounds; round++)
            foreach (var (name, start) in Servers)
            {
                var (peer, port) = start(lab, root);
                using (peer) rows[name].Add(Once(lab, name, peer, port));
            }
        return
        [
            new("HTTP: image to one reader, MiB/s", Of(r => r.One), Against: "nginx", Wanted: 0.95),
            new($"HTTP: image to {Readers} readers, MiB/s", Of(r => r.Many), Against: "nginx", Wanted: 0.95),
            new("HTTP: CPU a GiB sent, ms", Of(r => r.MillisecondsPerGibibyte), Against: "nginx", MoreIsBetter: false),
            new("HTTP: 1 KiB file, requests a second", Of(r => r.Requests), Against: "nginx"),
        ];

        (string, double?)[] Of(Func<Row, double> take) => [.. rows.Select(r => (r.Key, Figure.Median([.. r.Value.Select(take)])))];
    }

    private sealed record Row(double One, double Many, double MillisecondsPerGibibyte, double Requests);

    private static Row Once(Lab lab, string name, Peer peer, int port)
    {
        string image = $"http://{Lab.Server}:{port}/images/bench/disk.raw", small = $"http://{Lab.Server}:{port}/boot/localboot.efi";
        double one = Figure.Median([.. Enumerable.Range(0, Singles).Select(_ => Rate.Of(1, ImageBytes, () => lab.StartOnClient("curl", "-sf", "-o", "/dev/null", image), Deadline))])!.Value;
        double before = peer.ProcessorSeconds;
        double many = Rate.Of(Readers, ImageBytes, () => lab.StartOnClient("curl", "-sf", "-o", "/dev/null", image), Deadline);
        double cost = (peer.ProcessorSeconds - before) * 1000 / (Readers * (ImageBytes / (double)(1 << 30)));
        string wrk = lab.OnClient(Deadline, "wrk", "-t1", "-c64", $"-d{WrkSeconds}s", small).Text;
        double requests = Requests().Match(wrk) is { Success: true } match && !wrk.Contains("Non-2xx", StringComparison.Ordinal) ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : double.NaN;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"http {name}: one reader {one:0} MiB/s, {Readers} readers {many:0} MiB/s, {cost:0} ms CPU a GiB, {requests:0} requests/s, {peer.ResidentMebibytes:0} MiB"));
        return new(one, many, cost, requests);
    }

    // /images/bench/disk.raw and /boot/localboot.efi for both.
    private static string Files(Lab lab)
    {
        string root = lab.Fresh("files");
        Directory.CreateDirectory(Path.Combine(root, "images", "bench"));
        Directory.CreateDirectory(Path.Combine(root, "boot"));
        File.WriteAllBytes(Path.Combine(root, "boot", "localboot.efi"), new byte[1024]);
        var piece = new byte[1 << 20];
        new Random(1).NextBytes(piece);
        using (var image = File.Create(Path.Combine(root, "images", "bench", "disk.raw")))
            while (image.Length < ImageBytes) image.Write(piece);
        File.WriteAllText(Path.Combine(root, "images", "bench", "image.json"), $$"""
            {"name":"bench","title":"bench","os":"none","release":"1","architecture":"amd64","file":"disk.raw","sizeBytes":{{ImageBytes}},"sha256":"{{new string('0', 64)}}","rawBytes":{{ImageBytes}},"rootPartition":1}
            """);
        return root;
    }

    private static (Peer, int) Nginx(Lab lab, string root)
    {
        string config = lab.Fresh("nginx.conf");
        File.WriteAllText(config, $$"""
            user root; daemon off; worker_processes 1; pid {{config}}.pid; error_log {{config}}.err;
            events { worker_connections 2048; }
            http { access_log off; sendfile on; tcp_nopush on; server { listen {{Lab.Server}}:8000; root {{root}}; } }
            """);
        return (lab.Start("nginx", "nginx", "-c", config).UntilBound(8000, udp: false), 8000);
    }

    private static (Peer, int) Appliance(Lab lab, string root)
    {
        var served = new Served(lab);
        Directory.CreateSymbolicLink(Path.Combine(served.Images, "bench"), Path.Combine(root, "images", "bench"));
        File.Copy(Path.Combine(root, "boot", "localboot.efi"), Path.Combine(served.BootFiles, "localboot.efi"));
        return (served.Peer, 5241);
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Requests();
}
