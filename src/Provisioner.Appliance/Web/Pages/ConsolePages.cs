using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/machines/ID/console.</summary>
internal static class ConsolePages
{
    public static void MapConsolePage(this IEndpointRouteBuilder pages) =>
        pages.MapGet("/machines/{id}/console", (string id, HttpContext http, MachineBook book) =>
        {
            if (book.Find(id) is not { } machine) return Refusal.Page(http, 404, $"there is no machine \"{id}\": it may have been deleted");
            // xterm.js writes style sheets of its own for colours and cell sizes; scripts stay those of this host.
            http.Response.Headers.ContentSecurityPolicy = $"{http.Response.Headers.ContentSecurityPolicy}; style-src 'self' 'unsafe-inline'";
            return Render.Page<ConsolePage>(200, (nameof(ConsolePage.Machine), machine));
        });
}
