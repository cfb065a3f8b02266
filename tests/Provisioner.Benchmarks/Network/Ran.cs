using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Provisioner.Benchmarks.Network;

/// <summary>What became of a program that was run to its end.</summary>
/// <param name="Exit">Its exit code; -1 when the deadline ended it.</param>
/// <param name="Text">What it said on both outputs.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record Ran(int Exit, string Text, double Seconds)
{
    public static Ran ToEnd(TimeSpan deadline, string program, IEnumerable<string> arguments)
    {
        long began = Stopwatch.GetTimestamp();
        using var process = Start(program, arguments);
        var said = new StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (said) said.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (said) said.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = process.WaitForExit(deadline);
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (!ended) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        lock (said) return new(ended ? process.ExitCode : -1, said.ToString(), seconds);
    }

    public static Process Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} can't be started ({e.Message}): ./run bench installs what the benchmarks need");
        }
    }
}
