using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web;

/// <summary>What a person or a program can order for a machine: one way for page and API.</summary>
internal sealed partial class Orders(MachineBook book, ISurroundings surroundings)
{
    /// <summary>An order by its word: commission, allocate, release, abort, delete, role, or power-on, power-off, power-cycle, power-reset, power-soft-off. Null where there is no such word.</summary>
    public Task<Applied>? Give(string id, string word, string by, CancellationToken cancel) => word switch
    {
        "commission" => book.ApplyAsync(id, new MachineChange.Commission(), by),
        "allocate" => book.ApplyAsync(id, new MachineChange.Allocate(), by),
        "release" => book.ApplyAsync(id, new MachineChange.Release(), by),
        "abort" => book.ApplyAsync(id, new MachineChange.Abort(), by),
        "role" => surroundings.RunRoleAsync(id, by),
        "delete" => book.DeleteAsync(id, by),
        _ when word.StartsWith("power-", StringComparison.Ordinal) && Words.Actions.TryGetValue(word["power-".Length..], out var action) => PowerAsync(id, action, by, cancel),
        _ => null,
    };

    public async Task<Applied> PowerAsync(string id, PowerAction action, string by, CancellationToken cancel) =>
        book.Find(id) is { } machine ? await surroundings.OrderPowerAsync(machine.Id, action, by, cancel) : new Applied.NotFound(id);

    public Task<Applied> DeployAsync(string id, DeployRequest request, string by) => book.ApplyAsync(id, new MachineChange.Deploy(request), by);

    public Task<Applied> RenameAsync(string id, string name, string by) => book.ApplyAsync(id, new MachineChange.Rename(name), by);

    public Task<Applied> TagAsync(string id, IEnumerable<string> tags, string by) => book.ApplyAsync(id, new MachineChange.SetTags([.. tags]), by);

    /// <summary>Everything that is wrong with a deploy whatever the machine; the machine's own reasons come from its life's table.</summary>
    public IEnumerable<string> Faults(DeployRequest request)
    {
        if (request.Image.Length > 0 && surroundings.Images.All(i => i.Name != request.Image))
            yield return $"there is no image \"{request.Image}\"; there {ListOf("image", [.. surroundings.Images.Select(i => i.Name)])}";
        if (request.Role is { } role && surroundings.Roles.All(r => r.Name != role))
            yield return $"there is no role \"{role}\"; there {ListOf("role", [.. surroundings.Roles.Select(r => r.Name)])}";
        foreach (string fault in AccountFaults(request.Operator, request.SshKeys)) yield return fault;
    }

    /// <summary>What is wrong with an operator's account and keys.</summary>
    public static IEnumerable<string> AccountFaults(string name, ImmutableArray<string> keys)
    {
        if (!AccountName().IsMatch(name) || name == "root")
            yield return $"\"{name}\" can't be the operator's account: a–z, 0–9, - and _, a letter first, at most 32, not root";
        for (int i = 0; i < keys.Length; i++)
            if (!SshKey().IsMatch(keys[i]))
                yield return $"sshKeys[{i}] is not a public key such as \"ssh-ed25519 AAAA… name\"";
    }

    /// <summary>Lines of authorized_keys without empty lines and comments.</summary>
    public static ImmutableArray<string> KeysOf(IEnumerable<string> lines) =>
        [.. lines.SelectMany(l => l.Split('\n')).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Distinct()];

    private static string ListOf(string what, IReadOnlyList<string> names) => names.Count switch
    {
        0 => $"is no {what} at all yet",
        1 => $"is {names[0]}",
        _ => $"are {string.Join(", ", names)}",
    };

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,31}$", RegexOptions.CultureInvariant)]
    private static partial Regex AccountName();

    // sshd(8) AUTHORIZED_KEYS: type, base64, comment. Options before the type are not taken: they can run commands.
    [GeneratedRegex(@"^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,}={0,3}( [^\p{Cc}]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex SshKey();
}
