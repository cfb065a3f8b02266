using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner packages</c>: the package cache, its archives, its figures.</summary>
internal static class PackagesCommand
{
    private static readonly Column[] Figures =
    [
        new("ARCHIVE", "name"), new("REQUESTS", "requests", Right: true), new("HITS", "hits", Right: true), new("HIT RATIO", "ratio", Right: true), new("SERVED", "served", Right: true), new("FETCHED", "fetched", Right: true),
        new("FILES", "files", Right: true), new("SIZE", "taken", Right: true),
    ];
    private static readonly Column[] Archives = [new("NAME", "name"), new("HOSTS", "hosts"), new("PATHS", "paths"), new("HTTPS", "https"), new("INSIDE", "inside"), new("ADDED", "added")];
    private static readonly Field[] Archive =
    [
        new("--host", "hosts", FieldKind.List, "its host names; * stands for one label, :PORT behind one that has its own"), new("--path", "paths", FieldKind.List, "what may be fetched lies under these; default: /"),
        new("--title", "title", FieldKind.Text, "for people"), new("--https", "https", FieldKind.Flag, "it answers only over TLS"), new("--inside", "inside", FieldKind.Flag, "it is at an address of a served network, or of the appliance"),
    ];

    public static Command Create()
    {
        var command = Connection.With(new Command("packages", "The package cache: figures, archives, what is in it"));
        command.Asks((_, api, cancel) => api.GetAsync("packages", cancel), (screen, said, _) => Show(screen, said!));
        var archives = new Command("archives", "Lists the archives that are fetched from");
        archives.Asks((_, api, cancel) => api.GetAsync("packages/archives", cancel), (screen, said, _) => screen.Table(said!["archives"]!.AsArray(), Archives, "there are no archives"));
        command.Add(archives);
        command.Add(Add());
        command.Add(Remove());
        command.Add(Evict());
        command.Add(Machines());
        return command;
    }

    private static void Show(Screen screen, JsonNode said)
    {
        var rows = said["archives"]!.AsArray().Select(a => Readable(a!.DeepClone())).ToList();
        screen.Table(rows, Figures, "nothing was asked for yet");
        screen.Say($"{Screen.Bytes(said["size"])} of {Screen.Bytes(said["bound"])} in {said["files"]} files; {said["requests"]} requests, {Percent(said["hitRatio"])} of them hits; "
            + $"{Screen.Bytes(said["bytesServed"])} served, {Screen.Bytes(said["bytesFetched"])} fetched; {said["refused"]} refused; {said["downloads"]} on their way");
        screen.Say((int)said["port"]! == 0 ? "the cache is off (--package-port 0)"
            : $"port {said["port"]}; machines that are installed {((bool)said["machines"]! ? "get it as their proxy" : "are not told of it")}");
    }

    private static JsonNode Readable(JsonNode archive)
    {
        (archive["ratio"], archive["served"], archive["fetched"], archive["taken"]) =
            (Percent(archive["hitRatio"]), Screen.Bytes(archive["bytesServed"]), Screen.Bytes(archive["bytesFetched"]), Screen.Bytes(archive["size"]));
        return archive;
    }

    private static string Percent(JsonNode? ratio) => string.Create(CultureInfo.InvariantCulture, $"{100 * (ratio?.GetValue<double>() ?? 0):0.#} %");

    private static Command Add()
    {
        var name = new Argument<string>("name") { Description = "its name: letters, digits, hyphens" };
        var command = new Command("add", "Adds an archive to those that are fetched from, or replaces one") { name };
        var fields = ResourceCommand.Options(command, Archive);
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Put, $"packages/archives/{ResourceCommand.Segment(parsed.GetValue(name)!)}", ResourceCommand.Body(parsed, fields), cancel), (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command Remove()
    {
        var name = new Argument<string>("name") { Description = "its name" };
        var command = new Command("remove", "Removes an archive that was added, and its files") { name };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, $"packages/archives/{ResourceCommand.Segment(parsed.GetValue(name)!)}", null, cancel), (screen, _, parsed) => screen.Say($"{parsed.GetValue(name)} is removed"));
        return command;
    }

    private static Command Evict()
    {
        var archive = new Option<string?>("--archive") { Description = "those of this archive" };
        var url = new Option<string?>("--file") { Description = "the one with this URL, as a machine asks for it" };
        var all = new Option<bool>("--all") { Description = "all" };
        var command = new Command("evict", "Throws files out of the cache; they are fetched anew when somebody wants them") { archive, url, all };
        command.Asks((parsed, api, cancel) =>
        {
            var (wanted, file) = (parsed.GetValue(archive), parsed.GetValue(url));
            if (wanted is null && file is null && !parsed.GetValue(all)) throw new CliException("name what is to go: --archive, --file or --all");
            var query = new[] { ("archive", wanted), ("url", file) }.Where(q => q.Item2 is not null).Select(q => $"{q.Item1}={Uri.EscapeDataString(q.Item2!)}");
            return api.AskAsync(HttpMethod.Delete, $"packages/files?{string.Join('&', query)}", null, cancel);
        }, (screen, said, _) => screen.Say($"{said!["files"]} files, {Screen.Bytes(said["bytes"])}"));
        return command;
    }

    private static Command Machines()
    {
        var told = new Argument<string>("told") { Description = "on or off" };
        told.AcceptOnlyFromAmong("on", "off");
        var command = new Command("machines", "Whether machines that are installed from now on get the cache as their proxy") { told };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Patch, "packages", new JsonObject { ["machines"] = parsed.GetValue(told) == "on" }, cancel),
            (screen, _, parsed) => screen.Say(parsed.GetValue(told) == "on" ? "machines that are installed get the cache as their proxy" : "machines that are installed are not told of the cache"));
        return command;
    }
}
