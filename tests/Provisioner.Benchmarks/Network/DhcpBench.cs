using System.Globalization;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// DHCP as a relay sees it: the highest rate of four-way exchanges that each server holds with under 1 % lost, its processor time a lease,
/// and an avalanche of 20,000 clients. Each rate is offered to all servers before the next, so that all meet the same minutes of the machine.
/// Rates are offered by a client that costs little, and once more by perfdhcp, which is nobody's of the two but needs most of a core.
/// </summary>
internal static class DhcpBench
{
    private const int Seconds = 5, WarmUpSeconds = 3, AvalancheClients = 20_000, Tries = 2;
    private const int MostToWarmUp = 2000;
    private const double MostDropped = 1;
    private static readonly int[] Rates = [100, 500, 1000, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 16_000, 18_000, 20_000, 24_000, 28_000];
    private static readonly int[] PerfdhcpRates = [4000, 5000, 6000, 8000, 10_000, 12_000];

    /// <summary>What a client saw of one rate.</summary>
    private sealed record Seen(long Exchanges, double Drops, double Delay);

    private delegate Seen Client(Lab lab, int rate, int seconds);

    public static IReadOnlyList<Figure> Measure(Lab lab)
    {
        string[] all = [.. DhcpPeers.All.Select(p => p.Name)];
        return
        [
            .. Ladder(Climb(lab, "load", Cheap, Rates, all), all, "", 2),
            .. Ladder(Climb(lab, "perfdhcp", Perf, PerfdhcpRates, ["kea", Figure.Us]), ["kea", Figure.Us], ", offered by perfdhcp", null),
            .. Avalanche(lab),
        ];
    }

    private static Seen Cheap(Lab lab, int rate, int seconds)
    {
        var got = RelayLoad.AtRate(lab, rate, seconds);
        return new(got.Bound, got.Drops, got.Delay);
    }

    private static Seen Perf(Lab lab, int rate, int seconds)
    {
        var got = Perfdhcp.AtRate(lab, rate, seconds);
        return new(got.Exchanges, got.Drops, got.Delay);
    }

    private sealed record Step(double Rate, double MicrosecondsPerLease, double Memory, double Delay);

    private static Dictionary<string, SortedDictionary<int, Step>> Climb(Lab lab, string by, Client client, int[] rates, string[] names)
    {
        var held = new Dictionary<string, SortedDictionary<int, Step>>();
        foreach (int rate in rates)
        {
            foreach (var (name, start) in DhcpPeers.All)
            {
                if (!names.Contains(name)) continue;
                if (Offer(lab, by, client, name, start, rate) is { } step) (held.TryGetValue(name, out var steps) ? steps : held[name] = [])[rate] = step;
                else names = [.. names.Where(n => n != name)];
            }
            if (names.Length == 0) break;
        }
        return held;
    }

    // Null: the server drops more than it may, twice.
    private static Step? Offer(Lab lab, string by, Client client, string name, Func<Lab, Peer> start, int rate)
    {
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            using var peer = start(lab);
            client(lab, Math.Min(rate, MostToWarmUp), WarmUpSeconds); // servers run for months: what they do in their first seconds is not asked here
            double before = peer.ProcessorSeconds;
            var got = client(lab, rate, Seconds);
            double cost = (peer.ProcessorSeconds - before) / Math.Max(1, got.Exchanges) * 1e6;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"dhcp {name}: {by} offered {rate}/s, {got.Exchanges / (double)Seconds:0}/s bound, {got.Drops:0.##} % dropped, {got.Delay:0.0} ms to the ACK, {cost:0} µs CPU a lease, {peer.ResidentMebibytes:0} MiB"));
            // What the client could not send is not held either.
            if (got.Drops <= MostDropped && got.Exchanges >= 0.95 * rate * Seconds) return new(got.Exchanges / (double)Seconds, cost, peer.ResidentMebibytes, got.Delay);
        }
        return null;
    }

    private static IEnumerable<Figure> Ladder(Dictionary<string, SortedDictionary<int, Step>> held, string[] names, string by, double? wanted)
    {
        yield return new($"DHCP: four-way exchanges a second, under 1 % dropped{by}", Of(steps => steps.Values.Last().Rate), Against: "kea", Wanted: wanted);
        // Where both were busy and neither was drowning.
        int common = held.TryGetValue("kea", out var kea) && held.TryGetValue(Figure.Us, out var ours) ? kea.Keys.Intersect(ours.Keys).DefaultIfEmpty(Rates[0]).Max() : Rates[0];
        yield return new($"DHCP: CPU a lease at {common}/s, µs{by}", Of(steps => steps.GetValueOrDefault(common)?.MicrosecondsPerLease), Against: "kea", MoreIsBetter: false, Wanted: 0.5);
        yield return new($"DHCP: CPU a lease at its own highest rate, µs{by}", Of(steps => steps.Values.Last().MicrosecondsPerLease), Against: "kea", MoreIsBetter: false, Wanted: 0.5);
        yield return new($"DHCP: REQUEST to ACK at {common}/s, mean ms{by}", Of(steps => steps.GetValueOrDefault(common)?.Delay), Against: "kea", MoreIsBetter: false);
        yield return new($"DHCP: resident memory at its highest rate, MiB{by}", Of(steps => steps.Values.Last().Memory), MoreIsBetter: false);

        (string, double?)[] Of(Func<SortedDictionary<int, Step>, double?> take) =>
            [.. names.Select(name => (name, held.TryGetValue(name, out var steps) ? take(steps) : null))];
    }

    // The two slow ones would take many minutes.
    private static IEnumerable<Figure> Avalanche(Lab lab)
    {
        List<(string, double?)> seconds = [], bound = [], twice = [];
        foreach (var (name, start) in DhcpPeers.All)
        {
            if (name is not ("kea" or Figure.Us)) continue;
            using var peer = start(lab);
            var got = Perfdhcp.Avalanche(lab, AvalancheClients);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"dhcp {name}: avalanche of {AvalancheClients}: {got.Exchanges} bound in {got.Seconds:0.0} s, {got.Twice} addresses held by two"));
            seconds.Add((name, got.Seconds));
            bound.Add((name, got.Exchanges));
            twice.Add((name, got.Twice));
        }
        yield return new($"DHCP: avalanche of {AvalancheClients:#,0}: seconds until all are bound", seconds, Against: "kea", MoreIsBetter: false);
        yield return new("DHCP: avalanche: clients bound", bound, Against: "kea");
        yield return new("DHCP: avalanche: addresses given twice", twice);
    }
}
