using Microsoft.OpenApi;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Web.Api.Dns;

/// <summary>/api/v1/dns: zones, settings, how the asking of others fares, and what would be answered.</summary>
internal static class DnsApi
{
    public static void MapDns(this IEndpointRouteBuilder api)
    {
        var dns = api.MapGroup("/dns").WithTags("dns");
        MapZones(dns.MapGroup("/zones"));
        dns.MapGroup("/records").MapRecords();
        dns.MapGet("/settings", (DnsRecordBook book) => Tagged.Of(DnsDescribe.Of(book.Model.Settings), ApiJson.Default.DnsSettingsDto))
            .Produces<DnsSettingsDto>().WithSummary("What is done with names that are not ours");
        dns.MapPatch("/settings", Set).Accepts<DnsSettingsBody>("application/json").Produces<DnsSettingsDto>().ProducesProblem(400).ProducesProblem(412).WithSummary("Change the settings; what is not named stays");
        dns.MapGet("/status", Status).Produces<DnsStatusDto>().WithSummary("Upstream servers, cache and number of names");
        dns.MapDelete("/cache", (DnsForwarder forwarder) =>
        {
            forwarder.Cache.Clear();
            return TypedResults.NoContent();
        }).Produces(204).WithSummary("Forget the answers of others");
        dns.MapGet("/lookup", LookUpAsync).Produces<LookupDto>().ProducesProblem(400).WithSummary("What would a machine be answered, and why?")
            .WithQuery(("name", JsonSchemaType.String, "A domain name"), ("type", JsonSchemaType.String, "A by default"));
    }

    private static void MapZones(RouteGroupBuilder zones)
    {
        zones.MapGet("", (HttpContext http, NameBook names, DnsDescribe describe) => Tagged.Of(new ZoneList([.. names.Zones.Zones.Values
                .Where(z => z.Kind != DnsZoneKind.Alias && (z.Kind != DnsZoneKind.Local || http.Request.Query["local"] == "true")).Select(describe.Of).OrderBy(z => z.Name, StringComparer.Ordinal)]), ApiJson.Default.ZoneList))
            .Produces<ZoneList>().WithSummary("Zones that are answered for, by name").WithQuery(("local", JsonSchemaType.Boolean, "true: also those that are only never asked of others"));
        zones.MapGet("/{name}", (string name, NameBook names, DnsDescribe describe) => Find(name, names) is { } zone ? Tagged.Of(describe.Of(zone), ApiJson.Default.ZoneDto) : DnsAnswered.Unknown("zone", name))
            .Produces<ZoneDto>().ProducesProblem(404).WithSummary("One zone");
        zones.MapPost("", (HttpContext http, NameBook names, DnsRecordBook book, DnsDescribe describe) => PutZone(null, http, names, book, describe))
            .Accepts<ZoneBody>("application/json").Produces<ZoneDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a zone, besides the domains of the subnets");
        zones.MapPatch("/{name}", (string name, HttpContext http, NameBook names, DnsRecordBook book, DnsDescribe describe) => PutZone(name, http, names, book, describe))
            .Accepts<ZoneBody>("application/json").Produces<ZoneDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Change an added zone's comment");
        zones.MapDelete("/{name}", async (string name, HttpContext http, DnsRecordBook book) => DnsAnswered.Refused(await book.DeleteZoneAsync(name, http.Caller().Name)) ?? TypedResults.NoContent())
            .Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Delete an added zone that holds no records");
    }

    private static DnsZone? Find(string name, NameBook names) => DnsName.TryParse(name, out var apex) ? names.Zones.Zones.GetValueOrDefault(apex) : null;

