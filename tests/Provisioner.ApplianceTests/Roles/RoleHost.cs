using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>A booted Debian on which the steps of a role of a few lines are really run, as its agent would run them.</summary>
internal sealed class RoleHost : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("role-host-").FullName;

    public RoleHost(string morePackages = "")
    {
        Host = new(_folder, morePackages);
        Host.Boot();
        Host.WaitUntilUp();
        Directory.CreateDirectory(Host.In("/var/lib/provisioner"));
    }

    public NspawnHost Host { get; }

    public void Dispose()
    {
        Host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The scripts of a role's steps with these resources, each a line of YAML or several.</summary>
    public string[] Scripts(string resources, StepMode mode = StepMode.Apply, string more = "", ImmutableDictionary<string, string>? secrets = null)
    {
        string indented = string.Join('\n', resources.TrimEnd('\n').Split('\n').Select(line => $"      {line}"));
        string yaml = $"role: sample\ntitle: A sample\n{more}steps:\n  - name: one\n    resources:\n{indented}\n";
        var library = RoleLibrary.Read([("sample.yaml", yaml)]);
        Assert.True(library.Faults.IsEmpty, string.Join('\n', library.Faults));
        var machine = new PlannedMachine("m1", "calm-otter", "machine") { Address = Host.Theirs };
        var plan = DeploymentPlan.For(Bundle.OfOne(library.Roles["sample"]), [machine], new("sample", "rack.internal", Host.Ours, [Host.Ours], "operator", [])).Plan!;
        var known = new Known(secrets ?? ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty);
        return [.. plan.Order.Select(i => plan.Render(plan.Nodes[i], mode, known, 1)).Select(r => r is Rendering.Ready ready ? ready.Script : throw new InvalidOperationException($"{r}"))];
    }

    /// <summary>Runs a script; what it said of changes and exports, and its output.</summary>
    public (int Code, string[] Said, string Output) Run(string script, string shell = "sh")
    {
        File.WriteAllText(Host.In("/root/step"), script);
        File.WriteAllText(Host.In("/root/said"), "");
        var (code, output) = Host.Enter($"cd /var/lib/provisioner; exec {shell} /root/step 3>>/root/said </dev/null");
        return (code, File.ReadAllLines(Host.In("/root/said")), output);
    }

    /// <summary>Checks, applies, applies again: the check says what the first apply does and touches nothing, the second changes nothing.</summary>
    /// <returns>What was changed.</returns>
    public string[] Becomes(string resources, string more = "", ImmutableDictionary<string, string>? secrets = null)
    {
        string before = Files();
        var check = Run(Scripts(resources, StepMode.Check, more, secrets)[0]);
        Assert.True(check.Code == 0, $"check: exit code {check.Code}: {check.Output}");
        Assert.Equal(before, Files());
        string script = Scripts(resources, StepMode.Apply, more, secrets)[0];
        var first = Run(script);
        Assert.True(first.Code == 0, $"apply: exit code {first.Code}: {first.Output}");
        var second = Run(script);
        Assert.True(second.Code == 0, $"second apply: exit code {second.Code}: {second.Output}");
        Assert.Equal([], second.Said.Where(IsChange));
        if (first.Said.Any(IsChange)) Assert.Contains(check.Said, IsChange);
        var after = Run(Scripts(resources, StepMode.Check, more, secrets)[0]);
        Assert.Equal([], after.Said.Where(IsChange));
        return [.. first.Said.Where(IsChange).Select(line => line[8..])];
    }

    private static bool IsChange(string line) => line.StartsWith("changed ", StringComparison.Ordinal);

    // Names, times and sizes of everything that a resource could touch.
    private string Files() => Shell.Try("sh", "-c", $"cd '{Host.Root}' && find etc home srv opt usr/local usr/sbin var/lib/provisioner var/lib/dpkg -newermt 2000-01-01 -printf '%p %s %m %u %T@\\n' | sort | sha256sum").Output;
}
