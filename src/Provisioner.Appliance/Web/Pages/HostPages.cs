using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Hosts;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/hypervisors (/hosts is where installed machines call).</summary>
internal static class HostPages
{
    public static void MapHypervisorPage(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/hypervisors", () => Render.Page<HostsPage>(200));
        pages.MapPost("/hypervisors", Add);
        pages.MapPost("/hypervisors/{id}/refresh", async (string id, HttpContext http, [FromServices] HostDesk desk) => Shown(await desk.RefreshAsync(id, http.RequestAborted)));
        pages.MapPost("/hypervisors/{id}/remove", async (string id, HttpContext http, [FromServices] HostDesk desk) => Shown(await desk.RemoveAsync(id, http.Caller().Name)));
    }

    private static async Task<IResult> Add(HttpContext http, [FromServices] HostDesk desk)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string address = form["address"].ToString(), user = form["username"].ToString(), password = form["password"].ToString();
        if (address.Length > 512 || user.Length > 128 || password.Length > 256 || user.Any(char.IsControl) || password.Any(char.IsControl)) return Faulty(400, "an address has at most 512 characters, a user 128, a password 256, and no control characters");
        return Shown(await desk.AddAsync(new HostWish(address, null, user, password, null, form["enlist"] == "yes"), http.Caller().Name, http.RequestAborted));
    }

    private static IResult Shown(HostOutcome outcome) => outcome switch
    {
        HostOutcome.Refused refused => Faulty(409, refused.Why),
        HostOutcome.Missing => Faulty(404, "this host is gone already"),
        HostOutcome.Ok { Note: { } note, Host: var host } => Faulty(200, $"{host.Name} was added, and then: {note}"),
        _ => TypedResults.LocalRedirect("/hypervisors"),
    };

    private static IResult Faulty(int status, string fault) => Render.Page<HostsPage>(status, (nameof(HostsPage.Fault), fault));
}
