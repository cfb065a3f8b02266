using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>What was begun, and how it is to be followed.</summary>
/// <param name="Deployment">The deployment's name.</param>
/// <param name="After">Number of the last line of its progress before.</param>
/// <param name="Follow">Its progress is shown until its end.</param>
/// <param name="Plan">At the end the plan is shown in place of a sum.</param>
internal sealed record Begun(string Deployment, long After, bool Follow, bool Plan);

/// <summary>Follows a deployment in the terminal: a line for each step when it begins and ends, what it says meanwhile where somebody looks, and a sum.</summary>
internal static class Following
{
    private const int WaitSeconds = 20;

    /// <summary>Has a command begin something and follow it; its exit code is 0 where it ended well.</summary>
    public static void Follows(this Command command, Func<ParseResult, ApiClient, CancellationToken, Task<Begun>> begin) => command.AsksFor(async (parsed, api, json, cancel) =>
    {
        var begun = await begin(parsed, api, cancel);
        var output = parsed.InvocationConfiguration.Output;
        string path = $"deployments/{Uri.EscapeDataString(begun.Deployment)}";
        bool good = !begun.Follow || await FollowAsync(parsed, api, path, begun.After, json || begun.Plan ? TextWriter.Null : output, cancel);
        if (json) await output.WriteLineAsync((await api.GetAsync(begun.Plan ? $"{path}/plan" : path, cancel))!.ToJsonString(Connection.Indented));
        else if (begun.Plan) good &= await ShowAsync(api, path, output, cancel);
        else if (!begun.Follow) await output.WriteLineAsync($"{begun.Deployment} is under way: provisioner deployments show {begun.Deployment}");
        return good ? 0 : CliException.Refused;
    });

    private static async Task<bool> ShowAsync(ApiClient api, string path, TextWriter output, CancellationToken cancel)
    {
        var plan = (await api.GetAsync($"{path}/plan", cancel))!;
        await output.WriteAsync((string)plan["text"]!);
        return (int)plan["failed"]! == 0;
    }

    private static async Task<bool> FollowAsync(ParseResult parsed, ApiClient api, string path, long after, TextWriter output, CancellationToken cancel)
    {
        var began = DateTime.UtcNow;
        while (true)
        {
            var said = await api.GetThroughRestartsAsync(parsed, $"{path}/progress?after={after}&wait={WaitSeconds}", cancel);
            foreach (var line in said["lines"]!.AsArray()) await output.WriteLineAsync(Line(line!));
            after = (long)said["last"]!;
            if ((bool)said["running"]!) continue;
            // The last lines are told a moment after the end is written down.
            foreach (var line in (await api.GetAsync($"{path}/progress?after={after}&wait=1", cancel))!["lines"]!.AsArray()) await output.WriteLineAsync(Line(line!));
            bool good = (bool)said["good"]!;
            string why = (string)said["why"]!;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(good ? "done" : $"failed{(why.Length > 0 ? $": {why}" : "")}")} after {(DateTime.UtcNow - began).TotalSeconds:0} s"));
            return good;
        }
    }

    private static string Line(JsonNode line)
    {
        string machine = (string)line["machine"]!, step = (string)line["step"]!, kind = (string)line["kind"]!, text = (string)line["text"]!;
        string at = ((DateTimeOffset)line["at"]!).ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string where = step.Length > 0 ? $"{machine} {step}" : machine;
        return kind switch
        {
            "output" => $"{at}   {machine} | {text}",
            "given" => $"{at} > {where}{(text.Length > 0 ? $": {text}" : "")}",
            _ => $"{at} {Mark(kind)} {(where.Length > 0 ? $"{where}: " : "")}{kind}{(text.Length > 0 ? $": {text.Replace("\n", "\n           ", StringComparison.Ordinal)}" : "")}",
        };
    }

    private static char Mark(string kind) => kind switch
    {
        "changed" => '~',
        "unchanged" => '=',
        "skipped" => '-',
        "failed" => '!',
        _ => ' ',
    };
}
