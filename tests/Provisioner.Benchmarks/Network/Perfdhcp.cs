using System.Globalization;
using System.Text.RegularExpressions;

namespace Provisioner.Benchmarks.Network;

/// <summary>What perfdhcp measured; it stands as a relay in the served subnet (giaddr is its own address), so replies are unicast to port 67.</summary>
/// <param name="Rate">Whole four-way exchanges a second.</param>
/// <param name="Exchanges">Whole four-way exchanges.</param>
/// <param name="Drops">The worse of both halves, in per cent of what was sent.</param>
/// <param name="Delay">Mean time from REQUEST to ACK in milliseconds.</param>
/// <param name="Twice">Addresses that two of its clients hold (-x l; its own -u counts an answer to a repeated message as a second address).</param>
/// <param name="Seconds">How long the whole run took.</param>
internal sealed partial record Perfdhcp(double Rate, long Exchanges, double Drops, double Delay, long Twice, double Seconds)
{
    /// <summary>Offers exchanges at a fixed rate, each by one of 60,000 clients.</summary>
    public static Perfdhcp AtRate(Lab lab, int rate, int seconds) =>
        Run(lab, seconds + 20, "-R", "60000", "-p", Text(seconds), "-r", Text(rate), "-W", "500000");

    /// <summary>All clients at once, as after a power cut: each asks again after 1, 2, 4 … seconds until it is bound.</summary>
    public static Perfdhcp Avalanche(Lab lab, int clients) => Run(lab, 240, "--scenario", "avalanche", "-R", Text(clients), "-x", "l");

    private static Perfdhcp Run(Lab lab, int deadline, params string[] arguments)
    {
        var ran = lab.OnClient(TimeSpan.FromSeconds(deadline), "perfdhcp", ["-4", .. arguments, "-l", $"{Lab.Client}", $"{Lab.Server}"]);
        var drops = Numbers(DropsRatio(), ran.Text);
        if (drops.Length < 2) throw new InvalidOperationException($"perfdhcp {string.Join(' ', arguments)} ended with {ran.Exit}: {ran.Text[..Math.Min(2000, ran.Text.Length)]}");
        return new(Numbers(RateLine(), ran.Text)[0], (long)Numbers(Received(), ran.Text)[1], drops.Max(),
            Numbers(AverageDelay(), ran.Text) is [_, var ack] ? ack : double.NaN, HeldByTwo(ran.Text), ran.Seconds);
    }

    // "client id,address," a line, after the title of the acknowledged ones.
    private static long HeldByTwo(string text)
    {
        int at = text.IndexOf("***Leases for REQUEST-ACK***", StringComparison.Ordinal);
        return at < 0 ? 0 : Lease().Matches(text, at).Select(m => (Client: m.Groups[1].Value, Address: m.Groups[2].Value)).Distinct().CountBy(l => l.Address).LongCount(a => a.Value > 1);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double[] Numbers(Regex pattern, string text) =>
        [.. pattern.Matches(text).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^Rate: ([\d.e+]+) 4-way", RegexOptions.Multiline)]
    private static partial Regex RateLine();

    [GeneratedRegex(@"^received packets: (\d+)", RegexOptions.Multiline)]
    private static partial Regex Received();

    [GeneratedRegex(@"^drops ratio: ([\d.e+]+) %", RegexOptions.Multiline)]
    private static partial Regex DropsRatio();

    [GeneratedRegex(@"^avg delay: ([\d.e+]+) ms", RegexOptions.Multiline)]
    private static partial Regex AverageDelay();

    [GeneratedRegex(@"^([0-9a-f]+),([\d.]+),", RegexOptions.Multiline)]
    private static partial Regex Lease();
}
