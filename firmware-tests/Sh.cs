using System.Diagnostics;

namespace Provisioner.FirmwareTests;

/// <summary>Runs a command to its end; a deadline on each.</summary>
internal static class Sh
{
    public static string Run(TimeSpan deadline, string program, params string[] arguments)
    {
        var (code, output) = Try(deadline, program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    public static (int Code, string Output) Try(TimeSpan deadline, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(deadline))
        {
            process.Kill(entireProcessTree: true);
            return (124, $"not ended within {deadline.TotalSeconds:0} s");
        }
        return (process.ExitCode, (output.Wait(TimeSpan.FromSeconds(2)) ? output.Result : "") + (errors.Wait(TimeSpan.FromSeconds(2)) ? errors.Result : ""));
    }

    /// <summary>The same, and each line is told as it comes.</summary>
    public static (int Code, string Output) Follow(TimeSpan deadline, Action<string> line, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var said = new List<string>();
        using var process = Process.Start(start)!;
        void Hear(string? text)
        {
            if (text is null) return;
            lock (said) said.Add(text);
            line(text);
        }
        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(deadline))
        {
            process.Kill(entireProcessTree: true);
            Hear($"not ended within {deadline.TotalSeconds:0} s");
            return (124, string.Join('\n', said));
        }
        process.WaitForExit();
        lock (said) return (process.ExitCode, string.Join('\n', said));
    }
}
