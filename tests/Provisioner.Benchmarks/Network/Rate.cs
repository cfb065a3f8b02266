using System.Diagnostics;

namespace Provisioner.Benchmarks.Network;

/// <summary>How fast octets come to clients that are started at once.</summary>
internal static class Rate
{
    /// <summary>MiB/s of all clients together, from the first one's start to the last one's end; not a number where one of them fails.</summary>
    public static double Of(int clients, long bytesEach, Func<Process> start, TimeSpan deadline)
    {
        long began = Stopwatch.GetTimestamp();
        Process[] running = [.. Enumerable.Range(0, clients).Select(_ => start())];
        bool whole = true;
        foreach (var client in running)
        {
            if (!client.WaitForExit(deadline))
            {
                client.Kill(entireProcessTree: true);
                client.WaitForExit();
            }
            whole &= client.ExitCode == 0;
            client.Dispose();
        }
        return whole ? clients * bytesEach / 1048576.0 / Stopwatch.GetElapsedTime(began).TotalSeconds : double.NaN;
    }
}
