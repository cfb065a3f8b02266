using System.Text.Json.Nodes;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Web;

public sealed class EventStreamTests
{
    private static readonly string Deployed = CardboardMachines.IdOf(MachineState.Deployed);

    [Fact]
    public async Task Events_come_in_pages_that_join_without_a_gap()
    {
        await using var host = await WebHost.StartAsync();
        using var http = host.Program();
        var whole = JsonNode.Parse(await http.GetStringAsync($"/api/v1/machines/{Deployed}/events"))!["events"]!.AsArray().Select(e => (long)e!["seq"]!).ToList();
        var pieces = new List<long>();
        long after = 0;
        while (JsonNode.Parse(await http.GetStringAsync($"/api/v1/machines/{Deployed}/events?after={after}&limit=7"))! is var page && page["events"]!.AsArray().Count > 0)
        {
            pieces.AddRange(page["events"]!.AsArray().Select(e => (long)e!["seq"]!));
            after = (long)page["next"]!;
        }
        Assert.True(whole.Count > 30);
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public async Task A_stream_tells_what_was_and_then_what_happens_and_resumes_where_it_broke()
    {
        await using var host = await WebHost.StartAsync();
        var book = host.The<MachineBook>();
        long last;
        using (var stream = await Listener.OpenAsync(host, $"/api/v1/machines/{Deployed}/events", lastEventId: null))
        {
            var stored = book.Events(Deployed, 0, 1000);
            foreach (var e in stored) Assert.Equal(e.Seq, (await stream.NextAsync()).Id);
            book.Note(Deployed, "agent.note", "live");
            book.Note("aaaaaa", "agent.note", "of another machine");
            book.Note(Deployed, "agent.note", "and again");
            Assert.Equal("live", (await stream.NextAsync()).Text);
            (last, string text) = await stream.NextAsync();
            Assert.Equal("and again", text);
        }
        book.Note(Deployed, "agent.note", "while nobody listened");
        using var resumed = await Listener.OpenAsync(host, $"/api/v1/machines/{Deployed}/events/stream", last);
        Assert.Equal("while nobody listened", (await resumed.NextAsync()).Text);
    }

    [Fact]
    public async Task A_stream_of_all_tells_of_all()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var stream = await Listener.OpenAsync(host, "/api/v1/events/stream", lastEventId: null);
        host.The<MachineBook>().Note("", "service.started", "rack0 is served");
        Assert.Equal("rack0 is served", (await stream.NextAsync()).Text);
    }

    [Fact]
    public async Task Open_streams_do_not_hold_up_the_end_of_the_process()
    {
        var host = await WebHost.StartAsync(fill: false);
        using var one = await Listener.OpenAsync(host, "/api/v1/events/stream", lastEventId: null);
        using var two = await Listener.OpenAsync(host, "/api/v1/events/stream", lastEventId: null);
        var began = System.Diagnostics.Stopwatch.StartNew();
        await host.DisposeAsync();
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(5), $"{began.Elapsed}");
    }

    [Fact]
    public async Task A_page_is_told_of_a_change_as_a_patch()
    {
        await using var host = await WebHost.StartAsync();
        using var stream = await Listener.OpenAsync(host, $"/live/machines/{Deployed}?after=100000", lastEventId: null);
        var patches = new List<string>();
        for (int i = 0; i < 3; i++) patches.Add((await stream.NextRawAsync()).Data);
        Assert.Contains(patches, p => p.Contains("\"summary\"", StringComparison.Ordinal) && p.Contains("noble-elk", StringComparison.Ordinal));
        await host.The<MachineBook>().ApplyAsync(Deployed, new MachineChange.Rename("renamed-elk"), "ada");
        Assert.Contains("renamed-elk", (await stream.NextRawAsync()).Data);
    }

    /// <summary>A client that reads server-sent events, each within ten seconds.</summary>
    private sealed class Listener(HttpClient http, HttpResponseMessage reply, StreamReader reader) : IDisposable
    {
        public static async Task<Listener> OpenAsync(WebHost host, string path, long? lastEventId)
        {
            var http = host.Program();
            var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/event-stream" } } };
            if (lastEventId is { } last) request.Headers.Add("Last-Event-ID", last.ToString(System.Globalization.CultureInfo.InvariantCulture));
            var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", reply.Content.Headers.ContentType?.MediaType);
            return new(http, reply, new StreamReader(await reply.Content.ReadAsStreamAsync()));
        }

        public async Task<(long Id, string Text)> NextAsync()
        {
            var (id, data) = await NextRawAsync();
            return (id, (string)JsonNode.Parse(data)!["text"]!);
        }

        public async Task<(long Id, string Data)> NextRawAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            long id = 0;
            string data = "";
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("id: ", StringComparison.Ordinal)) id = long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
                if (line.StartsWith("data: ", StringComparison.Ordinal)) data += line[6..];
                if (line.Length == 0 && data.Length > 0) return (id, data);
            }
            throw new EndOfStreamException("the stream ended");
        }

        public void Dispose()
        {
            reader.Dispose();
            reply.Dispose();
            http.Dispose();
        }
    }
}
