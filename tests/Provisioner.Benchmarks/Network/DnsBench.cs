using System.Globalization;
using System.Text.RegularExpressions;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// DNS as dnsperf asks it: as many addresses of machines a second as each server answers, and its processor time an answer at a rate that all
/// hold. Each server in turn, three times round, the middle one counts: all meet the same minutes of the machine.
/// </summary>
internal static partial class DnsBench
{
    private const int Rounds = 3, Seconds = 5, WarmUpSeconds = 3, EasyRate = 40_000;

    public static IReadOnlyList<Figure> Measure(Lab lab)
    {
        string queries = lab.Fresh("queries");
        var shuffled = Enumerable.Range(0, DnsPeers.Names).ToArray();
        new Random(1).Shuffle(shuffled);
        File.WriteAllLines(queries, shuffled.Select(i => $"m{i}.{DnsPeers.Zone} A"));
        Dictionary<string, List<double>> most = [], cost = [], memory = [];
        for (int round = 0; round < Rounds; round++)
            foreach (var (name, start) in DnsPeers.All)
            {
                using var peer = start(lab);
                Ask(lab, queries, WarmUpSeconds);
                double rate = Ask(lab, queries, Seconds);
                double before = peer.ProcessorSeconds;
                double answered = Ask(lab, queries, Seconds, "-Q", $"{EasyRate}") * Seconds;
                double each = (peer.ProcessorSeconds - before) / answered * 1e6;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"dns {name}: {rate:#,0} answers/s; {each:0.0} µs CPU an answer at {EasyRate:#,0}/s; {peer.ResidentMebibytes:0} MiB"));
                Note(most, name, rate);
                Note(cost, name, each);
                Note(memory, name, peer.ResidentMebibytes);
            }
        return
        [
            new($"DNS: answers a second, {DnsPeers.Names:#,0} names, one worker", Middle(most), Against: "unbound", Wanted: 1),
            new($"DNS: µs of CPU an answer, at {EasyRate:#,0} a second", Middle(cost), Against: "unbound", MoreIsBetter: false),
            new($"DNS: MiB resident with {DnsPeers.Names:#,0} names", Middle(memory), MoreIsBetter: false),
        ];
    }

    // Answers a second; none where dnsperf had no answer at all.
    private static double Ask(Lab lab, string queries, int seconds, params string[] more)
    {
        var ran = lab.OnClient(TimeSpan.FromSeconds(seconds + 20), "dnsperf", ["-s", $"{Lab.Server}", "-d", queries, "-l", $"{seconds}", "-c", "4", "-q", "200", .. more]);
        var rate = PerSecond().Match(ran.Text);
        if (!rate.Success || !ran.Text.Contains("NOERROR", StringComparison.Ordinal)) throw new InvalidOperationException($"dnsperf had no answers: {ran.Text}");
        return double.Parse(rate.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static void Note(Dictionary<string, List<double>> figures, string name, double value) =>
        (figures.TryGetValue(name, out var there) ? there : figures[name] = []).Add(value);

    private static IReadOnlyList<(string, double?)> Middle(Dictionary<string, List<double>> figures) => [.. figures.Select(f => (f.Key, Figure.Median(f.Value)))];

    [GeneratedRegex(@"Queries per second:\s+([\d.]+)")]
    private static partial Regex PerSecond();
}
