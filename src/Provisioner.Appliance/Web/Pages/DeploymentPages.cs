using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/deployments: bundles on machines.</summary>
internal static class DeploymentPages
{
    public static void MapDeploymentPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/deployments", () => Render.Page<DeploymentsPage>(200));
        pages.MapPost("/deployments", Deploy);
        pages.MapGet("/deployments/{name}", (string name, [FromServices] DeploymentBook book) => One(book.Find(name), name, 200, null));
        pages.MapPost("/deployments/{name}/{verb}", Give);
    }

    private static async Task<IResult> Deploy(HttpContext http, [FromServices] DeploymentOrders orders)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var order = new BundleOrder("", "bundle.yaml", form["bundle"].ToString().ReplaceLineEndings("\n"), "operator", Orders.KeysOf([form["sshKeys"].ToString()]), form["erase"] == "yes");
        string[] faults = [.. Orders.AccountFaults(order.Operator, order.SshKeys)];
        if (faults.Length > 0) return Render.Page<DeploymentsPage>(400, (nameof(DeploymentsPage.Faults), faults), (nameof(DeploymentsPage.Given), order.Text));
        return await (form["what"] == "plan" ? orders.PlanAsync(order, http.Caller().Name) : orders.DeployAsync(order, http.Caller().Name)) switch
        {
            Ordered.Ok ok => TypedResults.LocalRedirect($"/deployments/{ok.Deployment.Name}"),
            Ordered.Refused refused => Render.Page<DeploymentsPage>(409, (nameof(DeploymentsPage.Faults), refused.Why.ToArray()), (nameof(DeploymentsPage.Given), order.Text)),
            _ => Render.Page<DeploymentsPage>(404),
        };
    }

    private static async Task<IResult> Give(string name, string verb, HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentBook book)
    {
        string by = http.Caller().Name;
        var given = verb switch
        {
            "apply" => await orders.ApplyAsync(name, by),
            "resume" => await orders.ResumeAsync(name, by),
            "stop" => await orders.StopAsync(name, by),
            "plan" or "drift" or "verify" => await orders.LookAsync(name, verb, by),
            _ => new Ordered.NotFound(verb),
        };
        return given is Ordered.Refused refused ? One(book.Find(name), name, 409, string.Join("; ", refused.Why))
            : given is Ordered.Ok ? TypedResults.LocalRedirect($"/deployments/{name}")
            : Refusal.Page(http, 404, $"there is no deployment \"{name}\" with a {verb}");
    }

    private static IResult One(BundleDeployment? deployment, string name, int status, string? fault) => deployment is null
        ? Render.Page<ErrorPage>(404, (nameof(ErrorPage.Status), 404), (nameof(ErrorPage.Sentence), $"there is no deployment \"{name}\""))
        : Render.Page<DeploymentPage>(status, (nameof(DeploymentPage.Name), name), (nameof(DeploymentPage.Fault), fault));
}
