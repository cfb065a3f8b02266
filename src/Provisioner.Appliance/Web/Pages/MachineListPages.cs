using System.Runtime.CompilerServices;
using System.Text.Json;
using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/ and its live stream.</summary>
internal static class MachineListPages
{
    /// <summary>However fast machines change, a list is drawn anew at most this often.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(400);

    public static void MapMachineList(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/", (HttpContext http, MachineBook book, ISurroundings surroundings) =>
            Render.Page<MachineListPage>(200, (nameof(MachineListPage.View), MachineListView.Of(http.Request.Query, book, surroundings))));
        pages.MapGet("/live/machines", (HttpContext http, MachineBook book, ISurroundings surroundings, Fragments fragments, EventStream stream) =>
            stream.SendAsync(http, cancel => Live(http.Request.Query, book, surroundings, fragments, cancel)));
    }

    private static async IAsyncEnumerable<StreamMessage> Live(
        IQueryCollection query, MachineBook book, ISurroundings surroundings, Fragments fragments, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var feed = book.Feed.Subscribe();
        string shown = "";
        while (true)
        {
            var view = MachineListView.Of(query, book, surroundings);
            string rows = await fragments.TextAsync<MachineRows>((nameof(MachineRows.View), view));
            if (rows != shown) yield return Patch.Replace("machines", rows);
            shown = rows;
            if (!await LiveFeed.WaitAsync(feed.Reader, view.Rows.Any(r => r.Progress is not null), cancel)) yield break;
            await Task.Delay(Breath, cancel);
            while (feed.Reader.TryRead(out _)) { }
        }
    }
}

/// <summary>What app.js does to a page that is looked at.</summary>
internal static class Patch
{
    /// <summary>The content of an element.</summary>
    public static StreamMessage Replace(string target, string html) => new(null, "replace", Json(target, html));

    /// <summary>More content at the beginning of an element; the number is where a stream that broke goes on.</summary>
    public static StreamMessage Prepend(long id, string target, string html) => new(id, "prepend", Json(target, html));

    private static string Json(string target, string html) => JsonSerializer.Serialize(new PatchDto(target, html), PatchJson.Default.PatchDto);
}

internal sealed record PatchDto(string Target, string Html);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[System.Text.Json.Serialization.JsonSerializable(typeof(PatchDto))]
internal sealed partial class PatchJson : System.Text.Json.Serialization.JsonSerializerContext;
