using Microsoft.OpenApi;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Web.Api.Dns;

/// <summary>/api/v1/dns/records: all records that are answered, and those that people add.</summary>
internal static class RecordsApi
{
    public static void MapRecords(this RouteGroupBuilder records)
    {
        records.MapGet("", List).Produces<RecordList>().ProducesProblem(400).WithSummary("Records that are answered, by name; filter with zone, name, type, added; page with limit and offset")
            .WithQuery(("zone", JsonSchemaType.String, "Only of this zone"), ("name", JsonSchemaType.String, "Only of names that hold this text"), ("type", JsonSchemaType.String, "Only of this type"),
                ("added", JsonSchemaType.Boolean, "true: only those that people added"), ("limit", JsonSchemaType.Integer, "1 to 1000; 100 by default"), ("offset", JsonSchemaType.Integer, "How many to leave out before"));
        records.MapGet("/{id}", (string id, DnsRecordBook book, DnsDescribe describe) =>
                book.Model.Records.GetValueOrDefault(id) is { } record ? Tagged.Of(describe.Of(record), ApiJson.Default.RecordDto) : DnsAnswered.Unknown("record", id))
            .Produces<RecordDto>().ProducesProblem(404).WithSummary("One added record");
        records.MapPost("", (HttpContext http, DnsRecordBook book, DnsDescribe describe) => Put(null, http, book, describe)).Accepts<RecordBody>("application/json")
            .Produces<RecordDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a record; an address in a subnet or prefix of ours gets its reverse name by itself");
        records.MapPatch("/{id}", (string id, HttpContext http, DnsRecordBook book, DnsDescribe describe) => Put(id, http, book, describe)).Accepts<RecordBody>("application/json")
            .Produces<RecordDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change an added record; what is not named stays");
        records.MapDelete("/{id}", async (string id, HttpContext http, DnsRecordBook book) => DnsAnswered.Refused(await book.DeleteAsync(id, http.Caller().Name)) ?? TypedResults.NoContent())
            .Produces(204).ProducesProblem(404).WithSummary("Delete an added record");
    }

    private static async Task<IResult> Put(string? id, HttpContext http, DnsRecordBook book, DnsDescribe describe)
    {
        var before = id is null ? null : book.Model.Records.GetValueOrDefault(id);
        if (id is not null && before is null) return DnsAnswered.Unknown("record", id);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        bool fresh = before is null;
        var record = new AddedRecord(before?.Id ?? "",
            fields.Text("name", 1024, required: fresh) ?? before?.Name ?? "", fields.Text("type", 16, required: fresh) ?? before?.Type ?? "", fields.Text("data", 16384, required: fresh) ?? before?.Data ?? "",
            (uint?)fields.Number("ttl", 0, (int)AddedRecord.MostTtl) ?? before?.Ttl ?? AddedRecord.DefaultTtl, DnsAnswered.Comment(fields) ?? before?.Comment ?? "");
        if (fields.Problem() is { } faults) return faults;
        if (before is not null && !Tagged.Matches(http, describe.Of(before), ApiJson.Default.RecordDto)) return DnsAnswered.Outdated;
        var outcome = await book.PutAsync(record, http.Caller().Name);
        if (DnsAnswered.Refused(outcome) is { } refused) return refused;
        var put = ((DnsOutcome.Ok)outcome).Record!;
        if (fresh) http.Response.Headers.Location = $"/api/v1/dns/records/{put.Id}";
        return Tagged.After(describe.Of(put), ApiJson.Default.RecordDto, fresh ? 201 : 200);
    }

    private static IResult List(HttpContext http, NameBook names, DnsRecordBook book, DnsDescribe describe)
    {
        List<string> faults = [];
        var query = http.Request.Query;
        string zone = query["zone"].ToString(), part = query["name"].ToString(), type = query["type"].ToString(), added = query["added"].ToString();
        var zones = names.Zones;
        DnsName? apex = null;
        if (zone.Length > 0 && (!DnsName.TryParse(zone, out apex) || !zones.Zones.ContainsKey(apex))) faults.Add($"there is no zone \"{zone}\"");
        if (type.Length > 0 && !DnsTypeName.TryParse(type, out _)) faults.Add($"type \"{type}\" is not a record type such as A");
        if (added is not ("" or "true" or "false")) faults.Add("added must be true or false");
        int limit = MachinesApi.Number(http, "limit", Limits.Page, 1, 1000, faults), offset = MachinesApi.Number(http, "offset", 0, 0, int.MaxValue, faults);
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults), new Dictionary<string, object?> { ["errors"] = faults.ToArray() });
        var found = All(zones, book, describe, added)
            .Where(r => (apex is null || DnsName.Parse(r.Name).IsAtOrUnder(apex)) && r.Name.Contains(part, StringComparison.OrdinalIgnoreCase) && (type.Length == 0 || r.Type.Equals(type, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(r => r.Name, StringComparer.Ordinal).ThenBy(r => r.Type, StringComparer.Ordinal).ThenBy(r => r.Data, StringComparer.Ordinal).ToList();
        return Tagged.Of(new RecordList([.. found.Skip(offset).Take(limit)], found.Count), ApiJson.Default.RecordList);
    }

    // Added ones are there even where their zone is gone.
    private static IEnumerable<RecordDto> All(DnsZones zones, DnsRecordBook book, DnsDescribe describe, string added)
    {
        var of = book.Model.Records.Values.Select(describe.Of);
        if (added == "true") return of;
        var made = zones.Nodes.All.Where(n => n.Entries.Length > 0 && zones.ZoneOf(n.Name)?.Kind is not (DnsZoneKind.Local or DnsZoneKind.Alias)).SelectMany(describe.Of).Where(r => r.Id is null);
        return added == "false" ? made : made.Concat(of);
    }
}
