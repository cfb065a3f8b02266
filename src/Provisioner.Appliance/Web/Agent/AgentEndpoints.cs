using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using static Provisioner.Appliance.Web.Agent.AgentDoor;

namespace Provisioner.Appliance.Web.Agent;

/// <summary>
/// The agent's API, <c>/agent/v1</c>. Rule of the routes: hello takes the boot token of the machine's last boot script, everything else
/// the session token that hello gave; a token speaks for its own machine and no other.
/// </summary>
internal static class AgentEndpoints
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(30);
    private const int MostEvents = 64, MostText = 2048;

    public static void MapAgent(this IEndpointRouteBuilder routes)
    {
        var agent = routes.MapGroup("/agent/v1").WithMetadata(Rule.Agent).ExcludeFromDescription();
        agent.MapPost("/hello", Hello);
        agent.MapPost("/inventory", InventoryReport);
        agent.MapPost("/bmc", Bmc);
        agent.MapGet("/next", Next);
        agent.MapPost("/progress", ReportProgress);
        agent.MapPost("/events", Events);
        agent.MapPost("/done", Done);
    }

    private static async Task<IResult> Hello(HttpContext http, MachineBook book)
    {
        var (hello, fault) = await ReadAsync(http, AgentJson.Default.HelloRequest);
        if (hello is null) return fault!;
        if (book.Find(hello.Machine) is not { } machine || !Token.Matches(Bearer(http.Request), machine.BootTokenHash))
            return Refuse(401, "the boot token is not the one that this machine's last boot script carried, or it was used already: restart the machine");
        if (!MacAddress.TryParse(hello.Mac, out var mac)) return Refuse(400, $"mac: \"{hello.Mac}\" is not a MAC address");
        if (hello.Firmware is not ("bios" or "uefi")) return Refuse(400, $"firmware: \"{hello.Firmware}\" is neither bios nor uefi");
        if (book.ByMac(mac) is { } owner && owner.Id != machine.Id)
        {
            book.Note(machine.Id, "agent.refused", $"the agent says its MAC is {mac}, which is {owner.Name}'s", Level.Warning, by: "agent");
            return Refuse(403, $"mac: {mac} belongs to another machine");
        }
        string session = Token.New();
        return await book.ApplyAsync(machine.Id, new MachineChange.AgentHello(Token.Hash(session), mac.ToString(), hello.Firmware, hello.UptimeSeconds), "agent") is Applied.Ok ok
            ? Results.Json(new HelloReply(ok.Machine.Id, ok.Machine.Name, session), AgentJson.Default.HelloReply)
            : Refuse(409, "the machine was deleted meanwhile");
    }

    private static async Task<IResult> InventoryReport(HttpContext http, MachineBook book, BootTrails trails)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var (inventory, fault) = await ReadAsync(http, AgentJson.Default.Inventory);
        if (inventory is null) return Told(book, machine, fault!, "inventory");
        if (InventoryCheck.Fault(inventory) is { } wrong) return Told(book, machine, Refuse(400, wrong), "inventory");
        var foreign = inventory.Nics.FirstOrDefault(n => book.ByMac(MacAddress.Parse(n.Mac)) is { } owner && owner.Id != machine.Id);
        if (foreign is not null) return Told(book, machine, Refuse(403, $"nics: {foreign.Mac} belongs to another machine"), "inventory");
        foreach (string mac in machine.Macs) trails.Forget(MacAddress.Parse(mac));
        return Of(await book.ApplyAsync(machine.Id, new MachineChange.InventoryReported(InventoryCheck.Normal(inventory)), "agent"));
    }

    private static async Task<IResult> Bmc(HttpContext http, MachineBook book, ControllerSecrets secrets, ControllerDesk desk, LeaseBook leases)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var (report, fault) = await ReadAsync(http, AgentJson.Default.BmcReport);
        if (report is null) return Told(book, machine, fault!, "BMC report");
        if (report.Redfish is { } redfish)
            book.NoteWords(machine.Id, "agent.redfish", Cut($"its firmware names a Redfish service of the BMC ({redfish.Address}:{redfish.Port} {redfish.Hostname}, inside the machine)"), Level.Info, null, null, "agent");
        if (report.State is "absent" or "failed")
            return Of(await book.ApplyAsync(machine.Id, new MachineChange.BmcReported(null, report.State == "failed", Cut(report.Reason ?? "no reason given")), "agent"));
        if (BmcFault(report) is { } wrong) return Told(book, machine, Refuse(400, wrong), "BMC report");
        var found = new ControllerAccess("ipmi", report.Address!, report.Port ?? 623, report.Username!, secrets.Seal(machine.Id, report.Password!),
            report.Privilege!, report.ManufacturerId ?? 0, Cut(report.FirmwareVersion ?? ""));
        var applied = await book.ApplyAsync(machine.Id, new MachineChange.BmcReported(found, false, ""), "agent");
        if (applied is Applied.Refused twin) return Told(book, machine, Refuse(409, $"address: {twin.Why}"), "BMC report");
        leases.NoteBmcs([machine with { Controllers = [found] }]);
        if (applied is Applied.Ok && report.Redfish is not null) desk.BeginRedfish(machine.Id, found, report.Password!);
        return Of(applied);
    }

    private static string? BmcFault(BmcReport report)
    {
        if (report.State != "found") return $"state: \"{report.State}\" is none of found, absent, failed";
        if (!IPAddress.TryParse(report.Address, out var address) || IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any)) return $"address: \"{report.Address}\" is no address that a BMC can be reached at";
        if (report.Port is < 1 or > 65535) return $"port: {report.Port} is no UDP port";
        if (report.Username is not { Length: > 0 and <= 16 }) return "username: 1 to 16 characters (IPMI 2.0 §22.28)";
        if (report.Password is not { Length: > 0 and <= 20 }) return "password: 1 to 20 characters (IPMI 2.0 §22.30)";
        return report.Privilege is "administrator" or "operator" ? null : $"privilege: \"{report.Privilege}\" is neither administrator nor operator";
    }

    private static async Task<IResult> Next(HttpContext http, MachineBook book, AgentOrders orders, double wait = 25)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var patience = TimeSpan.FromSeconds(double.IsFinite(wait) ? Math.Clamp(wait, 0, LongestPoll.TotalSeconds) : 0);
        var order = await orders.NextAsync(machine.Id, Bearer(http.Request)!, patience, http.Connection.LocalIpAddress!, http.RequestAborted);
        return order is null ? NoSession() : Results.Json(order, AgentJson.Default.NextReply);
    }

    private static async Task<IResult> ReportProgress(HttpContext http, MachineBook book, Progress progress)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var (report, fault) = await ReadAsync(http, AgentJson.Default.ProgressReport);
        if (report is null) return fault!;
        if (report.Order == machine.Order) progress.Set(machine.Id, new(Cut(report.Step), Math.Max(0, report.DoneBytes), Math.Max(0, report.TotalBytes)));
        return Results.NoContent();
    }

    private static async Task<IResult> Events(HttpContext http, MachineBook book)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var (events, fault) = await ReadAsync(http, AgentJson.Default.EventReportArray);
        if (events is null) return fault!;
        if (events.Length > MostEvents) return Refuse(400, $"{events.Length} events at once, {MostEvents} at the most");
        foreach (var told in events)
        {
            var level = told.Level switch { "warning" => Level.Warning, "error" => Level.Error, _ => Level.Info };
            // The agent chooses the words, not the kind: a machine can't write lines that look like the appliance's own.
            book.NoteWords(machine.Id, "agent.note", Cut(told.Text), level, told.Bytes, told.Seconds, "agent");
        }
        return Results.NoContent();
    }

    private static async Task<IResult> Done(HttpContext http, MachineBook book, Progress progress)
    {
        if (await SessionAsync(http.Request, book) is not { } machine) return NoSession();
        var (done, fault) = await ReadAsync(http, AgentJson.Default.DoneReport);
        if (done is null) return fault!;
        progress.Clear(machine.Id);
        if (done.Order != machine.Order) return Results.NoContent(); // an answer to an older order, said again after a lost reply
        string error = Cut(done.Error ?? "");
        return AgentOrder.For(machine) switch
        {
            AgentAction.Install => Of(await book.ApplyAsync(machine.Id, new MachineChange.InstallDone(done.Order, done.Ok, error, done.Bytes, done.Seconds), "agent")),
            AgentAction.PowerOff or AgentAction.Reboot when done.Ok => Of(await book.ApplyAsync(machine.Id, new MachineChange.AgentLeaving(done.Order), "agent")),
            AgentAction.Inventory when !done.Ok => Of(await book.ApplyAsync(machine.Id, new MachineChange.Fail($"its agent could not look at it: {error}"), "agent")),
            _ => Results.NoContent(),
        };
    }

    private static IResult NoSession() => Refuse(401, "the session token is not (or no longer) valid: restart the machine");

    private static IResult Told(MachineBook book, Machine machine, IResult refusal, string what)
    {
        string why = refusal is Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<Error> { Value.Text: var text } ? text : "refused";
        book.Note(machine.Id, "agent.refused", $"the agent's {what} was refused: {Cut(why)}", Level.Warning, by: "agent");
        return refusal;
    }

    private static string Cut(string text) => text.Length <= MostText ? text : text[..MostText] + " …";
}
