using System.Collections.Immutable;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/deployments: bundles on machines.</summary>
internal static class DeploymentsApi
{
    private const int LongestWait = 25, MostSecrets = 1000;

    public static void MapDeployments(this IEndpointRouteBuilder api)
    {
        var all = api.MapGroup("/deployments").WithTags("deployments");
        all.MapGet("", List).Produces<DeploymentList>().WithSummary("All deployments");
        all.MapPost("", (HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentDescribe describe) => Put(http, orders, describe, begin: true)).Accepts<BundleBody>("application/json")
            .Produces<BundleDeploymentDto>(202).ProducesProblem(400).ProducesProblem(409).WithSummary("Lay a bundle down: choose machines, install them, configure them; one that is there gets its new text");
        all.MapPost("/plan", (HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentDescribe describe) => Put(http, orders, describe, begin: false)).Accepts<BundleBody>("application/json")
            .Produces<BundleDeploymentDto>(202).ProducesProblem(400).ProducesProblem(409).WithSummary("Choose machines and write down what is to be; nothing is touched");
        all.MapGet("/{name}", (string name, [FromServices] DeploymentBook book, [FromServices] DeploymentDescribe describe) => book.Find(name) is { } d ? Results.Json(describe.Of(d), ApiJson.Default.BundleDeploymentDto) : Unknown(name))
            .Produces<BundleDeploymentDto>().ProducesProblem(404).WithSummary("One deployment, with every step of its last runs");
        all.MapGet("/{name}/plan", (string name, [FromServices] DeploymentBook book, [FromServices] DeploymentDescribe describe) => book.Find(name) is { } d ? Results.Json(describe.Plan(d), ApiJson.Default.PlanDto) : Unknown(name))
            .Produces<PlanDto>().ProducesProblem(404).WithSummary("What the last plan, drift or verify said; before the first, what would be done");
        all.MapGet("/{name}/progress", Progress).Produces<ProgressDto>().ProducesProblem(404).WithSummary("Lines of its progress after a number, at once or as soon as there are some")
            .WithQuery(("after", JsonSchemaType.Integer, "Number of the last line that is known; 0 for all"), ("wait", JsonSchemaType.Integer, $"Seconds to wait for one, 0 to {LongestWait}"));
        all.MapGet("/{name}/secrets", Secrets).Produces<SecretList>().ProducesProblem(404).WithSummary("Its secrets, without their values");
        foreach (var (word, summary) in Verbs)
            all.MapPost($"/{{name}}/{word}", (string name, HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentDescribe describe) => Give(name, word, http, orders, describe))
                .Produces<BundleDeploymentDto>(202).ProducesProblem(404).ProducesProblem(409).WithSummary(summary);
        all.MapPost("/{name}/rotate", Rotate).Accepts<RotateBody>("application/json").Produces<BundleDeploymentDto>(202).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Give secrets new values, and apply them");
        all.MapDelete("/{name}", Release).Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Forget it with its secrets, and give its machines back")
            .WithQuery(("keepMachines", JsonSchemaType.Boolean, "true: the machines stay as they are"));
        api.MapPost("/machines/{id}/replace", (string id, HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentDescribe describe) => AnswerAsync(orders.ReplaceAsync(id, http.Caller().Name), describe))
            .WithTags("deployments").Produces<BundleDeploymentDto>(202).ProducesProblem(409).WithSummary("Put another machine in its place in its deployment");
    }

    private static readonly (string Word, string Summary)[] Verbs =
    [
        ("apply", "Make everything as the bundle says"),
        ("resume", "Go on where something failed"),
        ("plan", "Look what an apply would change, on the machines themselves"),
        ("drift", "Look what was changed by hand since the last apply"),
        ("verify", "Look whether it works"),
        ("stop", "End what is under way"),
    ];

    private static IResult List([FromServices] DeploymentBook book, [FromServices] DeploymentDescribe describe) =>
        TypedResults.Json(new DeploymentList([.. book.All.Values.Select(describe.Summary)]), ApiJson.Default.DeploymentList);

