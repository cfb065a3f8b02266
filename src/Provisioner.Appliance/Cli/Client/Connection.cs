using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>What every command that asks the appliance has in common: how it is reached, and how the answer is shown.</summary>
internal static class Connection
{
    private static readonly Option<string> Url = new("--url") { Description = "where the appliance answers", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PROVISIONER_URL") ?? "http://localhost:5240", Recursive = true };
    private static readonly Option<string?> Key = new("--key") { Description = "a key, prov_…; default: PROVISIONER_KEY, else the one in DATA/admin.key (root)", Recursive = true };
    private static readonly Option<string> Data = new("--data") { Description = "the appliance's data folder, for the key in it", DefaultValueFactory = _ => "/var/lib/provisioner", Recursive = true };
    private static readonly Option<bool> Json = new("--json") { Description = "the API's JSON in place of a table", Recursive = true };
    private const int Reconnects = 30;
    public static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>A command with these options for itself and all below it.</summary>
    public static Command With(Command command)
    {
        foreach (Option option in (Option[])[Url, Key, Data, Json]) command.Add(option);
        return command;
    }

    /// <summary>Has a command ask the appliance, and show what it says: JSON, or what <paramref name="show"/> makes of it.</summary>
    public static void Asks(this Command command, Func<ParseResult, ApiClient, CancellationToken, Task<JsonNode?>> ask, Action<Screen, JsonNode?, ParseResult> show) =>
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using var api = new ApiClient(parsed.GetValue(Url)!, FindKey(parsed));
                var said = await ask(parsed, api, cancel);
                var output = parsed.InvocationConfiguration.Output;
                if (parsed.GetValue(Json)) await output.WriteLineAsync(said?.ToJsonString(Indented) ?? "{}");
                else show(new Screen(output), said, parsed);
                return 0;
            }
            catch (CliException e)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"provisioner: {e.Message}");
                return e.Exit;
            }
        });

    /// <summary>Has a command ask the appliance and write by itself; it is told whether JSON is wanted, and gives the exit code.</summary>
    public static void AsksFor(this Command command, Func<ParseResult, ApiClient, bool, CancellationToken, Task<int>> ask) =>
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using var api = new ApiClient(parsed.GetValue(Url)!, FindKey(parsed));
                return await ask(parsed, api, parsed.GetValue(Json), cancel);
            }
            catch (CliException e)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"provisioner: {e.Message}");
                return e.Exit;
            }
        });

    /// <summary>Asks for what is under way. The appliance may be restarted meanwhile, with a fresh key for root: what is under way goes on, and so does this.</summary>
    /// <exception cref="CliException">it was refused, or nobody has answered for a minute.</exception>
    public static async Task<JsonNode> GetThroughRestartsAsync(this ApiClient api, ParseResult parsed, string path, CancellationToken cancel)
    {
        for (int lost = 0; ; lost++)
        {
            try
            {
                return (await api.GetAsync(path, cancel))!;
            }
            catch (CliException e) when (e.Exit == CliException.NotReached && lost < Reconnects)
            {
                await Task.Delay(TimeSpan.FromSeconds(2), cancel);
                api.Key = FindKey(parsed);
            }
        }
    }

    /// <summary>The key that was given, or root's own of the appliance on this machine.</summary>
    public static string FindKey(ParseResult parsed)
    {
        if ((parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("PROVISIONER_KEY")) is { Length: > 0 } given) return given;
        string path = AdminKey.PathIn(Path.GetFullPath(parsed.GetValue(Data)!));
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"there is no key: {path} can't be read ({(e is UnauthorizedAccessException ? "it is root's" : "it is not there")}); run this as root on the appliance's machine, name its folder with --data, or give a key with --key", CliException.NotReached);
        }
    }

    /// <summary>Where the appliance answers, and the key for it.</summary>
    /// <exception cref="CliException">there is no key.</exception>
    public static (Uri Url, string Key) Find(ParseResult parsed) => (new(parsed.GetValue(Url)!.TrimEnd('/') + "/"), FindKey(parsed));
}
