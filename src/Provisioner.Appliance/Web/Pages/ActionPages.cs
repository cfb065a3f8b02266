using Microsoft.AspNetCore.Components;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>What buttons do, for one machine and for many at once.</summary>
internal static class ActionPages
{
    /// <summary>A page waits this long for an order's outcome; a slow BMC's is told by the timeline.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static void MapActions(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/machines/deploy", ShowDeploy);
        pages.MapPost("/machines/deploy", Deploy);
        pages.MapGet("/machines/confirm", ShowConfirm);
        pages.MapPost("/machines/do", Do);
        pages.MapPost("/machines/{id}/rename", Rename);
        pages.MapPost("/machines/{id}/tags", Tag);
        pages.MapPost("/machines/{id}/controllers", ControllerPages.Add);
        pages.MapPost("/machines/{id}/controllers/remove", ControllerPages.Remove);
    }

    private static IResult ShowDeploy(HttpContext http, MachineBook book)
    {
        var machines = Chosen(http.Request.Query["id"], book);
        if (machines.Count == 0) return Refusal.Page(http, 400, "no machine is selected: tick some first");
        var keys = book.All.Values.Where(m => m.Deployment is { SshKeys.IsEmpty: false }).MaxBy(m => m.StateSince)?.Deployment?.SshKeys ?? [];
        return Dialog<DeployForm>(http, "Deploy", (nameof(DeployForm.Machines), machines), (nameof(DeployForm.Keys), keys));
    }

    private static IResult ShowConfirm(HttpContext http, MachineBook book)
    {
        string word = http.Request.Query["action"].ToString();
        var machines = Chosen(http.Request.Query["id"], book);
        if (ConfirmForm.TitleOf(word) is not { } title) return Refusal.Page(http, 400, $"there is no action \"{word}\"");
        return machines.Count == 0
            ? Refusal.Page(http, 400, "no machine is selected: tick some first")
            : Dialog<ConfirmForm>(http, title, (nameof(ConfirmForm.Machines), machines), (nameof(ConfirmForm.Word), word));
    }

    private static async Task<IResult> Deploy(HttpContext http, Orders orders, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var request = new DeployRequest(
            form["image"].ToString(), Given(form["role"]), Orders.KeysOf(form["sshKeys"].Select(k => k ?? "")), form["operator"].ToString(), form["erase"] == "yes", Given(form["disk"]));
        var faults = orders.Faults(request).ToList();
        if (request.Image.Length == 0) faults.Insert(0, "no image is chosen");
        if (request.SshKeys.Length > Limits.SshKeys) faults.Add($"there are {request.SshKeys.Length} SSH keys, {Limits.SshKeys} are possible");
        return faults.Count > 0
            ? Answer(http, 400, [], faults, "/")
            : await Each(http, form["id"], book, "is being deployed", m => orders.DeployAsync(m.Id, request, http.Caller().Name));
    }

    private static async Task<IResult> Do(HttpContext http, Orders orders, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string word = form["action"].ToString();
        string by = http.Caller().Name;
        if (Done(word) is not { } done) return Answer(http, 400, [], [$"there is no action \"{word}\""], "/");
        // The order outlives the page that it was given on.
        return await Each(http, form["id"], book, done, m => orders.Give(m.Id, word, by, CancellationToken.None)!, back: word == "delete" ? "/" : null);
    }

    private static async Task<IResult> Rename(string id, HttpContext http, Orders orders, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return await Each(http, [id], book, $"is called {form["name"]} now", m => orders.RenameAsync(m.Id, form["name"].ToString().Trim(), http.Caller().Name));
    }

    private static async Task<IResult> Tag(string id, HttpContext http, Orders orders, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string[] tags = form["tags"].ToString().Split([' ', ',', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return tags.Length > Limits.Tags
            ? Answer(http, 400, [], [$"there are {tags.Length} tags, {Limits.Tags} are possible"], $"/machines/{id}")
            : await Each(http, [id], book, tags.Length == 0 ? "has no tags now" : $"is tagged {string.Join(", ", tags)}", m => orders.TagAsync(m.Id, tags, http.Caller().Name));
    }

    internal static async Task<IResult> Each(HttpContext http, IEnumerable<string?> ids, MachineBook book, string done, Func<Machine, Task<Applied>> order, string? back = null, TimeSpan? patience = null)
    {
        var machines = Chosen(ids, book);
        if (machines.Count == 0) return Answer(http, 404, [], ["the machine is not there any more"], "/");
        var outcomes = await Task.WhenAll(machines.Select(async m => (Machine: m, Applied: await Outcome(order(m), patience ?? Patience))));
        var good = outcomes.Where(o => o.Applied is null or Applied.Ok).ToList();
        List<string> told = good.Count > 3 ? [$"{good.Count} machines: each {done}"] : [.. good.Select(o => $"{o.Machine.Name} {(o.Applied is null ? "has its order; the timeline tells what comes of it" : done)}")];
        List<string> faults = [.. outcomes.Select(o => o.Applied).OfType<Applied.Refused>().Select(r => r.Why)];
        return Answer(http, faults.Count > 0 ? 409 : 200, told, faults, back ?? (machines.Count == 1 ? $"/machines/{machines[0].Id}" : "/"));
    }

    private static async Task<Applied?> Outcome(Task<Applied> order, TimeSpan patience) => await Task.WhenAny(order, Task.Delay(patience)) == order ? await order : null;

    internal static IResult Answer(HttpContext http, int status, IReadOnlyList<string> done, IReadOnlyList<string> faults, string back)
    {
        var sentences = faults.Select(Text.Sentence).ToList();
        if (!IsHtmx(http))
            return sentences.Count == 0 && done.Count > 0
                ? TypedResults.LocalRedirect(back)
                : Render.Page<NoticePage>(status, (nameof(NoticePage.Done), done), (nameof(NoticePage.Faults), sentences), (nameof(NoticePage.Back), back));
        if (faults.Count == 0)
        {
            // Good news goes to the page; the dialog has done its work.
            http.Response.Headers["HX-Retarget"] = "#notice";
            http.Response.Headers["HX-Trigger"] = "dialog-close";
            if (back == "/" && http.Request.Headers["HX-Current-URL"].ToString().Contains("/machines/", StringComparison.Ordinal)) http.Response.Headers["HX-Redirect"] = "/";
        }
        return Render.Fragment<Notice>(status, (nameof(Notice.Done), done), (nameof(Notice.Faults), sentences));
    }

    private static IResult Dialog<T>(HttpContext http, string title, params (string Name, object? Value)[] parameters) where T : IComponent
    {
        if (IsHtmx(http)) return Render.Fragment<T>(200, parameters);
        RenderFragment content = builder =>
        {
            builder.OpenComponent<T>(0);
            builder.AddMultipleAttributes(1, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value!)));
            builder.CloseComponent();
        };
        return Render.Page<FormPage>(200, (nameof(FormPage.Title), title), (nameof(FormPage.ChildContent), content));
    }

    private static List<Machine> Chosen(IEnumerable<string?> ids, MachineBook book) =>
        [.. ids.Where(i => i is not null).Distinct().Take(Limits.Bulk).Select(i => book.Find(i!)).OfType<Machine>().OrderBy(m => m.Name, StringComparer.Ordinal)];

    private static bool IsHtmx(HttpContext http) => http.Request.Headers.ContainsKey("HX-Request");

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static string? Done(string word) => word switch
    {
        "commission" => "is being looked at",
        "allocate" => "is taken",
        "release" => "is being given back",
        "abort" => "was stopped",
        "role" => "runs its role again",
        "delete" => "is forgotten",
        "power-on" => "is on",
        "power-off" => "is off",
        "power-cycle" => "was switched off and on",
        "power-reset" => "was reset",
        "power-soft-off" => "shut down",
        _ => null,
    };
}
