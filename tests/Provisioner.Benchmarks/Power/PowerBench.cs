using System.Diagnostics;
using System.Globalization;
using Provisioner.ApplianceTests.Power;
using Provisioner.Benchmarks.Network;

namespace Provisioner.Benchmarks.Power;

/// <summary>
/// The power of 5,000 simulated BMCs, kept fresh by the appliance's own poller and driver, beside ipmitool and ipmipower on the same BMCs in the
/// same run. In a network namespace of its own, with a loopback interface and nothing else.
/// </summary>
internal static class PowerBench
{
    private const int Dead = 50, Few = 400;
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("PROVISIONER_BENCH_BMCS") ?? "5000", CultureInfo.InvariantCulture);
    private const string User = "admin", Password = "a-password-of-20-oct";

    public static int Run()
    {
        using var inside = Process.Start("unshare", ["--net", "--", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", Environment.ProcessPath!, "power-inside"]);
        inside.WaitForExit();
        return inside.ExitCode;
    }

    public static async Task<int> InsideAsync()
    {
        List<Mark> marks = [];
        List<Figure> figures = [];
        using (var farm = new Farm(Count, 0))
        {
            await using var polled = new Polled(Count);
            await polled.FirstRoundAsync(marks);
            await polled.WarmRoundAsync(farm, marks);
            double ours = await polled.FullSpeedAsync(TimeSpan.FromSeconds(5));
            await Polled.SweepAsync(Count, marks);
            var (ipmitool, toolSeconds) = Ipmitool();
            var (ipmipower, powerSeconds) = Ipmipower();
            figures.Add(new("readings a second, at full speed", [("xargs -P8 ipmitool", ipmitool), ("ipmipower", ipmipower), (Figure.Us, ours)], "xargs -P8 ipmitool", Wanted: 50));
            figures.Add(new("processor time a reading, µs", [("xargs -P8 ipmitool", toolSeconds * 1e6), ("ipmipower", powerSeconds * 1e6), (Figure.Us, polled.SecondsAReading * 1e6)], MoreIsBetter: false));
            marks.Add(new("longest time between two readings of one BMC, s", polled.LongestGap(_ => true), 33));
        }
        using (new Farm(Count, Dead))
        {
            await using var polled = new Polled(Count);
            await polled.RoundsAsync(TimeSpan.FromSeconds(75));
            marks.Add(new($"the same of the living, {Dead} dead ones among them, s", polled.LongestGap(bmc => !PowerFarm.IsDead(bmc, Count, Dead)), 33));
            marks.Add(new("readings of the dead that said on or off", polled.Known(bmc => PowerFarm.IsDead(bmc, Count, Dead)), 0));
        }
        FigureTable.Print(figures);
        Mark.Print(marks);
        return 0;
    }

    private static (double Rate, double ProcessorSeconds) Ipmitool()
    {
        string list = Path.GetTempFileName();
        File.WriteAllLines(list, Enumerable.Range(0, Few).Select(BmcFarm.Address));
        var (ran, processor) = Timed($"xargs -a {list} -P8 -I@ ipmitool -I lanplus -C 17 -H @ -U {User} -P {Password} power status");
        File.Delete(list);
        return Rate("ipmitool", ran, processor, Lines(ran.Text, "Chassis Power is"), Few);
    }

    private static (double Rate, double ProcessorSeconds) Ipmipower()
    {
        string hosts = string.Join(',', Enumerable.Range(0, Count / 250).Select(net => $"127.1.{net}.[1-250]"));
        var (ran, processor) = Timed($"ipmipower -D LAN_2_0 -I 17 -h '{hosts}' -u {User} -p {Password} -l OPERATOR --stat");
        return Rate("ipmipower", ran, processor, Lines(ran.Text, ": on") + Lines(ran.Text, ": off"), Count);
    }

    private static (double Rate, double ProcessorSeconds) Rate(string who, Ran ran, double processor, int read, int asked)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{who}: {read} of {asked} read in {ran.Seconds:0.0} s, {processor:0.0} s of processor time"));
        if (read == 0) Console.WriteLine($"{who} said: {ran.Text[..Math.Min(ran.Text.Length, 500)]}");
        return (read / ran.Seconds, read == 0 ? double.NaN : processor / read);
    }

    private static (Ran Ran, double ProcessorSeconds) Timed(string command)
    {
        var ran = Ran.ToEnd(TimeSpan.FromMinutes(3), "bash", ["-c", $"TIMEFORMAT='processor %U %S'; time {{ {command}; }}"]);
        string[] said = ran.Text.Split('\n').LastOrDefault(l => l.StartsWith("processor ", StringComparison.Ordinal))?.Split(' ') ?? ["", "0", "0"];
        return (ran, double.Parse(said[1], CultureInfo.InvariantCulture) + double.Parse(said[2], CultureInfo.InvariantCulture));
    }

    private static int Lines(string text, string word) => text.Split('\n').Count(l => l.Contains(word, StringComparison.Ordinal));
}

/// <summary>A figure of ours alone, and the mark that it has to stay below.</summary>
/// <param name="Name">What, with its unit.</param>
/// <param name="Value">As measured.</param>
/// <param name="AtMost">The mark.</param>
internal sealed record Mark(string Name, double Value, double AtMost)
{
    public static void Print(IReadOnlyList<Mark> marks)
    {
        Console.WriteLine();
        int width = marks.Max(m => m.Name.Length);
        foreach (var mark in marks)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mark.Name.PadRight(width)}  {mark.Value,8:0.##}  ≤ {mark.AtMost,-5:0.##} {(mark.Value <= mark.AtMost ? "ok" : "short")}"));
    }
}
