using System.Globalization;
using Microsoft.OpenApi;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;
using Provisioner.Appliance.Web.Api.Power;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/machines.</summary>
internal static class MachinesApi
{
    public static void MapMachines(this IEndpointRouteBuilder api)
    {
        api.MapBmc();
        api.MapConsole();
        var machines = api.MapGroup("/machines").WithTags("machines");
        machines.MapGet("", List).Produces<MachineList>().ProducesProblem(400).WithSummary("Machines, by name; filter with q, state, tag; page with limit and offset")
            .WithQuery(("q", JsonSchemaType.String, "Words that must all occur in name, id, MAC, address, tag, maker, product, serial number, image or role"),
                ("state", JsonSchemaType.String, "States, separated by commas; failed stands for all three failed ones"), ("tag", JsonSchemaType.String, "A tag; may be repeated: all of them"),
                ("limit", JsonSchemaType.Integer, "1 to 1000; 100 by default"), ("offset", JsonSchemaType.Integer, "How many to leave out before"));
        machines.MapGet("/{id}", Get).Produces<MachineDto>().ProducesProblem(404).WithSummary("One machine, by id or name");
        foreach (string order in new[] { "commission", "allocate", "release", "abort", "role" })
            machines.MapPost($"/{{id}}/{order}", (string id, HttpContext http, Orders orders) => Give(id, order, http, orders))
                .Produces<MachineDto>(202).ProducesProblem(404).ProducesProblem(409).WithName(order).WithSummary(Summary(order));
        machines.MapPost("/{id}/deploy", Deploy).Accepts<DeployBody>("application/json")
            .Produces<MachineDto>(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Install a system");
        machines.MapPost("/{id}/power", Power).Accepts<PowerBody>("application/json")
            .Produces<MachineDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Switch it; answers when the state was read back");
        machines.MapPost("/{id}/rename", Rename).Accepts<RenameBody>("application/json")
            .Produces<MachineDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).WithSummary("Give it another host name");
        machines.MapPut("/{id}/tags", Tags).Accepts<TagsBody>("application/json")
            .Produces<MachineDto>().ProducesProblem(400).ProducesProblem(404).WithSummary("Replace its tags");
        machines.MapDelete("/{id}", Delete).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Forget it");
    }

    private static string Summary(string order) => order switch
    {
        "commission" => "Look at its hardware and its BMC (again)",
        "allocate" => "Take it, without installing yet",
        "release" => "Switch it off and give it back",
        "abort" => "Stop what is under way",
        _ => "Run the deployed system's role once more",
    };

    private static IResult List(HttpContext http, MachineBook book, ISurroundings surroundings)
    {
        var faults = new List<string>();
        var query = MachineQuery.From(http.Request.Query, faults);
        int limit = Number(http, "limit", Limits.Page, 1, 1000, faults), offset = Number(http, "offset", 0, 0, int.MaxValue, faults);
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults), new Dictionary<string, object?> { ["errors"] = faults.ToArray() });
        var found = query.Of(book.All.Values, surroundings);
        return Tagged.Of(new MachineList([.. found.Skip(offset).Take(limit).Select(m => Describe.Of(m, surroundings))], found.Count), ApiJson.Default.MachineList);
    }

    private static IResult Get(string id, MachineBook book, ISurroundings surroundings) =>
        book.Find(id) is { } machine ? Tagged.Of(Describe.Of(machine, surroundings), ApiJson.Default.MachineDto) : Unknown(id);

    private static async Task<IResult> Give(string id, string order, HttpContext http, Orders orders) =>
        Answer(await orders.Give(id, order, http.Caller().Name, http.RequestAborted)!, http, 202);

    private static async Task<IResult> Deploy(string id, HttpContext http, Orders orders, MachineBook book)
    {
        if (book.Find(id) is null) return Unknown(id);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var request = new DeployRequest(
            fields.Text("image", 100, required: true) ?? "", fields.Text("role", 100), Orders.KeysOf(fields.Texts("sshKeys", Limits.SshKeys, 8192)),
            fields.Text("operator", 32) ?? "operator", fields.Flag("eraseForeignData") ?? false, fields.Text("disk", 64));
        foreach (string fault in orders.Faults(request)) fields.Fault(fault);
        return fields.Problem() ?? Answer(await orders.DeployAsync(id, request, http.Caller().Name), http, 202);
    }

    private static async Task<IResult> Power(string id, HttpContext http, Orders orders)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string action = fields.Text("action", 20, required: true) ?? "";
        bool known = Words.Actions.TryGetValue(action, out var order);
        if (!known && action.Length > 0) fields.Fault($"\"{action}\" is not a power order; there are on, off, cycle, reset and soft-off");
        return fields.Problem() ?? Answer(await orders.PowerAsync(id, order, http.Caller().Name, http.RequestAborted), http, 200);
    }

    private static async Task<IResult> Rename(string id, HttpContext http, Orders orders)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string name = fields.Text("name", 63, required: true) ?? "";
        if (name.Length > 0 && !HostName.IsValid(name)) fields.Fault($"\"{name}\" is not a host name: a–z, 0–9 and -, at most 63, a letter or digit at both ends");
        return fields.Problem() ?? Answer(await orders.RenameAsync(id, name, http.Caller().Name), http, 200);
    }

    private static async Task<IResult> Tags(string id, HttpContext http, Orders orders)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var tags = fields.Texts("tags", Limits.Tags, 64, required: true);
        foreach (string bad in tags.Where(t => !HostName.IsTag(t))) fields.Fault($"\"{bad}\" is not a tag: letters, digits, - _ . and :, at most 64");
        return fields.Problem() ?? Answer(await orders.TagAsync(id, tags, http.Caller().Name), http, 200);
    }

    private static async Task<IResult> Delete(string id, HttpContext http, Orders orders) =>
        await orders.Give(id, "delete", http.Caller().Name, http.RequestAborted)! switch
        {
            Applied.Ok => TypedResults.NoContent(),
            var refused => Answer(refused, http, 204),
        };

    public static IResult Unknown(string id) => Refusal.Problem(404, $"there is no machine \"{Shown(id)}\", neither by id nor by name");

    private static IResult Answer(Applied applied, HttpContext http, int status) => applied switch
    {
        Applied.Ok ok => TypedResults.Json(Describe.Of(ok.Machine, http.RequestServices.GetRequiredService<ISurroundings>()), ApiJson.Default.MachineDto, statusCode: status),
        Applied.Refused refused => Refusal.Problem(409, refused.Why),
        Applied.NotFound gone => Unknown(gone.Id),
        _ => throw new InvalidOperationException("an answer without an arm"),
    };

    internal static int Number(HttpContext http, string name, int otherwise, int least, int most, List<string> faults)
    {
        string text = http.Request.Query[name].ToString();
        if (text.Length == 0) return otherwise;
        if (int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        faults.Add($"{name} must be a whole number from {least} to {most}");
        return otherwise;
    }

    private static string Shown(string id) => id.Length <= 64 ? id : id[..64] + "…";
}
