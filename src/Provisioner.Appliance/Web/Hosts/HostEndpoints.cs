using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Web.Hosts;

/// <summary>
/// What installed systems call, <c>/hosts/v1/{machine}</c>: home, and the agent's questions and reports. Rule of the routes: the host
/// token of the machine's present deployment, in the path for cloud-init's phone_home, which knows no headers, else as a bearer.
///
/// The agent's protocol, made for sh and curl. <c>GET role/next?wait=25</c>: 200 with a script whose first lines are the header
/// (<c>#: run</c>, <c>step</c>, <c>steps</c>, <c>name</c>, <c>deadline</c> in seconds) and whose last line is <c>#: whole</c>, or 204 for
/// nothing to do. <c>POST role/result?run=&amp;step=&amp;verdict=changed|unchanged|failed&amp;exit=&amp;seconds=</c> with the end of the
/// output as text: 204, also where it was in already; 400 for what no agent sends. The same step is given until its report is in.
/// </summary>
internal static class HostEndpoints
{
    private const int MostForm = 64 << 10, MostOutput = 8 << 10, LongestWait = 30;

    public static void MapHosts(this IEndpointRouteBuilder routes)
    {
        var hosts = routes.MapGroup("/hosts/v1/{machine}").WithMetadata(Rule.Host).ExcludeFromDescription();
        hosts.MapPost("/home/{token}", (string machine, string token, HttpContext http, HostDoor door, MachineBook book) => Home(machine, token, http, door, book));
        hosts.MapPost("/home", (string machine, HttpContext http, HostDoor door, MachineBook book) => Home(machine, AgentDoor.Bearer(http.Request), http, door, book));
        hosts.MapGet("/role/next", Next);
        hosts.MapPost("/role/result", Result);
    }

    private static async Task<IResult> Home(string id, string? token, HttpContext http, HostDoor door, MachineBook book)
    {
        var (machine, refusal) = door.Open(id, token, http.Connection.RemoteIpAddress);
        if (machine is null) return refusal!;
        var (body, tooLarge) = await HostDoor.ReadAsync(http, MostForm);
        if (tooLarge is not null) return tooLarge;
        var form = QueryHelpers.ParseQuery(body);
        double? uptime = Number(form.TryGetValue("uptime", out var text) ? text.ToString() : http.Request.Query["uptime"].ToString(), 0, 1e9);
        var applied = await book.ApplyAsync(machine.Id, new MachineChange.CalledHome(uptime), "machine");
        if (applied is Applied.Refused refused) return HostDoor.Refuse(409, refused.Why);
        if (form.TryGetValue("pub_key_ed25519", out var key) && Fingerprint(key.ToString()) is { } fingerprint)
            book.Note(machine.Id, "home.key", $"SSH host key: ED25519 SHA256:{fingerprint}", by: "machine");
        return TypedResults.NoContent();
    }

    private static async Task<IResult> Next(string machine, HttpContext http, HostDoor door, RoleDesk desk)
    {
        var (known, refusal) = door.Open(machine, AgentDoor.Bearer(http.Request), http.Connection.RemoteIpAddress);
        if (known is null) return refusal!;
        double wait = Number(http.Request.Query["wait"], 0, LongestWait) ?? 0;
        string? script = await desk.NextAsync(known.Id, Address(http.Connection.RemoteIpAddress), Address(http.Connection.LocalIpAddress), TimeSpan.FromSeconds(wait), http.RequestAborted);
        return script is null ? TypedResults.NoContent() : TypedResults.Text(script, "text/x-shellscript");
    }

    private static async Task<IResult> Result(string machine, HttpContext http, HostDoor door, RoleDesk desk)
    {
        var (known, refusal) = door.Open(machine, AgentDoor.Bearer(http.Request), http.Connection.RemoteIpAddress);
        if (known is null) return refusal!;
        var (output, tooLarge) = await HostDoor.ReadAsync(http, MostOutput);
        if (tooLarge is not null) return tooLarge;
        var query = http.Request.Query;
        StepVerdict? verdict = query["verdict"].ToString() switch
        {
            "changed" => StepVerdict.Changed,
            "unchanged" => StepVerdict.Unchanged,
            "failed" => StepVerdict.Failed,
            _ => null,
        };
        if (verdict is null || Number(query["run"], 0, int.MaxValue) is not { } run || Number(query["step"], 1, int.MaxValue) is not { } step
            || Number(query["exit"], 0, 255) is not { } exit || Number(query["seconds"], 0, 1e7) is not { } seconds)
            return HostDoor.Refuse(400, "a result has run, step, verdict (changed, unchanged or failed), exit (0 to 255) and seconds");
        await desk.ReportAsync(known.Id, new((int)run, (int)step, verdict.Value, (int)exit, seconds, output), http.RequestAborted);
        return TypedResults.NoContent();
    }

    private static IPAddress Address(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address ?? IPAddress.None;

    private static double? Number(string? text, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most ? number : null;

    // As ssh-keygen -l writes it: SHA-256 of the key's blob, base64 without padding.
    private static string? Fingerprint(string line)
    {
        if (line.Split(' ') is not ["ssh-ed25519", { Length: <= 128 } blob, ..]) return null;
        Span<byte> key = stackalloc byte[96];
        return Convert.TryFromBase64String(blob.Trim(), key, out int length) ? Convert.ToBase64String(SHA256.HashData(key[..length])).TrimEnd('=') : null;
    }
}
