namespace Provisioner.Domain.Roles;

/// <summary>
/// The agent of installed systems: a POSIX shell script with curl. It stands in Domain, beside the scripts that it runs, because the
/// seed that installs it is rendered here: one pure function makes the whole of what a machine gets.
/// </summary>
public static class HostAgent
{
    /// <summary>Where it is installed.</summary>
    public const string Path = "/usr/local/lib/provisioner/host-agent";

    /// <summary>Its service, without <c>.service</c>.</summary>
    public const string Service = "provisioner-host-agent";

    /// <summary>The script.</summary>
    public static string Script { get; } = Resource("host-agent.sh");

    /// <summary>Its unit.</summary>
    public static string Unit { get; } = Resource("host-agent.service");

    /// <summary>What it is told of the appliance, read by the shell.</summary>
    public static string Configuration(string url, string machine) => $"URL={ShellText.Quote(url)}\nMACHINE={ShellText.Quote(machine)}\n";

    /// <summary>Its token, in a file of curl's: a token among the arguments could be read by everybody on the machine.</summary>
    public static string CurlConfiguration(string token) => $"header = \"Authorization: Bearer {token}\"\n";

    internal static string Resource(string name)
    {
        using var stream = typeof(HostAgent).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not built in");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
