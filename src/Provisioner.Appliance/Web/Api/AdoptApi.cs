using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Api;

/// <summary>A machine that runs already, to be taken as it is.</summary>
/// <param name="Name">Its host name.</param>
/// <param name="Tags">Tags for it.</param>
/// <param name="Appliance">The appliance's address as that machine reaches it; by default the one that this request came to.</param>
internal sealed record AdoptBody(string Name, string[]? Tags, string? Appliance);

/// <summary>An adopted machine, and what is to be run on it.</summary>
/// <param name="Script">A shell script with the machine's token in it: run once, as root, on that machine.</param>
internal sealed record AdoptedDto(MachineDto Machine, string Script);

/// <summary>/api/v1/machines/adopt: machines that somebody else installed.</summary>
internal static class AdoptApi
{
    public static void MapAdopt(this IEndpointRouteBuilder api) =>
        api.MapPost("/machines/adopt", Adopt).WithTags("machines").Accepts<AdoptBody>("application/json").Produces<AdoptedDto>().ProducesProblem(400).ProducesProblem(409)
            .WithSummary("Take a machine that runs already; answers with the script that makes it ours. Again for a deployed machine: its agent gets a new token");

    private static async Task<IResult> Adopt(HttpContext http, MachineBook book, ISurroundings surroundings)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string name = fields.Text("name", 63, required: true) ?? "";
        var tags = fields.Texts("tags", Limits.Tags, 64);
        foreach (string bad in tags.Where(t => !HostName.IsTag(t))) fields.Fault($"\"{bad}\" is not a tag: letters, digits, - _ . and :, at most 64");
        string? address = fields.Text("appliance", 64) ?? Own(http.Connection.LocalIpAddress);
        if (!IPAddress.TryParse(address, out var parsed)) fields.Fault($"appliance must be an address of the appliance that the machine reaches, such as 10.77.0.1; \"{address}\" is none");
        else if (IPAddress.IsLoopback(parsed)) fields.Fault("appliance is missing: name the address of the appliance that the machine reaches, such as 10.77.0.1");
        if (fields.Problem() is { } faults) return faults;
        return await book.AdoptAsync(name, tags, http.Caller().Name) switch
        {
            Applied.Ok { Machine: var machine } => TypedResults.Json(
                new AdoptedDto(Describe.Of(machine, surroundings), surroundings.InstallScript(machine, parsed!)), ApiJson.Default.AdoptedDto),
            Applied.Refused refused => Refusal.Problem(409, refused.Why),
            _ => MachinesApi.Unknown(name),
        };
    }

    // Where people come over loopback, nobody else reaches the appliance by that.
    private static string? Own(IPAddress? local) => (local is { IsIPv4MappedToIPv6: true } ? local.MapToIPv4() : local)?.ToString();
}
