using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>What can be said with a bundle: the deployment's name, and what its machines are installed with.</summary>
internal sealed record BundleOptions(Option<string?> Name, InstallOptions Install)
{
    public static BundleOptions Create() => new(new("--name") { Description = "the deployment's name; default: the bundle's" }, InstallOptions.Create());

    public void AddTo(Command command)
    {
        command.Add(Name);
        Install.AddTo(command);
    }

    /// <summary>The request's body.</summary>
    /// <exception cref="CliException">a file can't be read.</exception>
    public async Task<JsonObject> BodyAsync(ParseResult parsed, string file, CancellationToken cancel)
    {
        var body = await Install.BodyAsync(parsed, cancel);
        (body["bundle"], body["file"]) = (await InstallOptions.ReadAsync(file, cancel), Path.GetFileName(file));
        if (parsed.GetValue(Name) is { } name) body["name"] = name;
        return body;
    }
}
