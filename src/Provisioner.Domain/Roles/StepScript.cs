using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Renders a step into a POSIX shell script that can be run on its own: a header that the agent reads, the prelude with what resources
/// are made of, one call for each resource, and a last line that tells a whole script from half a one.
/// </summary>
internal static partial class StepScript
{
    private static readonly string Prelude = HostAgent.Resource("step-prelude.sh");

    /// <summary>Seconds are rounded up; the agent ends a step that takes longer.</summary>
    public static string Render(Role role, Step step, int number, int run, Values values)
    {
        var script = new StringBuilder("#!/bin/sh\n");
        script.Append(CultureInfo.InvariantCulture, $"#: role {role.Name}\n#: run {run}\n#: step {number}\n#: steps {role.Steps.Length}\n");
        script.Append(CultureInfo.InvariantCulture, $"#: name {step.Name}\n#: deadline {Math.Ceiling(step.Deadline.TotalSeconds)}\n#: end\n\n");
        script.Append(Prelude).Append('\n').Append(Body(role, step, values));
        return script.Append("#: whole\n").ToString();
    }

    /// <summary>What the step does, without header and prelude: a plan's fingerprint is made of it.</summary>
    public static string Body(Role role, Step step, Values values) =>
        string.Concat(step.Resources.Select(resource => $"resource {Word(Describe(resource, values))}\n{Call(role, resource, values)}\n\n"));

    private static string Describe(Resource resource, Values values) => resource switch
    {
        Resource.Hosts hosts => $"hosts-file {hosts.Path}",
        Resource.File file => $"file {file.Path}",
        Resource.Service service => $"service {service.Name}",
        Resource.User user => $"user {user.Name.Text(values)}",
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, "a resource without an arm"),
    };

    private static string Call(Role role, Resource resource, Values values) => resource switch
    {
        Resource.Hosts hosts => Call("hosts_file", hosts.Path, role.Name, Block(hosts.Entries.RenderLines(values))),
        Resource.File file => Call("file", file.Path, file.Mode, file.Owner, file.Group, file.Content.Text(values)),
        Resource.Service service => Call("service", [service.Name, .. service.RestartWhenChanged]),
        Resource.User user => Call("user", [Account(user.Name.Text(values)), user.Sudo ? "yes" : "no", .. user.SshKeys.RenderLines(values).Select(Key)]),
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, "a resource without an arm"),
    };

    private static string Call(string function, params IEnumerable<string> arguments) => $"{function} {string.Join(' ', arguments.Select(Word))}";

    private static string Word(string text) => PlainWord().IsMatch(text) ? text : ShellText.Quote(text);

    private static string Block(ImmutableArray<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string Account(string name) => AccountName().IsMatch(name) && name != "root"
        ? name
        : throw new RoleValueException($"\"{name}\" can't be an account: a–z, 0–9, - and _, a letter first, at most 32, not root");

    // sshd(8): a line that begins with # is a comment, and an empty one is none.
    private static string Key(string key) => string.IsNullOrWhiteSpace(key) || key.TrimStart().StartsWith('#')
        ? throw new RoleValueException($"\"{key}\" is no line of authorized_keys: give a public key such as \"ssh-ed25519 AAAA… name\"")
        : key;

    [GeneratedRegex("^[A-Za-z0-9/._-]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainWord();

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AccountName();
}
