using System.Globalization;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// TFTP beside tftpd-hpa, dnsmasq and atftpd: a file of 48 MiB to one client in lock step (curl, blksize 1428), the same in windows of 16 (atftp),
/// and 16 MiB to 32 clients at once, by a client that costs little and by 32 curls. The servers take turns, three rounds; the middle one counts.
/// Each is warm when it is measured: 32 clients have had their files before.
/// </summary>
internal static class TftpBench
{
    private const int Rounds = 3, Clients = 32;
    private const long BigBytes = 48 << 20, SmallBytes = 16 << 20;
    private const string Big = "ipxe.efi", Small = "undionly.kpxe";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly (string Name, Func<Lab, string, Peer> Start)[] Servers = [("tftpd-hpa", Hpa), ("dnsmasq", Dnsmasq), ("atftpd", Atftpd), (Figure.Us, Appliance)];

    public static IReadOnlyList<Figure> Measure(Lab lab)
    {
        string root = lab.Fresh("tftp");
        Directory.CreateDirectory(root);
        Fill(Path.Combine(root, Big), BigBytes);
        Fill(Path.Combine(root, Small), SmallBytes);
        var there = Servers.Where(s => s.Name != "atftpd" || AtftpdPath is not null).ToArray();
        var rows = there.ToDictionary(s => s.Name, _ => new List<Row>());
        for (int round = 0; round < Rounds; round++)
            foreach (var (name, start) in there)
            {
                using var peer = start(lab, root);
                rows[name].Add(Once(lab, name, peer));
            }
        return
        [
            new("TFTP: one client, blksize 1428, MiB/s", Of(r => r.One), Wanted: 1.2),
            new("TFTP: one client, windowsize 16, MiB/s", Of(r => r.Window), Wanted: 1.2),
            new($"TFTP: {Clients} clients at once, MiB/s", Of(r => r.Many), Wanted: 1.2),
            new($"TFTP: {Clients} clients at once, curl, MiB/s", Of(r => r.Curls)),
            new($"TFTP: CPU a block, {Clients} clients, µs", Of(r => r.MicrosecondsPerBlock), MoreIsBetter: false),
        ];

        (string, double?)[] Of(Func<Row, double?> take) => [.. rows.Select(r => (r.Key, Figure.Median([.. r.Value.Select(take).OfType<double>()])))];
    }

    private sealed record Row(double One, double Window, double Many, double Curls, double? MicrosecondsPerBlock);

    private static Row Once(Lab lab, string name, Peer peer)
    {
        _ = TftpLoad.Of(lab, Clients, Small, SmallBytes);
        string[] curl = ["-s", "--tftp-blksize", "1428", "-o", "/dev/null"];
        double one = Rate.Of(1, BigBytes, () => lab.StartOnClient("curl", [.. curl, $"tftp://{Lab.Server}/{Big}"]), Deadline);
        double window = Rate.Of(1, BigBytes, () => lab.StartOnClient("atftp", "--option", "blksize 1428", "--option", "windowsize 16", "-g", "-r", Big, "-l", "/dev/null", $"{Lab.Server}"), Deadline);
        double curls = Rate.Of(Clients, SmallBytes, () => lab.StartOnClient("curl", [.. curl, $"tftp://{Lab.Server}/{Small}"]), Deadline);
        double before = peer.ProcessorSeconds;
        double many = TftpLoad.Of(lab, Clients, Small, SmallBytes) ?? throw new InvalidOperationException($"{name} gave less than the whole file");
        // tftpd-hpa's processes, one a transfer, end unwaited for: the kernel forgets their time (wait(2), SIGCHLD ignored).
        double? cost = name == "tftpd-hpa" ? null : (peer.ProcessorSeconds - before) * 1e6 / (Clients * (SmallBytes / 1428.0));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tftp {name}: one client {one:0.0} MiB/s, windowsize 16 {window:0.0} MiB/s, {Clients} clients {many:0.0} MiB/s, {Clients} curls {curls:0.0} MiB/s, {cost?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–"} µs CPU a block, {peer.ResidentMebibytes:0} MiB"));
        return new(one, window, many, curls, cost);
    }

    private static void Fill(string path, long bytes)
    {
        var content = new byte[bytes];
        new Random((int)bytes).NextBytes(content);
        File.WriteAllBytes(path, content);
    }

    private static Peer Hpa(Lab lab, string root) => lab.Start("tftpd-hpa", "in.tftpd", "-L", "-4", "-a", $"{Lab.Server}:69", "-u", "root", "-s", root).UntilBound(69);

    private static Peer Dnsmasq(Lab lab, string root) =>
        lab.Start("dnsmasq", "dnsmasq", "-k", "--conf-file=/dev/null", "--port=0", "--enable-tftp", $"--tftp-root={root}", $"--listen-address={Lab.Server}",
            "--bind-interfaces", "--user=root", "--tftp-max=500", "--pid-file").UntilBound(69);

    private static Peer Atftpd(Lab lab, string root) =>
        lab.Start("atftpd", AtftpdPath!, "--daemon", "--no-fork", "--bind-address", $"{Lab.Server}", "--user", "root", "--maxthread", "500", root).UntilBound(69);

    // Debian's atftpd can't be installed beside tftpd-hpa: ./run bench unpacks it and names its program in ATFTPD.
    private static string? AtftpdPath => new[] { Environment.GetEnvironmentVariable("ATFTPD"), "/usr/sbin/atftpd" }.FirstOrDefault(File.Exists);

    private static Peer Appliance(Lab lab, string root)
    {
        var served = new Served(lab);
        foreach (string file in (string[])[Big, Small]) File.Copy(Path.Combine(root, file), Path.Combine(served.BootFiles, file));
        return served.Peer;
    }
}
