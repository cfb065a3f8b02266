using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Provisioner.Appliance.Images;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Boot;

/// <summary>
/// The script of a booting machine; the files that it names leave by <see cref="Servers.FileServer"/>.
/// Rule of the route: anybody on a served network; the script's token goes only to the address that holds the lease of the MAC that asks.
/// </summary>
internal static class BootEndpoints
{
    public static void MapBoot(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/boot/{mac}/boot.ipxe", Script).WithMetadata(Rule.OpenToMachines).ExcludeFromDescription();

    private static async Task<IResult> Script(string mac, HttpContext http, MachineBook book, Neighbours neighbours, ApplianceOptions options)
    {
        if (!MacAddress.TryParse(mac, out var address)) return TypedResults.BadRequest(new Error($"\"{mac}\" is not a MAC address"));
        var from = http.Connection.RemoteIpAddress!;
        if (neighbours.MacOf(from) is not { } holder || holder != address)
            return Forbidden($"{from} has no lease for {address}: only the machine itself gets its boot script");

        var machine = book.ByMac(address) ?? await book.EnlistAsync(address, $"it asked for its boot script from {from}");
        var local = http.Connection.LocalIpAddress!.MapToIPv4();
        if (IpxeScript.BootsDisk(machine))
        {
            book.Note(machine.Id, "http.script", "boot script sent: boot from the disk", by: "machine");
            return TypedResults.Text(IpxeScript.ForDisk(machine, local, options.FilePort), "text/plain");
        }
        string token = Token.New();
        await book.ApplyAsync(machine.Id, new MachineChange.BootScriptGiven(Token.Hash(token), null), "machine");
        book.Note(machine.Id, "http.script", "boot script sent: start the agent", by: "machine");
        return TypedResults.Text(IpxeScript.ForAgent(machine, address, local, options.HttpPort, options.FilePort, token), "text/plain");
    }

    private static JsonHttpResult<Error> Forbidden(string why) => TypedResults.Json(new Error(why), statusCode: StatusCodes.Status403Forbidden);
}
