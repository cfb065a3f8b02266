using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Web.Api;

/// <summary>A virtual drive. An image's user and query are left out.</summary>
internal sealed record MediaDto(string Id, string[] MediaTypes, bool Inserted, string? Image);

/// <summary>The virtual drives of a machine.</summary>
internal sealed record MediaList(MediaDto[] VirtualMedia);

/// <summary>An image for the virtual CD drive.</summary>
internal sealed record MediaInsertBody(string Image);

/// <summary>/api/v1/machines/ID/virtual-media and …/redfish: what only a machine's Redfish controller can.</summary>
internal static class RedfishApi
{
    public static void MapRedfish(this IEndpointRouteBuilder api)
    {
        var machine = api.MapGroup("/machines/{id}").WithTags("machines");
        machine.MapGet("/virtual-media", List).Produces<MediaList>().ProducesProblem(404).ProducesProblem(409).WithSummary("Its controller's virtual drives");
        machine.MapPost("/virtual-media", Insert).Accepts<MediaInsertBody>("application/json")
            .Produces<MediaList>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Put an image into its virtual CD drive; answers when that was read back");
        machine.MapDelete("/virtual-media", Eject).Produces<MediaList>().ProducesProblem(404).ProducesProblem(409).WithSummary("Empty its virtual CD drives");
        machine.MapGet("/redfish", Inventory).Produces<RedfishInventory>().ProducesProblem(404).ProducesProblem(409).WithSummary("What its controller knows of it, also while it is off; takes as long as the controller does");
    }

    private static Task<IResult> List(string id, HttpContext http, MachineBook book) => AskAsync(id, http, book, (desk, machine) => desk.ListAsync(machine, http.RequestAborted), Of, ApiJson.Default.MediaList);

    private static Task<IResult> Eject(string id, HttpContext http, MachineBook book) => AskAsync(id, http, book, (desk, machine) => desk.EjectAsync(machine, http.Caller().Name, http.RequestAborted), Of, ApiJson.Default.MediaList);

    private static Task<IResult> Inventory(string id, HttpContext http, MachineBook book) => AskAsync(id, http, book, (desk, machine) => desk.ReadInventoryAsync(machine, http.RequestAborted), i => i, ApiJson.Default.RedfishInventory);

    private static async Task<IResult> Insert(string id, HttpContext http, MachineBook book)
    {
        if (book.Find(id) is null) return MachinesApi.Unknown(id);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string text = fields.Text("image", 1024, required: true) ?? "";
        bool good = Uri.TryCreate(text, UriKind.Absolute, out var image) && image.Scheme is "http" or "https" && image.Host.Length > 0;
        if (!good && text.Length > 0) fields.Fault("image must be an http:// or https:// URL that the controller can reach");
        return fields.Problem() ?? await AskAsync(id, http, book, (desk, machine) => desk.InsertAsync(machine, image!, http.Caller().Name, http.RequestAborted), Of, ApiJson.Default.MediaList);
    }

    // Asked of the services here: the rack of cardboard that pages are tested with has no controllers.
    private static async Task<IResult> AskAsync<T, TDto>(string id, HttpContext http, MachineBook book, Func<MediaDesk, Machine, Task<FromRedfish<T>>> ask, Func<T, TDto> describe, JsonTypeInfo<TDto> type)
    {
        if (book.Find(id) is not { } machine) return MachinesApi.Unknown(id);
        var answer = await ask(http.RequestServices.GetRequiredService<MediaDesk>(), machine);
        return answer.Refused is { } refused ? Refusal.Problem(409, refused) : TypedResults.Json(describe(answer.Value!), type);
    }

    private static MediaList Of(ImmutableArray<VirtualMediaSlot> slots) => new([.. slots.Select(s => new MediaDto(s.Id, [.. s.Media], s.IsFull, Shown(s.Image)))]);

    private static string? Shown(string image) => image.Length == 0 ? null
        : Uri.TryCreate(image, UriKind.Absolute, out var url) ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "an image";
}
