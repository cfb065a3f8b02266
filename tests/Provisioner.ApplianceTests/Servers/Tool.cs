using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>Runs a program with a deadline; at its end, only what we started is ended.</summary>
internal static class Tool
{
    public sealed record Output(int Exit, string Text);

    /// <summary>Runs, and fails the test where the program does.</summary>
    public static string Run(string program, string arguments, int seconds = 10)
    {
        var output = Try(program, arguments, seconds);
        Assert.True(output.Exit == 0, $"{program} {arguments} ended with {output.Exit}: {output.Text}");
        return output.Text;
    }

    public static Output Try(string program, string arguments, int seconds)
    {
        var said = new StringBuilder();
        using var process = Start(program, arguments, line => { lock (said) said.AppendLine(line); });
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return new(-1, $"no end after {seconds} s; it said: {said}");
        }
        process.WaitForExit();
        lock (said) return new(process.ExitCode, said.ToString());
    }

    public static Process Start(string program, string arguments, Action<string> line)
    {
        var process = new Process
        {
            StartInfo = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false },
        };
        process.OutputDataReceived += (_, e) => { if (e.Data is { } text) line(text); };
        process.ErrorDataReceived += (_, e) => { if (e.Data is { } text) line(text); };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} can't be started ({e.Message}): ./run test installs what the tests need");
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