    private static async Task<IResult> PutZone(string? key, HttpContext http, NameBook names, DnsRecordBook book, DnsDescribe describe)
    {
        if (key is not null && (!DnsName.TryParse(key, out var apex) || !book.Model.Zones.ContainsKey(apex))) return DnsAnswered.Unknown("added zone", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string name = key ?? fields.Text("name", 255, required: true) ?? "";
        var before = key is null ? null : book.Model.Zones.GetValueOrDefault(DnsName.Parse(key));
        if (key is null && DnsName.TryParse(name, out var wanted) && book.Model.Zones.ContainsKey(wanted)) fields.Fault($"{wanted} is there already: change it with PATCH");
        var zone = new AddedZone(name, DnsAnswered.Comment(fields) ?? before?.Comment ?? "");
        if (fields.Problem() is { } faults) return faults;
        return DnsAnswered.Refused(await book.PutZoneAsync(zone, http.Caller().Name))
            ?? Tagged.After(describe.Of(Find(name, names)!), ApiJson.Default.ZoneDto, key is null ? 201 : 200);
    }

    private static async Task<IResult> Set(HttpContext http, DnsRecordBook book)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var before = book.Model.Settings;
        bool upstreams = fields.Has("upstreams"), prefixes = fields.Has("ipv6Prefixes");
        var settings = new DnsSettings
        {
            Upstreams = upstreams ? [.. fields.Texts("upstreams", 8, 64)] : before.Upstreams,
            Ipv6Prefixes = prefixes ? [.. fields.Texts("ipv6Prefixes", 32, 64)] : before.Ipv6Prefixes,
            ForwardPrivate = fields.Flag("forwardPrivate") ?? before.ForwardPrivate,
            ServeStale = fields.Flag("serveStale") ?? before.ServeStale,
        };
        if (fields.Problem() is { } faults) return faults;
        if (!Tagged.Matches(http, DnsDescribe.Of(before), ApiJson.Default.DnsSettingsDto)) return DnsAnswered.Outdated;
        return DnsAnswered.Refused(await book.PutSettingsAsync(settings, http.Caller().Name)) ?? Tagged.After(DnsDescribe.Of(book.Model.Settings), ApiJson.Default.DnsSettingsDto, 200);
    }

    private static IResult Status(DnsForwarder forwarder, NameBook names, TimeProvider time)
    {
        uint now = (uint)time.GetUtcNow().ToUnixTimeSeconds();
        var upstreams = forwarder.Upstreams.Select(u => new UpstreamDto(u.Server.ToString(), u.DownUntil <= now, Math.Round(u.Milliseconds, 1), u.Answers, u.LastFault));
        var (entries, bytes, hits, misses) = forwarder.Cache.Figures;
        return TypedResults.Json(new DnsStatusDto([.. upstreams], new(entries, bytes, hits, misses), forwarder.UnderWay, names.Zones.Nodes.Count), ApiJson.Default.DnsStatusDto);
    }

    // By the same code as the server's, for somebody in a served network, without a bound on the length.
    private static async Task<IResult> LookUpAsync(HttpContext http, NameBook names, DnsForwarder forwarder, TimeProvider time)
    {
        string name = http.Request.Query["name"].ToString(), wanted = http.Request.Query["type"].ToString() is { Length: > 0 } t ? t : "A";
        List<string> faults = [];
        if (name.Length == 0 || !DnsName.TryParse(name, out var parsed)) faults.Add($"name \"{name}\" is not a domain name such as node1.rack.internal");
        if (!DnsTypeName.TryParse(wanted, out var type)) faults.Add($"type \"{wanted}\" is not a record type such as A");
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults), new Dictionary<string, object?> { ["errors"] = faults.ToArray() });
        var (why, answer) = await new DnsQuestioner(names, forwarder, time).AskAsync(DnsName.Parse(name), type);
        return TypedResults.Json(new LookupDto(name, DnsTypeName.Of(type), answer.Result.ToString().ToUpperInvariant(), answer.IsAuthoritative, why,
            [.. answer.Answers.Select(r => r.ToString())], [.. answer.Authority.Select(r => r.ToString())]), ApiJson.Default.LookupDto);
    }
}
