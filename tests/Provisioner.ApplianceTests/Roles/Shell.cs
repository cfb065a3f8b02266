using System.Diagnostics;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>Runs a program and waits for its end, with a deadline.</summary>
internal static class Shell
{
    public static (int Code, string Output) Try(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(8)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than 8 minutes");
        }
        return (process.ExitCode, output.Result + error.Result);
    }

    public static string Run(string program, params IEnumerable<string> arguments)
    {
        var (code, output) = Try(program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {code}: {output}");
    }
}
