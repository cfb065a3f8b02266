using System.Globalization;
using System.Text.RegularExpressions;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// Images over HTTP beside nginx (one worker, sendfile): a file of 512 MiB in the page cache to one reader and to 32 at once, the processor time
/// that a GiB costs the server, and a file of 1 KiB to wrk. Both servers run, and one reader asks them in turn: its rate moves by a third from one
/// time to the next, so the middle of 63 times counts. The rest takes turns, three rounds; the middle one counts.
/// </summary>
internal static partial class HttpBench
{
    private const int Rounds = 3, Singles = 21, Readers = 32, WrkSeconds = 3;
    private const long ImageBytes = 512 << 20;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly (string Name, Func<Lab, string, (Peer Peer, int Port)> Start)[] Servers = [("nginx", Nginx), (Figure.Us, Appliance)];

    public static IReadOnlyList<Figure> Measure(Lab lab)
    {
        string root = Files(lab);
        var rows = Servers.ToDictionary(s => s.Name, _ => new List<Row>());
        var singles = Servers.ToDictionary(s => s.Name, _ => new List<double>());
        for (int round = 0; round < Rounds; round++)
        {
            var servers = Servers.Select(s => (s.Name, At: s.Start(lab, root))).ToList();
            try
            {
                for (int i = 0; i < Singles; i++)
                    foreach (var (name, (_, port)) in servers)
                        singles[name].Add(Rate.Of(1, ImageBytes, () => lab.StartOnClient("curl", "-sf", "-o", "/dev/null", Image(port)), Deadline));
                foreach (var (name, (peer, port)) in servers) rows[name].Add(Once(lab, name, peer, port));
            }
            finally
            {
                foreach (var (_, (peer, _)) in servers) peer.Dispose();
            }
        }
        foreach (var (name, rates) in singles) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"http {name}: one reader, {rates.Count} times: {rates.Min():0} to {rates.Max():0} MiB/s, in the middle {Figure.Median(rates):0}"));
        return
        [
            new("HTTP: image to one reader, MiB/s", [.. singles.Select(s => (s.Key, Figure.Median(s.Value)))], Against: "nginx", Wanted: 0.95),
            new($"HTTP: image to {Readers} readers, MiB/s", Of(r => r.Many), Against: "nginx", Wanted: 0.95),
            new("HTTP: CPU a GiB sent, ms", Of(r => r.MillisecondsPerGibibyte), Against: "nginx", MoreIsBetter: false),
            new("HTTP: 1 KiB file, requests a second", Of(r => r.Requests), Against: "nginx"),
        ];

        (string, double?)[] Of(Func<Row, double> take) => [.. rows.Select(r => (r.Key, Figure.Median([.. r.Value.Select(take)])))];
    }

    private sealed record Row(double Many, double MillisecondsPerGibibyte, double Requests);

    private static Row Once(Lab lab, string name, Peer peer, int port)
    {
        string small = $"http://{Lab.Server}:{port}/boot/localboot.efi";
        double before = peer.ProcessorSeconds;
        double many = Rate.Of(Readers, ImageBytes, () => lab.StartOnClient("curl", "-sf", "-o", "/dev/null", Image(port)), Deadline);
        double cost = (peer.ProcessorSeconds - before) * 1000 / (Readers * (ImageBytes / (double)(1 << 30)));
        string wrk = lab.OnClient(Deadline, "wrk", "-t1", "-c64", $"-d{WrkSeconds}s", small).Text;
        double requests = Requests().Match(wrk) is { Success: true } match && !wrk.Contains("Non-2xx", StringComparison.Ordinal) ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : double.NaN;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"http {name}: {Readers} readers {many:0} MiB/s, {cost:0} ms CPU a GiB, {requests:0} requests/s, {peer.ResidentMebibytes:0} MiB"));
        return new(many, cost, requests);
    }

    private static string Image(int port) => $"http://{Lab.Server}:{port}/images/bench/disk.raw";

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
            http { access_log off; sendfile on; tcp_nopush on; server { listen {{Lab.Server}}:8080; root {{root}}; } }
            """);
        return (lab.Start("nginx", "nginx", "-c", config).UntilBound(8080, udp: false), 8080);
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
