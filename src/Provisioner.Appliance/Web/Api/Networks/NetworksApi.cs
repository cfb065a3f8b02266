using Provisioner.Appliance.Networks;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>/api/v1/{fabrics, spaces, vlans, subnets, ranges, reservations, leases}: the network model.</summary>
internal static class NetworksApi
{
    public static void MapNetworks(this IEndpointRouteBuilder api)
    {
        api.MapFabrics();
        api.MapSpaces();
        api.MapVlans();
        api.MapSubnets();
        api.MapRanges();
        api.MapReservations();
        api.MapAddresses();
        api.MapLeases();
    }

    private static void MapFabrics(this IEndpointRouteBuilder api)
    {
        var fabrics = api.MapGroup("/fabrics").WithTags("fabrics");
        fabrics.MapGet("", (NetworkBook book) => Tagged.Of(new FabricList([.. book.Model.Fabrics.Values.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => NetworkDescribe.Of(f, book.Model))]), ApiJson.Default.FabricList))
            .Produces<FabricList>().WithSummary("Fabrics, by name");
        fabrics.MapGet("/{id}", (string id, NetworkBook book) => book.Model.Fabric(id) is { } f ? Tagged.Of(NetworkDescribe.Of(f, book.Model), ApiJson.Default.FabricDto) : NetworkAnswer.Unknown("fabric", id))
            .Produces<FabricDto>().ProducesProblem(404).WithSummary("One fabric, by id or name");
        fabrics.MapPost("", (HttpContext http, NetworkBook book) => PutFabric(null, http, book)).Accepts<NamedBody>("application/json").Produces<FabricDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a fabric");
        fabrics.MapPatch("/{id}", (string id, HttpContext http, NetworkBook book) => PutFabric(id, http, book)).Accepts<NamedBody>("application/json")
            .Produces<FabricDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a fabric");
        fabrics.MapDelete("/{id}", (string id, HttpContext http, NetworkBook book) => NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveFabric(id))).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Remove a fabric without VLANs");
    }

    private static async Task<IResult> PutFabric(string? key, HttpContext http, NetworkBook book)
    {
        var model = book.Model;
        var before = key is null ? null : model.Fabric(key);
        if (key is not null && before is null) return NetworkAnswer.Unknown("fabric", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var fabric = new Fabric(
            before?.Id ?? book.FreshId(), fields.Text("name", 63, required: before is null) ?? before?.Name ?? "", fields.Text("description", NetworkFields.MostText) ?? before?.Description ?? "");
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutFabric(fabric), m => NetworkDescribe.Of(m.Fabrics[fabric.Id], m),
            ApiJson.Default.FabricDto, before is null ? 201 : 200, before is null ? null : NetworkDescribe.Of(before, model));
    }

    private static void MapSpaces(this IEndpointRouteBuilder api)
    {
        var spaces = api.MapGroup("/spaces").WithTags("spaces");
        spaces.MapGet("", (NetworkBook book) => Tagged.Of(new SpaceList([.. book.Model.Spaces.Values.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => NetworkDescribe.Of(s, book.Model))]), ApiJson.Default.SpaceList))
            .Produces<SpaceList>().WithSummary("Spaces, by name");
        spaces.MapGet("/{id}", (string id, NetworkBook book) => book.Model.Space(id) is { } s ? Tagged.Of(NetworkDescribe.Of(s, book.Model), ApiJson.Default.SpaceDto) : NetworkAnswer.Unknown("space", id))
            .Produces<SpaceDto>().ProducesProblem(404).WithSummary("One space, by id or name");
        spaces.MapPost("", (HttpContext http, NetworkBook book) => PutSpace(null, http, book)).Accepts<NamedBody>("application/json").Produces<SpaceDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a space");
        spaces.MapPatch("/{id}", (string id, HttpContext http, NetworkBook book) => PutSpace(id, http, book)).Accepts<NamedBody>("application/json")
            .Produces<SpaceDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a space");
        spaces.MapDelete("/{id}", (string id, HttpContext http, NetworkBook book) => NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveSpace(id))).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Remove a space that no VLAN is in");
    }

    private static async Task<IResult> PutSpace(string? key, HttpContext http, NetworkBook book)
    {
        var model = book.Model;
        var before = key is null ? null : model.Space(key);
        if (key is not null && before is null) return NetworkAnswer.Unknown("space", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var space = new Space(
            before?.Id ?? book.FreshId(), fields.Text("name", 63, required: before is null) ?? before?.Name ?? "", fields.Text("description", NetworkFields.MostText) ?? before?.Description ?? "");
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutSpace(space), m => NetworkDescribe.Of(m.Spaces[space.Id], m),
            ApiJson.Default.SpaceDto, before is null ? 201 : 200, before is null ? null : NetworkDescribe.Of(before, model));
    }

    private static void MapVlans(this IEndpointRouteBuilder api)
    {
        var vlans = api.MapGroup("/vlans").WithTags("vlans");
        vlans.MapGet("", (NetworkBook book) => Tagged.Of(new VlanList([.. book.Model.Vlans.Values.Select(v => NetworkDescribe.Of(v, book.Model)).OrderBy(v => v.Fabric, StringComparer.Ordinal).ThenBy(v => v.Vid)]), ApiJson.Default.VlanList))
            .Produces<VlanList>().WithSummary("VLANs, by fabric and number");
        vlans.MapGet("/{id}", (string id, NetworkBook book) => book.Model.Vlan(id) is { } v ? Tagged.Of(NetworkDescribe.Of(v, book.Model), ApiJson.Default.VlanDto) : NetworkAnswer.Unknown("VLAN", id))
            .Produces<VlanDto>().ProducesProblem(404).WithSummary("One VLAN, by id or fabric:vid");
        vlans.MapPost("", (HttpContext http, NetworkBook book) => PutVlan(null, http, book)).Accepts<VlanBody>("application/json").Produces<VlanDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a VLAN");
        vlans.MapPatch("/{id}", (string id, HttpContext http, NetworkBook book) => PutVlan(id, http, book)).Accepts<VlanBody>("application/json")
            .Produces<VlanDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a VLAN: its space, its MTU, what DHCP does on it");
        vlans.MapDelete("/{id}", (string id, HttpContext http, NetworkBook book) => NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveVlan(id))).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Remove a VLAN without subnets");
    }

    private static async Task<IResult> PutVlan(string? key, HttpContext http, NetworkBook book)
    {
        var model = book.Model;
        var before = key is null ? null : model.Vlan(key);
        if (key is not null && before is null) return NetworkAnswer.Unknown("VLAN", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string fabric = fields.Text("fabric", 63, required: before is null) ?? before?.Fabric ?? "";
        if (fabric.Length > 0 && model.Fabric(fabric) is null) fields.Fault($"there is no fabric {fabric}");
        string? space = fields.Optional("space", before?.Space);
        if (space is not null && model.Space(space) is null) fields.Fault($"there is no space {space}");
        int vid = fields.Number("vid", 0, 4094) ?? before?.Vid ?? 0;
        var vlan = new Vlan(
            before?.Id ?? book.FreshId(), model.Fabric(fabric)?.Id ?? fabric, vid, fields.Text("name", NetworkFields.MostText) ?? before?.Name ?? (vid == 0 ? "untagged" : $"vlan{vid}"),
            space is null ? null : model.Space(space)?.Id, fields.Number("mtu", 68, 65535) ?? before?.Mtu ?? 1500, fields.OneOf("dhcp", before?.Dhcp ?? DhcpMode.Off), before?.Interface);
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutVlan(vlan), m => NetworkDescribe.Of(m.Vlans[vlan.Id], m),
            ApiJson.Default.VlanDto, before is null ? 201 : 200, before is null ? null : NetworkDescribe.Of(before, model));
    }
}