    private static async Task<IResult> Put(HttpContext http, DeploymentOrders orders, DeploymentDescribe describe, bool begin)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var order = new BundleOrder(
            fields.Text("name", 63) ?? "", fields.Text("file", 200) ?? "bundle.yaml", fields.Text("bundle", Limits.Body, required: true) ?? "",
            fields.Text("operator", 32) ?? "operator", Orders.KeysOf(fields.Texts("sshKeys", Limits.SshKeys, 8192)), fields.Flag("eraseForeignData") ?? false);
        foreach (string fault in Orders.AccountFaults(order.Operator, order.SshKeys)) fields.Fault(fault);
        return fields.Problem() ?? await AnswerAsync(begin ? orders.DeployAsync(order, http.Caller().Name) : orders.PlanAsync(order, http.Caller().Name), describe, 400);
    }

    private static Task<IResult> Give(string name, string word, HttpContext http, DeploymentOrders orders, DeploymentDescribe describe) => AnswerAsync(word switch
    {
        "apply" => orders.ApplyAsync(name, http.Caller().Name),
        "resume" => orders.ResumeAsync(name, http.Caller().Name),
        "stop" => orders.StopAsync(name, http.Caller().Name),
        _ => orders.LookAsync(name, word, http.Caller().Name),
    }, describe);

    private static async Task<IResult> Rotate(string name, HttpContext http, [FromServices] DeploymentOrders orders, [FromServices] DeploymentDescribe describe)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var keys = fields.Texts("keys", MostSecrets, 200);
        return fields.Problem() ?? await AnswerAsync(orders.RotateAsync(name, [.. keys], http.Caller().Name), describe);
    }

    private static async Task<IResult> Release(string name, HttpContext http, [FromServices] DeploymentOrders orders) =>
        await orders.ReleaseAsync(name, http.Request.Query["keepMachines"] == "true", http.Caller().Name) switch
        {
            Ordered.NotFound => Unknown(name),
            Ordered.Refused no => Refusal.Problem(409, string.Join("; ", no.Why)),
            _ => TypedResults.NoContent(),
        };

    private static async Task<IResult> Progress(string name, HttpContext http, [FromServices] DeploymentBook book, [FromServices] DeploymentDescribe describe, [FromServices] ProgressFeed feed)
    {
        if (book.Find(name) is null) return Unknown(name);
        var faults = new List<string>();
        int after = MachinesApi.Number(http, "after", 0, 0, int.MaxValue, faults), wait = MachinesApi.Number(http, "wait", 0, 0, LongestWait, faults);
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults));
        var lines = await feed.AfterAsync(name, after, TimeSpan.FromSeconds(wait), http.RequestAborted);
        return book.Find(name) is { } now ? TypedResults.Json(describe.Progress(now, lines), ApiJson.Default.ProgressDto) : Unknown(name);
    }

    private static IResult Secrets(string name, [FromServices] DeploymentBook book) => book.Find(name) is { } d
        ? TypedResults.Json(new SecretList([.. d.Secrets.Select(s => new SecretDto(s.Key, s.Value.At, s.Value.Former is not null))]), ApiJson.Default.SecretList)
        : Unknown(name);

    private static async Task<IResult> AnswerAsync(Task<Ordered> ordered, DeploymentDescribe describe, int refused = 409) => await ordered switch
    {
        Ordered.Ok ok => TypedResults.Json(describe.Of(ok.Deployment), ApiJson.Default.BundleDeploymentDto, statusCode: 202),
        Ordered.Refused no => Refusal.Problem(refused, string.Join(refused == 400 ? "\n" : "; ", no.Why), new Dictionary<string, object?> { ["errors"] = no.Why.ToArray() }),
        Ordered.NotFound gone => Unknown(gone.Name),
        _ => throw new InvalidOperationException("an answer without an arm"),
    };

    private static IResult Unknown(string name) => Refusal.Problem(404, $"there is no deployment \"{(name.Length <= 64 ? name : name[..64] + "…")}\"");
}
