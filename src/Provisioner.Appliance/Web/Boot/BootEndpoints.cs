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
/// What a booting machine downloads over HTTP: its script, kernel and ramdisk, boot programs for HTTP boot, images.
/// Rule of the routes: anybody on a served network; none of it is secret but the script's token, which goes only to the address
/// that holds the lease of the MAC that asks.
/// </summary>
internal static class BootEndpoints
{
    /// <summary>Files that may leave the boot-files folder over HTTP; TFTP has its own list.</summary>
    private static readonly string[] Files = ["kernel", "ramdisk", "ipxe.efi", "snponly.efi", "undionly.kpxe", "localboot.efi"];

    public static void MapBoot(this IEndpointRouteBuilder routes)
    {
        var boot = routes.MapGroup("/boot").WithMetadata(Rule.OpenToMachines).ExcludeFromDescription();
        boot.MapGet("/{mac}/boot.ipxe", Script);
        foreach (string file in Files) boot.MapMethods($"/{file}", ["GET", "HEAD"], (HttpContext http, ApplianceOptions options, MachineBook book, Neighbours neighbours, TimeProvider time) =>
            Send(http, Path.Combine(options.BootFiles, file), $"/boot/{file}", book, neighbours, time));
        routes.MapMethods("/images/{name}/{file}", ["GET", "HEAD"], Image).WithMetadata(Rule.OpenToMachines).ExcludeFromDescription();
    }

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
            return TypedResults.Text(IpxeScript.ForDisk(machine, local, options.HttpPort), "text/plain");
        }
        string token = Token.New();
        await book.ApplyAsync(machine.Id, new MachineChange.BootScriptGiven(Token.Hash(token), null), "machine");
        book.Note(machine.Id, "http.script", "boot script sent: start the agent", by: "machine");
        return TypedResults.Text(IpxeScript.ForAgent(machine, address, local, options.HttpPort, token), "text/plain");
    }

    private static async Task<IResult> Image(string name, string file, HttpContext http, ImageShelf shelf, MachineBook book, Neighbours neighbours, TimeProvider time) =>
        shelf.PathOf(name, file) is { } path
            ? await Send(http, path, null, book, neighbours, time)
            : TypedResults.NotFound(new Error($"there is no image file {name}/{file}"));

    /// <summary>Sends a file, with ranges; a whole one goes onto the machine's timeline with bytes and seconds.</summary>
    private static async Task<IResult> Send(HttpContext http, string path, string? told, MachineBook book, Neighbours neighbours, TimeProvider time)
    {
        if (!File.Exists(path)) return TypedResults.NotFound(new Error($"{Path.GetFileName(path)} is not among the boot files: build them (./run build) or name their folder with --boot-files"));
        if (told is not null && HttpMethods.IsGet(http.Request.Method))
        {
            long began = time.GetTimestamp();
            long size = new FileInfo(path).Length;
            http.Response.OnCompleted(() =>
            {
                Tell(http, book, neighbours, told, size, time.GetElapsedTime(began).TotalSeconds);
                return Task.CompletedTask;
            });
        }
        await Task.CompletedTask;
        return TypedResults.PhysicalFile(path, "application/octet-stream", enableRangeProcessing: true);
    }

    private static void Tell(HttpContext http, MachineBook book, Neighbours neighbours, string told, long size, double seconds)
    {
        if (http.Connection.RemoteIpAddress is not { } from || neighbours.MacOf(from) is not { } mac || book.ByMac(mac) is not { } machine) return;
        bool whole = !http.RequestAborted.IsCancellationRequested;
        book.Note(machine.Id, whole ? "http.sent" : "http.cut", whole ? $"{told} sent" : $"{told} was cut off by the machine",
            whole ? Level.Info : Level.Warning, whole ? size : null, seconds, "machine");
    }

    private static JsonHttpResult<Error> Forbidden(string why) => TypedResults.Json(new Error(why), statusCode: StatusCodes.Status403Forbidden);
}
