using System.Diagnostics;
using System.Reflection;
using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/system: how the appliance is.</summary>
internal static class SystemApi
{
    /// <summary>Version of this program.</summary>
    public static string Version { get; } =
        typeof(SystemApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    private static readonly DateTimeOffset Started = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static void MapSystem(this IEndpointRouteBuilder api) =>
        api.MapGet("/system", System).Produces<SystemDto>().WithTags("system").WithSummary("Version, networks, counters");

    private static IResult System(MachineBook book, ISurroundings surroundings)
    {
        var states = book.All.Values.GroupBy(m => Words.Of(m.State)).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count());
        return TypedResults.Json(new SystemDto(
            Version, Started,
            [.. surroundings.Served.Select(n => new ServedDto(n.Interface, n.Address.ToString(), n.PrefixLength, n.Subnet.ToString(), surroundings.DhcpInWords(n), n.Domain))],
            [.. surroundings.Interfaces.Select(i => new InterfaceDto(i.Name, i.Address, i.IsUp, i.IsUplink, i.IsServed, i.Obstacle))],
            states, surroundings.Images.Count, surroundings.Roles.Count, book.LastEvents(null, 1) is [var last] ? last.Seq : 0, Environment.WorkingSet),
            ApiJson.Default.SystemDto);
    }
}
