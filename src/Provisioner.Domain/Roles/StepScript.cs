using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Puts a step's script together, so that it can be run on its own: a header that the agent reads, the prelude with what resources are made
/// of, those parts of it that the step uses, one call for each resource, and a last line that tells a whole script from half a one.
/// </summary>
internal static class StepScript
{
    private static readonly string Prelude = HostAgent.Resource("prelude.sh");

    private static readonly FrozenDictionary<string, string> Parts = ResourceKind.All.Values.SelectMany(k => k.Parts).Distinct()
        .ToFrozenDictionary(part => part, Part);

    /// <summary>The script.</summary>
    /// <param name="header">What the agent reads, by name.</param>
    /// <param name="step">The step.</param>
    /// <param name="mode">In check mode it says what it would change and touches nothing.</param>
    public static string Of(IEnumerable<(string Name, string Value)> header, RenderedStep step, StepMode mode)
    {
        var script = new StringBuilder("#!/bin/sh\n");
        foreach (var (name, value) in header) script.Append("#: ").Append(name).Append(' ').Append(value).Append('\n');
        script.Append("#: end\n\n");
        script.Append(mode is StepMode.Check ? "CHECK=1\n" : "CHECK=\n");
        script.Append(Prelude).Append('\n');
        foreach (string part in step.Parts) script.Append(Parts[part]).Append('\n');
        return script.Append(step.Body).Append("#: whole\n").ToString();
    }

    private static string Part(string name)
    {
        string shell = HostAgent.Resource($"{name}.sh");
        return name == "openstack"
            ? shell.Replace("#@ openstack.py\n", HostAgent.Resource("openstack.py") + HostAgent.Resource("openstack-cloud.py"), StringComparison.Ordinal)
            : shell;
    }

    /// <summary>Differs when one of these would do something else: 16 hex digits of SHA-256.</summary>
    public static string Fingerprint(params IEnumerable<string> bodies) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', bodies))))[..16];
}

/// <summary>What a step is run for.</summary>
public enum StepMode
{
    /// <summary>To make the machine what the step says.</summary>
    Apply,
    /// <summary>To say what that would change, touching nothing.</summary>
    Check,
    /// <summary>To see that what was made works.</summary>
    Verify,
}
