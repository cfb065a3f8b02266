using System.CommandLine;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>The verbs of a resource: <c>list</c> (which its name alone does too), <c>show</c>, <c>add</c>, <c>set</c>, <c>remove</c>.</summary>
internal static class ResourceCommand
{
    public static Command Create(Resource resource)
    {
        var command = new Command(resource.Name, resource.About);
        List(command, resource);
        var list = new Command("list", $"Lists {resource.Name}");
        List(list, resource);
        command.Add(list);
        if (resource.Key.Length > 0) command.Add(Show(resource));
        if (resource.Removed.Length > 0) command.Add(Remove(resource));
        if (resource.Added.Count == 0) return command;
        command.Add(Add(resource));
        if (resource.Fields.Any(f => !f.OnAddOnly)) command.Add(Set(resource));
        return command;
    }

    /// <summary>A key as a segment of a path: a subnet's CIDR has a slash, which the API reads as "-".</summary>
    public static string Segment(string key) => Uri.EscapeDataString(key.Contains('/', StringComparison.Ordinal) ? key.Replace('/', '-') : key);

    private static void List(Command command, Resource resource)
    {
        var filters = resource.Filters.Select(f => (Field: f, Option: Resource.OptionOf(f))).ToList();
        foreach (var (_, option) in filters) command.Add(option);
        command.Asks((parsed, api, cancel) =>
        {
            var query = filters.Where(f => Given(parsed, f.Option) is not null)
                .Select(f => $"{f.Field.Json}={(f.Field.Kind is FieldKind.Flag ? "true" : Uri.EscapeDataString(parsed.GetValue(f.Option)![^1]))}").ToList();
            return api.GetAsync(resource.Path + (query.Count > 0 ? $"?{string.Join('&', query)}" : ""), cancel);
        }, (screen, said, _) =>
        {
            var rows = said![resource.Name]!.AsArray();
            screen.Table(rows, resource.Columns, $"there are no {resource.Name}");
            if ((int?)said["total"] is { } total && total > rows.Count) screen.Say($"{rows.Count} of {total}: --limit and --offset show more");
        });
    }

    private static Command Show(Resource resource)
    {
        var key = new Argument<string>(resource.One) { Description = resource.Key };
        var command = new Command("show", $"Shows one {resource.One}") { key };
        command.Asks((parsed, api, cancel) => api.GetAsync($"{resource.Path}/{Segment(parsed.GetValue(key)!)}", cancel), (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command Add(Resource resource)
    {
        var named = resource.Added.Select(n => (Named: n, Argument: new Argument<string>(n.Argument) { Description = n.About })).ToList();
        var command = new Command("add", $"Adds a {resource.One}");
        foreach (var (_, argument) in named) command.Add(argument);
        var fields = Options(command, resource.Fields);
        command.Asks((parsed, api, cancel) =>
        {
            var body = Body(parsed, fields);
            foreach (var (n, argument) in named)
                foreach (var (name, value) in n.Fields(parsed.GetValue(argument)!)) body[name] = value?.DeepClone();
            return api.AskAsync(HttpMethod.Post, resource.Path, body, cancel);
        }, (screen, said, _) => screen.Sheet(said));
        return command;
    }

    private static Command Set(Resource resource)
    {
        var key = new Argument<string>(resource.One) { Description = resource.Key };
        var command = new Command("set", $"Changes a {resource.One}: what is named, and nothing else") { key };
        var fields = Options(command, resource.Fields.Where(f => !f.OnAddOnly));
        command.Asks((parsed, api, cancel) =>
        {
            var body = Body(parsed, fields);
            if (body.Count == 0) throw new CliException($"nothing to change is named: {string.Join(", ", fields.Select(f => f.Field.Option))}");
            return SetAsync(api, resource, parsed.GetValue(key)!, body, cancel);
        }, (screen, said, _) => screen.Sheet(said));
        return command;
    }

    // What DHCP does is the VLAN's to say; people think of it with the subnet, so it may be said there too.
    private static async Task<JsonNode?> SetAsync(ApiClient api, Resource resource, string key, JsonObject body, CancellationToken cancel)
    {
        string path = $"{resource.Path}/{Segment(key)}";
        if (resource.Name != "subnets" || !body.Remove("dhcp", out var dhcp)) return await api.AskAsync(HttpMethod.Patch, path, body, cancel);
        var subnet = body.Count > 0 ? await api.AskAsync(HttpMethod.Patch, path, body, cancel) : await api.GetAsync(path, cancel);
        await api.AskAsync(HttpMethod.Patch, $"vlans/{Segment((string)subnet!["vlan"]!)}", new JsonObject { ["dhcp"] = dhcp }, cancel);
        return await api.GetAsync(path, cancel);
    }

    private static Command Remove(Resource resource)
    {
        var key = new Argument<string>(resource.One) { Description = resource.Key };
        var command = new Command("remove", resource.Removed) { key };
        command.Asks((parsed, api, cancel) => api.AskAsync(HttpMethod.Delete, $"{resource.Path}/{Segment(parsed.GetValue(key)!)}", null, cancel),
            (screen, _, parsed) => screen.Say($"{resource.One} {parsed.GetValue(key)} is removed"));
        return command;
    }

    public static List<(Field Field, Option<string[]?> Option)> Options(Command command, IEnumerable<Field> fields)
    {
        var options = fields.Select(f => (f, Resource.OptionOf(f))).ToList();
        foreach (var (_, option) in options) command.Add(option);
        return options;
    }

    public static JsonObject Body(ParseResult parsed, IEnumerable<(Field Field, Option<string[]?> Option)> fields)
    {
        var body = new JsonObject();
        foreach (var (field, option) in fields)
            if (Given(parsed, option) is { } given) body[field.Json] = Resource.ValueOf(field, given);
        return body;
    }

    private static string[]? Given(ParseResult parsed, Option<string[]?> option) => parsed.GetResult(option) is null ? null : parsed.GetValue(option) ?? [];
}
