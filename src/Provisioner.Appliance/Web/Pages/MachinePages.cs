using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/machines/ID and its live stream.</summary>
internal static class MachinePages
{
    public static void MapOneMachine(this IEndpointRouteBuilder pages)
    {
        pages.MapConsolePage();
        pages.MapGet("/machines/{id}", (string id, HttpContext http, MachineBook book, ISurroundings surroundings, TimeProvider time) =>
            book.Find(id) is { } machine
                ? Render.Page<MachinePage>(200, (nameof(MachinePage.View), MachineView.Of(machine, book, surroundings, time.GetUtcNow())))
                : Refusal.Page(http, 404, $"there is no machine \"{id}\": it may have been deleted"));
        pages.MapGet("/live/machines/{id}", async (string id, HttpContext http, LiveMachine live, MachineBook book, EventStream stream) =>
        {
            if (book.Find(id) is not { } machine)
            {
                await Refusal.WriteAsync(http, 404, $"there is no machine \"{id}\"");
                return;
            }
            // Before the stream begins: a visitor's cookie can't be set any more once it has.
            string form = FormGuard.TokenFor(http);
            await stream.SendAsync(http, cancel => live.Follow(machine.Id, EventStream.After(http.Request, 0), form, cancel));
        });
    }
}
