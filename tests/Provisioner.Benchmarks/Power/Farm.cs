using System.Diagnostics;
using System.Globalization;

namespace Provisioner.Benchmarks.Power;

/// <summary>The other end of <see cref="PowerFarm"/>.</summary>
internal sealed class Farm : IDisposable
{
    private readonly Process _process;

    public Farm(int count, int dead)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["power-farm", $"{count}", $"{dead}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (_process.StandardOutput.ReadLine() != "ready") throw new InvalidOperationException("the simulated BMCs did not start (see above)");
    }

    /// <summary>Datagrams so far, both ways.</summary>
    public long Datagrams
    {
        get
        {
            _process.StandardInput.WriteLine();
            return _process.StandardOutput.ReadLine()!.Split(' ').Sum(n => long.Parse(n, CultureInfo.InvariantCulture));
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5000)) _process.Kill();
        _process.Dispose();
    }
}
