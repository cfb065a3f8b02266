using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Boot;

/// <summary>
/// The script of a booting machine, in iPXE's language or in GRUB's; the files that it names leave by <see cref="FileServer"/>.
/// Rule of the routes: anybody on a served network; the script's token goes only to the address that holds the lease of the MAC that asks.
/// </summary>
internal static class BootEndpoints
{
    public static void MapBoot(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/boot/{mac}/boot.ipxe", Ipxe).WithMetadata(Rule.OpenToMachines).ExcludeFromDescription();
        // HEAD first, then GET: so asks GRUB that came over HTTP boot, which uses the firmware's HTTP.
        routes.MapMethods("/boot/{mac}/{cpu}/grub.cfg", ["GET", "HEAD"], Grub).WithMetadata(Rule.OpenToMachines).ExcludeFromDescription();
    }

    private static async Task<IResult> Ipxe(string mac, HttpContext http, MachineBook book, Neighbours neighbours, ApplianceOptions options)
    {
        var (machine, address, refused) = await VisitorAsync(mac, http, book, neighbours);
        if (machine is null) return refused!;
        var local = http.Connection.LocalIpAddress!.MapToIPv4();
        return IpxeScript.BootsDisk(machine)
            ? Sent(book, machine, "boot from the disk", IpxeScript.ForDisk(machine, local, options.FilePort))
            : Sent(book, machine, "start the agent", IpxeScript.ForAgent(machine, address, local, options.HttpPort, options.FilePort, await TokenAsync(book, machine)));
    }

    /// <summary><paramref name="cpu"/> is GRUB's <c>$grub_cpu</c>.</summary>
    private static async Task<IResult> Grub(string mac, string cpu, HttpContext http, MachineBook book, Neighbours neighbours, ApplianceOptions options, BootTrails trails, TimeProvider time)
    {
        var (machine, address, refused) = await VisitorAsync(mac, http, book, neighbours);
        if (machine is null) return refused!;
        trails.Spoke(address);
        var script = new GrubScript(http.Connection.LocalIpAddress!.MapToIPv4(), options.HttpPort, options.FilePort);
        string Text(string token) => IpxeScript.BootsDisk(machine) ? GrubScript.ForDisk(machine) : cpu == "arm64" ? script.ForArm64(machine) : script.ForAgent(machine, address, token);
        // Of a HEAD only the length counts; a token's is always the same.
        if (HttpMethods.IsHead(http.Request.Method)) return TypedResults.Text(Text(Token.New()), "text/plain");
        http.Response.OnCompleted(() => Forget(http, time));
        if (IpxeScript.BootsDisk(machine)) return Sent(book, machine, "boot from the disk", Text(""));
        return cpu == "arm64"
            ? Sent(book, machine, "start the ARM64 kernel; there is no agent for ARM64 yet", Text(""))
            : Sent(book, machine, "start the agent", Text(await TokenAsync(book, machine)));
    }

    // GRUB 2.12 never closes the connection of its script, and its next start takes the same port for it: a SYN on a connection that we still hold
    // would be waited for in vain, for 80 seconds (seen). A reset frees it; by then all that was sent has long been read.
    private static async Task Forget(HttpContext http, TimeProvider time)
    {
        await Task.Delay(TimeSpan.FromSeconds(5), time);
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket) socket.LingerState = new(true, 0);
        http.Abort();
    }

    /// <summary>Who asks; a stranger is enlisted. Null with the refusal where it isn't the machine itself.</summary>
    private static async Task<(Machine? Machine, MacAddress Address, IResult? Refused)> VisitorAsync(string mac, HttpContext http, MachineBook book, Neighbours neighbours)
    {
        if (!MacAddress.TryParse(mac, out var address)) return (null, default, TypedResults.BadRequest(new Error($"\"{mac}\" is not a MAC address")));
        var from = http.Connection.RemoteIpAddress!;
        if (neighbours.MacOf(from) is not { } holder || holder != address)
            return (null, default, Forbidden($"{from} has no lease for {address}: only the machine itself gets its boot script"));
        return (book.ByMac(address) ?? await book.EnlistAsync(address, $"it asked for its boot script from {from}"), address, null);
    }

    private static async Task<string> TokenAsync(MachineBook book, Machine machine)
    {
        string token = Token.New();
        await book.ApplyAsync(machine.Id, new MachineChange.BootScriptGiven(Token.Hash(token), null), "machine");
        return token;
    }

    private static ContentHttpResult Sent(MachineBook book, Machine machine, string what, string script)
    {
        book.Note(machine.Id, "http.script", $"boot script sent: {what}", by: "machine");
        return TypedResults.Text(script, "text/plain");
    }

    private static JsonHttpResult<Error> Forbidden(string why) => TypedResults.Json(new Error(why), statusCode: StatusCodes.Status403Forbidden);
}
