using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.OpenApi;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Events;

namespace Provisioner.Appliance.Web.Api;

/// <summary>Timelines: as lists, as server-sent events, and summed up as a breakdown.</summary>
internal static class EventsApi
{
    /// <summary>Events that a breakdown looks back at: a walk has some hundreds.</summary>
    public const int LookBack = 5000;

    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        var events = api.MapGroup("").WithTags("events");
        events.MapGet("/events", (HttpContext http, MachineBook book, EventStream stream) => Events(null, http, book, stream))
            .Produces<EventList>().Produces(200, contentType: "text/event-stream").ProducesProblem(400).WithSummary("Events of all machines and of the appliance, after a number; live with Accept: text/event-stream")
            .WithQuery(("after", JsonSchemaType.Integer, "Number of the last event that is known; 0 for all"), ("limit", JsonSchemaType.Integer, "1 to 1000, the default"));
        events.MapGet("/events/stream", (HttpContext http, MachineBook book, EventStream stream) => Stream(null, http, book, stream))
            .Produces(200, contentType: "text/event-stream").WithSummary("The same as server-sent events; Last-Event-ID resumes");
        events.MapGet("/machines/{id}/events", (string id, HttpContext http, MachineBook book, EventStream stream) =>
                book.Find(id) is { } machine ? Events(machine.Id, http, book, stream) : MachinesApi.Unknown(id).ExecuteAsync(http))
            .Produces<EventList>().Produces(200, contentType: "text/event-stream").ProducesProblem(400).ProducesProblem(404).WithSummary("One machine's timeline, after a number; live with Accept: text/event-stream")
            .WithQuery(("after", JsonSchemaType.Integer, "Number of the last event that is known; 0 for all"), ("limit", JsonSchemaType.Integer, "1 to 1000, the default"));
        events.MapGet("/machines/{id}/events/stream", (string id, HttpContext http, MachineBook book, EventStream stream) =>
                book.Find(id) is { } machine ? Stream(machine.Id, http, book, stream) : MachinesApi.Unknown(id).ExecuteAsync(http))
            .Produces(200, contentType: "text/event-stream").ProducesProblem(404).WithSummary("The same as server-sent events; Last-Event-ID resumes");
        events.MapGet("/machines/{id}/breakdown", Breakdown).Produces<BreakdownDto>().ProducesProblem(404).WithSummary("Where the time of its last walk went");
    }

    private static Task Events(string? machine, HttpContext http, MachineBook book, EventStream stream)
    {
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase)) return Stream(machine, http, book, stream);
        var faults = new List<string>();
        int limit = MachinesApi.Number(http, "limit", Limits.Events, 1, Limits.Events, faults);
        string after = http.Request.Query["after"].ToString();
        long number = 0;
        if (after.Length > 0 && (!long.TryParse(after, System.Globalization.CultureInfo.InvariantCulture, out number) || number < 0)) faults.Add("after must be the number of an event, or 0");
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults), new Dictionary<string, object?> { ["errors"] = faults.ToArray() }).ExecuteAsync(http);
        var found = book.Events(machine, number, limit);
        return TypedResults.Json(new EventList([.. found.Select(Describe.Of)], found is [.., var last] ? last.Seq : number), ApiJson.Default.EventList).ExecuteAsync(http);
    }

    private static Task Stream(string? machine, HttpContext http, MachineBook book, EventStream stream)
    {
        long after = EventStream.After(http.Request, 0);
        return stream.SendAsync(http, cancel => Messages(book.Follow(machine, after, cancel), cancel));
    }

    private static async IAsyncEnumerable<StreamMessage> Messages(IAsyncEnumerable<TimelineEvent> events, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var e in events.WithCancellation(cancel))
            yield return new(e.Seq, null, JsonSerializer.Serialize(Describe.Of(e), ApiJson.Default.EventDto));
    }

    private static IResult Breakdown(string id, MachineBook book, TimeProvider time)
    {
        if (book.Find(id) is not { } machine) return MachinesApi.Unknown(id);
        return WalkBreakdown.From(book.LastEvents(machine.Id, LookBack), time.GetUtcNow()) is { } walk
            ? TypedResults.Json(Describe.Of(machine.Id, walk), ApiJson.Default.BreakdownDto)
            : Refusal.Problem(404, $"{machine.Name} has not been started yet: there is nothing to break down");
    }
}
