using System.Globalization;
using System.Text;

namespace Provisioner.Domain.Roles;

/// <summary>How an installed system reaches the appliance: over TLS, and it trusts this one certificate alone.</summary>
/// <param name="Address">The appliance's address as the machine reaches it; an IPv6 one in brackets.</param>
/// <param name="Port">TCP port of HTTPS.</param>
/// <param name="Certificate">The appliance's certificate, PEM.</param>
public sealed record ApplianceContact(string Address, int Port, string Certificate)
{
    /// <summary>The name in the certificate. It is never looked up: curl is told the address.</summary>
    public const string Name = "appliance.provisioner.internal";

    /// <summary>Where the agent's calls go.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"https://{Name}:{Port}");
}

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

    /// <summary>Its folder of settings.</summary>
    public const string Settings = "/etc/provisioner";

    /// <summary>Where the appliance's certificate is kept.</summary>
    public const string CertificatePath = $"{Settings}/appliance.pem";

    /// <summary>The script.</summary>
    public static string Script { get; } = Resource("host-agent.sh");

    /// <summary>Its unit.</summary>
    public static string Unit { get; } = Resource("host-agent.service");

    private static string Installer { get; } = Resource("host-agent-install.sh");

    /// <summary>What it is told of the appliance, read by the shell.</summary>
    public static string Configuration(ApplianceContact appliance, string machine) => $"URL={ShellText.Quote(appliance.Url)}\nMACHINE={ShellText.Quote(machine)}\n";

    /// <summary>
    /// Its token and whom it trusts, in a file of curl's: a token among the arguments could be read by everybody on the machine.
    /// The certificate is the only one that is trusted (<c>cacert</c>), for a name that no DNS is asked for (<c>resolve</c>): options that
    /// curl of 2012 has too (7.22 has no pinnedpubkey, and goes on without an option that it doesn't know). A proxy is never asked.
    /// </summary>
    public static string CurlConfiguration(ApplianceContact appliance, string token) => string.Create(CultureInfo.InvariantCulture, $"""
        silent
        noproxy = "*"
        cacert = "{CertificatePath}"
        resolve = "{ApplianceContact.Name}:{appliance.Port}:{appliance.Address}"
        header = "Authorization: Bearer {token}"

        """);

    /// <summary>All its files: path, permissions, content.</summary>
    /// <exception cref="ArgumentException">the token has a character that would break out of where it stands.</exception>
    public static IReadOnlyList<(string Path, string Mode, string Content)> Files(ApplianceContact appliance, string machine, string token)
    {
        if (token.Length == 0 || !token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException("a host token is base64url", nameof(token));
        return
        [
            ($"{Settings}/host-agent.conf", "0600", Configuration(appliance, machine)),
            ($"{Settings}/host-agent.curl", "0600", CurlConfiguration(appliance, token)),
            (CertificatePath, "0644", appliance.Certificate),
            (Path, "0755", Script),
            ($"/etc/systemd/system/{Service}.service", "0644", Unit),
        ];
    }

    /// <summary>A shell script that makes a machine which runs already, whoever installed it, one of the appliance's: to be run there as root.</summary>
    /// <param name="appliance">How the machine reaches the appliance.</param>
    /// <param name="machine">Its id.</param>
    /// <param name="name">Its name, for people.</param>
    /// <param name="token">Its token, in the clear.</param>
    public static string InstallScript(ApplianceContact appliance, string machine, string name, string token)
    {
        var script = new StringBuilder("#!/bin/sh\n");
        script.Append(CultureInfo.InvariantCulture, $"# Makes this machine {name} of the Provisioner at {appliance.Address}. Its token is in here: keep it to root, and run it once.\n");
        script.Append("set -eu\numask 077\n[ \"$(id -u)\" = 0 ] || { echo 'run this as root' >&2; exit 1; }\n");
        foreach (var (path, mode, content) in Files(appliance, machine, token))
        {
            script.Append(CultureInfo.InvariantCulture, $"mkdir -p {path[..path.LastIndexOf('/')]}\ncat >{path} <<'PROVISIONER-FILE'\n{content.TrimEnd('\n')}\nPROVISIONER-FILE\nchmod {mode} {path}\n");
        }
        return script.Append(Installer).ToString();
    }

    /// <summary>Makes a step of a script: what the agent reads of it before, and the line that tells a whole script from half a one.</summary>
    /// <param name="key">Which step it is: the same key is the same step. Letters, digits, <c>. _ -</c>.</param>
    /// <param name="name">Its name, for people.</param>
    /// <param name="deadline">After which the agent ends it; rounded up to seconds.</param>
    /// <param name="script">What is done.</param>
    public static string Step(string key, string name, TimeSpan deadline, string script) => string.Create(CultureInfo.InvariantCulture,
        $"#!/bin/sh\n#: key {key}\n#: name {name.ReplaceLineEndings(" ")}\n#: deadline {Math.Ceiling(deadline.TotalSeconds)}\n#: end\n\n{script.TrimEnd('\n')}\n#: whole\n");

    internal static string Resource(string name)
    {
        using var stream = typeof(HostAgent).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not built in");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
