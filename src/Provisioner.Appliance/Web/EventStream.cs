using System.Text;

namespace Provisioner.Appliance.Web;

/// <summary>One server-sent event (WHATWG HTML §9.2).</summary>
/// <param name="Id">Number that a client comes back with in Last-Event-ID; null leaves the client's number as it is.</param>
/// <param name="Name">Event name; null is <c>message</c>.</param>
/// <param name="Data">Text; its lines become data lines.</param>
internal sealed record StreamMessage(long? Id, string? Name, string Data);

/// <summary>
/// Sends server-sent events. A stream says something at least every 15 s, so that a dead connection is noticed; it ends after an hour, so that
/// whoever was signed out meanwhile is; it is cut when the other side takes nothing for 30 s; and it never holds up the end of the process.
/// </summary>
internal sealed class EventStream(IHostApplicationLifetime life, TimeProvider time)
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15), Longest = TimeSpan.FromHours(1), Stalled = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _seats = new(Limits.Streams);

    /// <summary>Where a client wants to go on: Last-Event-ID, else the query's <c>after</c>, else <paramref name="otherwise"/>.</summary>
    public static long After(HttpRequest request, long otherwise)
    {
        string text = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : request.Query["after"].ToString();
        return long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out long after) && after >= 0 ? after : otherwise;
    }

    public async Task SendAsync(HttpContext http, Func<CancellationToken, IAsyncEnumerable<StreamMessage>> messages)
    {
        if (!_seats.Wait(0))
        {
            http.Response.Headers.RetryAfter = "10";
            await Refusal.WriteAsync(http, 503, $"{Limits.Streams} live streams are open, and that is the limit: close pages that nobody looks at");
            return;
        }
        using var limit = new CancellationTokenSource(Longest, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping, limit.Token);
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await WriteAsync(http, "retry: 2000\n\n", end.Token);
            await PumpAsync(http, messages(end.Token), end);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or IOException)
        {
            if (e is TimeoutException) http.Abort();
        }
        finally
        {
            _seats.Release();
        }
    }

    private async Task PumpAsync(HttpContext http, IAsyncEnumerable<StreamMessage> messages, CancellationTokenSource over)
    {
        var end = over.Token;
        await using var source = messages.GetAsyncEnumerator(end);
        var next = source.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                if (await Task.WhenAny(next, Task.Delay(Beat, time, end)) != next)
                {
                    end.ThrowIfCancellationRequested();
                    await WriteAsync(http, ":\n\n", end);
                    continue;
                }
                if (!await next) return;
                await WriteAsync(http, Format(source.Current), end);
                next = source.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await over.CancelAsync();
            // An enumerator may not be disposed of in the middle of a step.
            await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).WaitAsync(Stalled, time, CancellationToken.None);
        }
    }

    private async Task WriteAsync(HttpContext http, string text, CancellationToken end)
    {
        await http.Response.WriteAsync(text, end).WaitAsync(Stalled, time, end);
        await http.Response.Body.FlushAsync(end).WaitAsync(Stalled, time, end);
    }

    private static string Format(StreamMessage message)
    {
        var text = new StringBuilder();
        if (message.Id is { } id) text.Append("id: ").Append(id).Append('\n');
        if (message.Name is { } name) text.Append("event: ").Append(name).Append('\n');
        foreach (var line in message.Data.AsSpan().EnumerateLines()) text.Append("data: ").Append(line).Append('\n');
        return text.Append('\n').ToString();
    }
}
