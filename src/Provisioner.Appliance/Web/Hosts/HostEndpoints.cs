using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Hosts;

/// <summary>
/// What installed systems call, <c>/hosts/v1/{machine}</c>, over HTTPS alone. Rule of the routes: the host token of the machine's present
/// deployment as a bearer.
///
/// The agent's protocol, made for sh and curl. <c>POST home</c> with <c>uptime</c> and <c>facts</c> (<see cref="HostFacts"/>) as a form: at its
/// start, and when the facts change. <c>GET work?wait=25</c>: 200 with a script whose first lines are the header (<c>#: key</c>, <c>name</c>,
/// <c>deadline</c> in seconds, <c>end</c>) and whose last line is <c>#: whole</c>, or 204 for nothing to do.
/// <c>POST progress?key=</c> with what the step said since the last time: 204, or 410 where nobody wants the step any more.
/// <c>POST result?key=&amp;verdict=changed|unchanged|failed&amp;exit=&amp;seconds=</c> with <c>output</c> and <c>said</c> as a form, of which a
/// line is <c>changed TEXT</c> or <c>export NAME BASE64</c>:
/// answered like <c>work</c> without waiting, also where the report was in already; 400 for what no agent sends.
/// The same step is given until its report is in.
/// </summary>
internal static class HostEndpoints
{
    private const int MostForm = 64 << 10, MostPiece = 256 << 10, MostResult = 4 << 20, LongestWait = 30, LongestKey = 256;

    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        var hosts = routes.MapGroup("/hosts/v1/{machine}").WithMetadata(Rule.Host).ExcludeFromDescription();
        hosts.MapPost("/home", Home);
        hosts.MapGet("/work", Work);
        hosts.MapPost("/progress", Progress);
        hosts.MapPost("/result", Result);
    }

    private static async Task<IResult> Home(string machine, HttpContext http, HostDoor door, MachineBook book)
    {
        var (known, refusal) = door.Open(machine, http);
        if (known is null) return refusal!;
        var (body, tooLarge) = await HostDoor.ReadAsync(http, MostForm);
        if (tooLarge is not null) return tooLarge;
        var (form, call) = (QueryHelpers.ParseQuery(body), CallOf(http));
        var facts = form.TryGetValue("facts", out var told) ? HostFacts.Read(told.ToString()) : null;
        var applied = await book.ApplyAsync(known.Id, new MachineChange.CalledHome(Number(Field(form, "uptime"), 0, 1e9), facts, call.From.ToString(), call.Local.ToString()), "machine");
        return applied is Applied.Refused refused ? HostDoor.Refuse(409, refused.Why) : TypedResults.NoContent();
    }

    private static async Task<IResult> Work(string machine, HttpContext http, HostDoor door, HostDesk desk)
    {
        var (known, refusal) = door.Open(machine, http);
        if (known is null) return refusal!;
        double wait = Number(http.Request.Query["wait"], 0, LongestWait) ?? 0;
        return Script(await desk.NextAsync(known.Id, CallOf(http), TimeSpan.FromSeconds(wait), http.RequestAborted));
    }

    private static async Task<IResult> Progress(string machine, HttpContext http, HostDoor door, HostDesk desk)
    {
        var (known, refusal) = door.Open(machine, http);
        if (known is null) return refusal!;
        var (piece, tooLarge) = await HostDoor.ReadAsync(http, MostPiece);
        if (tooLarge is not null) return tooLarge;
        return desk.Hear(known.Id, http.Request.Query["key"].ToString(), piece) ? TypedResults.NoContent() : HostDoor.Refuse(410, "nobody wants this step any more");
    }

    private static async Task<IResult> Result(string machine, HttpContext http, HostDoor door, HostDesk desk)
    {
        var (known, refusal) = door.Open(machine, http);
        if (known is null) return refusal!;
        var (body, tooLarge) = await HostDoor.ReadAsync(http, MostResult);
        if (tooLarge is not null) return tooLarge;
        var (query, form) = (http.Request.Query, QueryHelpers.ParseQuery(body));
        string verdict = query["verdict"].ToString(), key = query["key"].ToString();
        if (verdict is not ("changed" or "unchanged" or "failed") || key.Length is 0 or > LongestKey || Number(query["exit"], 0, 255) is not { } exit || Number(query["seconds"], 0, 1e7) is not { } seconds)
            return HostDoor.Refuse(400, "a result has key, verdict (changed, unchanged or failed), exit (0 to 255) and seconds");
        await desk.ReportAsync(known.Id, new(key, verdict == "failed", (int)exit, seconds, Field(form, "said").Split('\n', StringSplitOptions.RemoveEmptyEntries), Field(form, "output")), http.RequestAborted);
        return Script(await desk.NextAsync(known.Id, CallOf(http), TimeSpan.Zero, http.RequestAborted));
    }

    private static IResult Script(string? script) => script is null ? TypedResults.NoContent() : TypedResults.Text(script, "text/x-shellscript");

    private static HostCall CallOf(HttpContext http) => new(Address(http.Connection.RemoteIpAddress), Address(http.Connection.LocalIpAddress));

    private static IPAddress Address(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None;

    private static string Field(Dictionary<string, StringValues> form, string name) => form.TryGetValue(name, out var value) ? value.ToString() : "";

    private static double? Number(string? text, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most ? number : null;
}
