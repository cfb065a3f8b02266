using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/machines/ID/controllers: how a machine's power is switched.</summary>
internal static class ControllersApi
{
    private const int MostSettings = 16, LongestText = 1024;

    public static void MapPowerControllers(this IEndpointRouteBuilder api)
    {
        var controllers = api.MapGroup("/machines/{id}/controllers").WithTags("machines");
        controllers.MapGet("", List).Produces<ControllerList>().ProducesProblem(404).WithSummary("Its power controllers, the preferred one first, and what is known of its power");
        controllers.MapPost("", (string id, HttpContext http, ISurroundings surroundings, MachineBook book) => Set(id, null, http, surroundings, book)).Accepts<ControllerBody>("application/json")
            .Produces<ControllerList>(201).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Give it a power controller: address and password; the rest is found out by speaking to it");
        controllers.MapPut("/{controller}", (string id, string controller, HttpContext http, ISurroundings surroundings, MachineBook book) => Set(id, controller, http, surroundings, book)).Accepts<ControllerBody>("application/json")
            .Produces<ControllerList>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Replace one of its power controllers");
        controllers.MapDelete("/{controller}", Remove).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Take one of its power controllers away");
    }

    private static IResult List(string id, MachineBook book, ISurroundings surroundings) =>
        book.Find(id) is { } machine ? Tagged.Of(Of(machine, surroundings), ApiJson.Default.ControllerList) : MachinesApi.Unknown(id);

    private static ControllerList Of(Domain.Machines.Machine machine, ISurroundings surroundings) => new([.. machine.Controllers.Select(Describe.Of)], Describe.Of(surroundings.PowerOf(machine)));

    private static async Task<IResult> Set(string id, string? controller, HttpContext http, ISurroundings surroundings, MachineBook book)
    {
        if (book.Find(id) is not { } machine) return MachinesApi.Unknown(id);
        if (controller is not null && machine.Controllers.All(c => c.Id != controller)) return Refusal.Problem(404, $"{machine.Name} has no controller \"{controller}\": add it with POST");
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var wish = new ControllerWish(controller, fields.Text("kind", 20), fields.Text("address", LongestText, required: true) ?? "", fields.Number("port", 1, 65535),
            fields.Text("username", 255) ?? "", fields.Text("password", 255) ?? "", fields.Text("privilege", 20) ?? "administrator")
        {
            Settings = fields.Map("settings", MostSettings, LongestText).ToImmutableSortedDictionary(StringComparer.Ordinal),
            Secrets = fields.Map("secrets", MostSettings, LongestText).ToImmutableDictionary(),
            First = fields.Flag("first") ?? false,
            Force = fields.Flag("force") ?? false,
        };
        foreach (string fault in ControllerForm.Faults(wish, surroundings)) fields.Fault(fault);
        return fields.Problem() ?? await surroundings.SetControllerAsync(machine.Id, wish, http.Caller().Name, http.RequestAborted) switch
        {
            Applied.Ok ok => TypedResults.Json(Of(ok.Machine, surroundings), ApiJson.Default.ControllerList, statusCode: controller is null ? 201 : 200),
            Applied.Refused refused => Refusal.Problem(409, refused.Why),
            _ => MachinesApi.Unknown(id),
        };
    }

    private static async Task<IResult> Remove(string id, string controller, HttpContext http, ISurroundings surroundings, MachineBook book)
    {
        if (book.Find(id) is not { } machine) return MachinesApi.Unknown(id);
        if (machine.Controllers.All(c => c.Id != controller)) return Refusal.Problem(404, $"{machine.Name} has no controller \"{controller}\"");
        return await surroundings.RemoveControllerAsync(machine.Id, controller, http.Caller().Name) is Applied.Refused refused ? Refusal.Problem(409, refused.Why) : TypedResults.NoContent();
    }
}
