namespace Provisioner.Benchmarks.Network;

/// <summary>This program, for the halves of a benchmark that run as a process of their own.</summary>
internal static class Itself
{
    /// <summary>The program to start and its arguments; started by dotnet, dotnet is the program.</summary>
    public static string[] With(params IEnumerable<string> arguments) =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(Itself).Assembly.Location, .. arguments]
            : [Environment.ProcessPath!, .. arguments];
}
