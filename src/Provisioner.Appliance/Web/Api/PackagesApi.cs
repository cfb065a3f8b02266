using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Packages;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/packages: the package cache, its archives and its figures.</summary>
internal static class PackagesApi
{
    public static void MapPackages(this IEndpointRouteBuilder api)
    {
        var packages = api.MapGroup("/packages").WithTags("packages");
        packages.MapGet("", Figures).Produces<PackagesDto>().WithSummary("The package cache: requests, hits, bytes since the start, what it holds");
        packages.MapPatch("", Change).Accepts<PackagesBody>("application/json").Produces(204).ProducesProblem(400).WithSummary("Whether machines that are installed get the cache as their proxy");
        packages.MapGet("/archives", Archives).Produces<ArchiveList>().WithSummary("Archives that are fetched from");
        packages.MapPut("/archives/{name}", Put).Accepts<ArchiveBody>("application/json").Produces<ArchiveDto>().ProducesProblem(400).ProducesProblem(409).WithSummary("Add an archive, or replace one");
        packages.MapDelete("/archives/{name}", Remove).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Take an archive that was added away again; its files too");
        packages.MapDelete("/files", Evict).Produces<EvictedDto>().ProducesProblem(400).WithSummary("Throw files out of the cache: all, those of an archive, or one by its URL")
            .WithQuery(("archive", JsonSchemaType.String, "Only those of this archive"), ("url", JsonSchemaType.String, "Only this one"));
    }

    private static IResult Figures([FromServices] PackageFigures figures, [FromServices] PackageStore store, [FromServices] PackageCache cache, [FromServices] PackageSettings settings, [FromServices] ApplianceOptions options)
    {
        var (counts, stored) = (figures.ByArchive(), store.ByArchive());
        var archives = counts.Keys.Union(stored.Keys).Order(StringComparer.Ordinal).Select(name => Of(name, counts.GetValueOrDefault(name), stored.GetValueOrDefault(name))).ToList();
        long requests = archives.Sum(a => a.Requests), hits = archives.Sum(a => a.Hits), served = archives.Sum(a => a.BytesServed);
        return TypedResults.Json(new PackagesDto(
            options.PackagePort, settings.Machines, requests, hits, Ratio(hits, requests), served, archives.Sum(a => a.BytesFetched), figures.Refused, cache.InFlight,
            archives.Sum(a => a.Files), store.Used, store.Bound, archives), ApiJson.Default.PackagesDto);
    }

