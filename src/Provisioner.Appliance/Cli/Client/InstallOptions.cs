using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>What machines are installed with.</summary>
internal sealed record InstallOptions(Option<string?> Operator, Option<string[]> Keys, Option<bool> Erase)
{
    public static InstallOptions Create() => new(
        new("--operator") { Description = "the operator's account on machines; default: operator" },
        new("--ssh-key") { Description = "the operator's public key, or a file with some (may be repeated)" },
        new("--erase-foreign-data") { Description = "consent to overwrite disks whose data no install of this appliance wrote" });

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Operator, Keys, Erase]) command.Add(option);
    }

    /// <summary>The request's body, as far as it is theirs.</summary>
    /// <exception cref="CliException">a file can't be read.</exception>
    public async Task<JsonObject> BodyAsync(ParseResult parsed, CancellationToken cancel)
    {
        var body = new JsonObject();
        if (parsed.GetValue(Operator) is { } account) body["operator"] = account;
        if (parsed.GetValue(Erase)) body["eraseForeignData"] = true;
        if (parsed.GetValue(Keys) is not { Length: > 0 } given) return body;
        var keys = new JsonArray();
        foreach (string key in given)
            foreach (string line in (File.Exists(key) ? await ReadAsync(key, cancel) : key).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) keys.Add(line);
        body["sshKeys"] = keys;
        return body;
    }

    /// <exception cref="CliException">it can't be read.</exception>
    public static async Task<string> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"{file} can't be read: {e.Message}");
        }
    }
}
