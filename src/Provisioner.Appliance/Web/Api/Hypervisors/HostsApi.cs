using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Hosts;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Api.Hypervisors;

/// <summary>/api/v1/hosts: hypervisor hosts and their virtual machines.</summary>
internal static partial class HostsApi
{
    private const int MostAddress = 512, MostName = 64, MostUser = 128, MostPassword = 256, MostFingerprint = 100;

    public static void MapHypervisors(this IEndpointRouteBuilder api)
    {
        var hosts = api.MapGroup("/hosts").WithTags("hosts");
        hosts.MapGet("", ([FromServices] HostBook book) => TypedResults.Json(new HostList([.. book.All.Values.OrderBy(h => h.Name, StringComparer.Ordinal).Select(Of)]), ApiJson.Default.HostList))
            .Produces<HostList>().WithSummary("Hypervisor hosts, by name");
        hosts.MapPost("", Add).Accepts<HostBody>("application/json").Produces<HostDto>(201).ProducesProblem(400).ProducesProblem(409)
            .WithSummary("Add a host: it is connected to, and its machines are listed and enlisted; what can't be connected to is not added");
        hosts.MapGet("/{id}", (string id, [FromServices] HostBook book) => book.Find(id) is { } host ? TypedResults.Json(Of(host), ApiJson.Default.HostDto) : Unknown(id))
            .Produces<HostDto>().ProducesProblem(404).WithSummary("One host, by id or name");
        hosts.MapPatch("/{id}", Change).Accepts<HostBody>("application/json").Produces<HostDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Change name, user, password, certificate or whether it enlists; what is not named stays");
        hosts.MapDelete("/{id}", async (string id, HttpContext http, [FromServices] HostDesk desk) => Answer(await desk.RemoveAsync(id, http.Caller().Name), 204))
            .Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Forget it; its machines stay, without a power controller");
        hosts.MapGet("/{id}/machines", Machines).Produces<HostMachineList>().ProducesProblem(404).WithSummary("Its virtual machines, and which machine each of them is");
        hosts.MapPost("/{id}/refresh", async (string id, HttpContext http, [FromServices] HostDesk desk) => Answer(await desk.RefreshAsync(id, http.RequestAborted), 200))
            .Produces<HostDto>().ProducesProblem(404).ProducesProblem(409).WithSummary("Look at it now; machines that were deleted here are enlisted again");
    }

    private static async Task<IResult> Add(HttpContext http, [FromServices] HostDesk desk)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string address = fields.Text("address", MostAddress, required: true) ?? "";
        if (address.Length > 0) fields.Fault(HypervisorAddress.Read(address).Fault);
        var wish = Wish(fields) with { Address = address };
        return fields.Problem() ?? Answer(await desk.AddAsync(wish, http.Caller().Name, http.RequestAborted), 201);
    }

    private static async Task<IResult> Change(string id, HttpContext http, [FromServices] HostBook book, [FromServices] HostDesk desk)
    {
        if (book.Find(id) is null) return Unknown(id);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        if (fields.Has("address")) fields.Fault("a host's address can't be changed: add the other one, then remove this one");
        var wish = Wish(fields);
        if (wish == new HostWish()) fields.Fault("nothing to change is named");
        return fields.Problem() ?? Answer(await desk.ChangeAsync(id, wish, http.Caller().Name, http.RequestAborted), 200);
    }

    private static HostWish Wish(Fields fields)
    {
        var wish = new HostWish(null, fields.Text("name", MostName), fields.Text("username", MostUser), fields.Text("password", MostPassword), fields.Text("fingerprint", MostFingerprint), fields.Flag("enlist"));
        if (wish.Name is not null && !Name().IsMatch(wish.Name)) fields.Fault($"\"{wish.Name}\" can't be a host's name: letters, digits and . - _, a letter or digit first");
        if (wish.Username?.Any(char.IsControl) == true) fields.Fault("username must not hold control characters");
        if (wish.Password?.Any(char.IsControl) == true) fields.Fault("password must not hold control characters");
        return wish;
    }

    private static IResult Machines(string id, [FromServices] HostBook book, [FromServices] HostMachines machines) => book.Find(id) is { } host
        ? TypedResults.Json(new HostMachineList([.. host.Machines.Select(vm => Of(host, vm, machines))]), ApiJson.Default.HostMachineList) : Unknown(id);

    public static HostDto Of(HypervisorHost host) => new(
        host.Id, host.Name, host.Kind, host.Address, host.Username, host.Fingerprint, host.Enlists, host.Product, host.State.ToString().ToLowerInvariant(), host.SeenAt, host.WhyNot, host.Machines.Length);

    private static HostMachineDto Of(HypervisorHost host, VirtualMachine vm, HostMachines machines) => new(
        vm.Id, vm.Name, vm.Uuid, vm.Macs, vm.Firmware, vm.Cpus, vm.MemoryMiB, Words.Of(host.State is HostState.Connected ? vm.Power : Domain.Power.PowerState.Unknown),
        machines.MachineOf(host, vm) is { } machine ? new(machine.Id, machine.Name) : null, machines.WhyNot(host.Id, vm.Id));

    private static IResult Answer(HostOutcome outcome, int status) => outcome switch
    {
        HostOutcome.Ok when status == 204 => TypedResults.NoContent(),
        HostOutcome.Ok ok => TypedResults.Json(Of(ok.Host), ApiJson.Default.HostDto, statusCode: status),
        HostOutcome.Refused refused => Refusal.Problem(409, refused.Why),
        HostOutcome.Missing missing => Unknown(missing.Host),
        _ => throw new InvalidOperationException("an outcome without an arm"),
    };

    private static IResult Unknown(string id) => Refusal.Problem(404, $"there is no host \"{(id.Length <= 64 ? id : id[..64] + "…")}\", neither by id nor by name");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