    private static ArchiveFiguresDto Of(string name, ArchiveCount? count, (int Files, long Bytes) stored) => new(
        name, count?.All ?? 0, count?.Hits ?? 0, Ratio(count?.Hits ?? 0, count?.All ?? 0), count?.Requests.ToDictionary(r => r.Key.ToString().ToLowerInvariant(), r => r.Value) ?? [],
        count?.BytesServed ?? 0, count?.BytesFetched ?? 0, stored.Files, stored.Bytes);

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 4);

    private static async Task<IResult> Change(HttpContext http, [FromServices] PackageSettings settings, [FromServices] MachineBook book)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        bool? machines = fields.Flag("machines");
        if (machines is null) fields.Fault("machines is missing: true or false");
        if (fields.Problem() is { } faults) return faults;
        await settings.TellMachinesAsync(machines!.Value);
        book.Note("", "packages.changed", machines.Value ? "machines that are installed get the package cache as their proxy" : "machines that are installed are not told of the package cache", by: http.Caller().Name);
        return TypedResults.NoContent();
    }

    private static IResult Archives([FromServices] PackageSettings settings) => TypedResults.Json(
        new ArchiveList([.. settings.Rules.Archives.Select(a => Of(a, settings.Added.Contains(a)))]), ApiJson.Default.ArchiveList);

    private static async Task<IResult> Put(string name, HttpContext http, [FromServices] PackageSettings settings, [FromServices] MachineBook book)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var hosts = fields.Texts("hosts", 64, 260, required: true);
        var paths = fields.Texts("paths", 64, 1000);
        var archive = new Archive(name, fields.Text("title", 200) ?? "", [.. hosts.Select(h => h.ToLowerInvariant())], paths.Count == 0 ? ["/"] : [.. paths], fields.Flag("https") ?? false, fields.Flag("inside") ?? false);
        foreach (string fault in archive.Faults()) fields.Fault(fault);
        if (fields.Problem() is { } faults) return faults;
        if (await settings.PutAsync(archive) is { } refusal) return Refusal.Problem(409, refusal);
        book.Note("", "packages.archive-added", $"packages of {name} are fetched from {string.Join(", ", archive.Hosts)}", by: http.Caller().Name);
        return TypedResults.Json(Of(archive, true), ApiJson.Default.ArchiveDto);
    }

    private static async Task<IResult> Remove(string name, HttpContext http, [FromServices] PackageSettings settings, [FromServices] PackageCache cache, [FromServices] MachineBook book)
    {
        if (await settings.RemoveAsync(name) is { } refusal) return Refusal.Problem(settings.WellKnown.Any(a => a.Name == name) ? 409 : 404, refusal);
        if (settings.Rules.Archives.All(a => a.Name != name)) await cache.EvictAsync(f => f.Archive == name);
        book.Note("", "packages.archive-removed", $"packages of {name} are fetched no more", by: http.Caller().Name);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Evict(string? archive, string? url, HttpContext http, [FromServices] PackageSettings settings, [FromServices] PackageCache cache, [FromServices] MachineBook book)
    {
        string? key = null;
        if (url is not null)
        {
            if (settings.Rules.Judge("GET", url) is not Asked.Allowed allowed) return Refusal.Problem(400, $"{url} is no file of an archive");
            key = allowed.File.Key;
        }
        var (files, bytes) = await cache.EvictAsync(f => (archive is null || f.Archive == archive) && (key is null || f.Url == key));
        if (files > 0) book.Note("", "packages.evicted", $"{files} files thrown out of the package cache", bytes: bytes, by: http.Caller().Name);
        return TypedResults.Json(new EvictedDto(files, bytes), ApiJson.Default.EvictedDto);
    }

    private static ArchiveDto Of(Archive archive, bool added) => new(archive.Name, archive.Title, archive.Hosts, archive.Paths, archive.Https, archive.Inside, added);
}

/// <summary>How the package cache is. Counts since the appliance started; sizes in bytes.</summary>
/// <param name="Machines">Machines that are installed get it as their proxy.</param>
/// <param name="Hits">Requests that nothing was fetched for: from the disk, or read along with another machine's.</param>
/// <param name="Refused">Requests for what is in no archive, or from somebody who isn't served.</param>
/// <param name="Size">What it takes of the disk now.</param>
/// <param name="Bound">What it may take.</param>
internal sealed record PackagesDto(
    int Port, bool Machines, long Requests, long Hits, double HitRatio, long BytesServed, long BytesFetched, long Refused, int Downloads, int Files, long Size, long Bound,
    IReadOnlyList<ArchiveFiguresDto> Archives);

/// <summary>The figures of one archive.</summary>
/// <param name="ByVerdict">hit, revalidated, shared, stale, miss, passed, failed.</param>
internal sealed record ArchiveFiguresDto(
    string Name, long Requests, long Hits, double HitRatio, IReadOnlyDictionary<string, long> ByVerdict, long BytesServed, long BytesFetched, int Files, long Size);

/// <summary>Archives that are fetched from.</summary>
internal sealed record ArchiveList(IReadOnlyList<ArchiveDto> Archives);

/// <summary>An archive.</summary>
/// <param name="Added">An operator added it; else it stands in the catalog.</param>
internal sealed record ArchiveDto(string Name, string Title, IReadOnlyList<string> Hosts, IReadOnlyList<string> Paths, bool Https, bool Inside, bool Added);

/// <summary>An archive to be fetched from.</summary>
/// <param name="Hosts">Host names; * stands for one label, :PORT behind one that has its own.</param>
/// <param name="Paths">Prefixes of paths; all of the host by default.</param>
/// <param name="Https">It answers only over TLS.</param>
/// <param name="Inside">It may be at an address of a served network, or of the appliance itself.</param>
internal sealed record ArchiveBody(string[] Hosts, string[]? Paths, string? Title, bool? Https, bool? Inside);

/// <summary>A setting of the package cache.</summary>
internal sealed record PackagesBody(bool Machines);

/// <summary>What was thrown away.</summary>
internal sealed record EvictedDto(int Files, long Bytes);
