using System.Globalization;
using Provisioner.ApplianceTests.Power;

namespace Provisioner.Benchmarks.Power;

/// <summary>The simulated BMCs in a process of their own, so that their processor time is not the poller's. Asked by a line, it says its counts.</summary>
internal static class PowerFarm
{
    public static int Run(string count, string dead)
    {
        int all = int.Parse(count, CultureInfo.InvariantCulture), silent = int.Parse(dead, CultureInfo.InvariantCulture);
        using var farm = new BmcFarm(all, bmc => IsDead(bmc, all, silent));
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{farm.Datagrams.In} {farm.Datagrams.Out}"));
        return 0;
    }

    /// <summary>The dead lie evenly among the living.</summary>
    public static bool IsDead(int bmc, int all, int dead) => dead > 0 && bmc % (all / dead) == 0;
}
