using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Store;

namespace Provisioner.ApplianceTests.Serving;

/// <summary>kill -9, as a power cut ends a process: nothing that was acknowledged is lost, no machine is stuck.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("kill-test-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task In_every_state_and_phase_it_comes_back_with_the_machine_and_a_way_out()
    {
        await Seed();
        int port = ServeProcess.FreePort();
        for (int round = 0; round < 3; round++)
        {
            using var serve = ServeProcess.Serve(_data, port);
            await Task.Delay(TimeSpan.FromMilliseconds(150 * round)); // steps are under way
            serve.Signal("KILL");
            serve.WaitForExit(TimeSpan.FromSeconds(10));
        }
        using var last = ServeProcess.Serve(_data, port);
        foreach (var machine in await Machines(last))
        {
            string name = (string)machine["name"]!, state = (string)machine["state"]!;
            Assert.NotEmpty(machine["possible"]!.AsArray());
            // A seeded BMC stands on an address without anybody: its orders fail with a reason; everything else waits with a deadline.
            if (state.StartsWith("failed", StringComparison.Ordinal)) Assert.NotNull(machine["failure"]);
            else if (state is "commissioning" or "deploying" or "releasing") Assert.NotNull(machine["deadline"]);
            else Assert.Contains($"-{state}-", name.Replace("failed", "failed-", StringComparison.Ordinal) + "-");
        }
    }

    [Fact]
    public async Task What_was_acknowledged_before_the_kill_is_there_after_it()
    {
        await Seed();
        int port = ServeProcess.FreePort();
        string acknowledged = "";
        for (int round = 0; round < 4; round++)
        {
            using var serve = ServeProcess.Serve(_data, port);
            var first = new TaskCompletionSource();
            var killer = Task.Run(async () =>
            {
                await first.Task; // a slow machine acknowledges late
                await Task.Delay(TimeSpan.FromMilliseconds(300 + 130 * round));
                serve.Signal("KILL");
            });
            try
            {
                for (int i = 0; i < 100_000; i++)
                {
                    string tag = $"r{round}-{i}";
                    using var reply = await serve.Http.PutAsJsonAsync("/api/v1/machines/m-ready-idle/tags", new { tags = new[] { tag } });
                    if (reply.StatusCode != HttpStatusCode.OK) continue;
                    acknowledged = tag;
                    first.TrySetResult();
                }
            }
            catch (HttpRequestException)
            {
            }
            await killer;
            serve.WaitForExit(TimeSpan.FromSeconds(10));
            using var again = ServeProcess.Serve(_data, port);
            string kept = (string)(await Machines(again)).Single(m => (string)m["name"]! == "m-ready-idle")["tags"]!.AsArray().Single()!;
            Assert.True(Number(kept) >= Number(acknowledged), $"{acknowledged} was acknowledged and {kept} is there");
            again.Signal("TERM");
            again.WaitForExit(TimeSpan.FromSeconds(15));
        }
        Assert.NotEmpty(acknowledged);
    }

    private static (int, int) Parts(string tag) => (int.Parse(tag[1..tag.IndexOf('-')]), int.Parse(tag[(tag.IndexOf('-') + 1)..]));
    private static long Number(string tag) => Parts(tag) is var (round, i) ? round * 1_000_000L + i : 0;

    private static async Task<List<JsonNode>> Machines(ServeProcess serve) =>
        [.. (await serve.Http.GetFromJsonAsync<JsonNode>("/api/v1/machines?limit=1000"))!["machines"]!.AsArray().Select(m => m!)];

    // One machine in every state and phase that there can be.
    private async Task Seed()
    {
        using var store = new SqliteStore(_data);
        string password = SecretBox.Open(_data).Seal("bmc/none", "x");
        var batch = new List<Document>();
        foreach (var state in Enum.GetValues<MachineState>())
            foreach (var phase in Lifecycle.IsUnderWay(state) ? Enum.GetValues<Phase>().Where(p => p is not Phase.Idle) : [Phase.Idle])
            {
                int n = batch.Count + 1;
                var machine = new Machine
                {
                    Id = $"seed{n:00}",
                    Name = $"m-{Lifecycle.Word(state).ToLowerInvariant().Replace(' ', '-')}-{phase.ToString().ToLowerInvariant()}",
                    State = state,
                    Phase = phase,
                    StateSince = DateTimeOffset.UtcNow,
                    Deadline = Lifecycle.IsUnderWay(state) ? DateTimeOffset.UtcNow.AddMinutes(5) : null,
                    Failure = state.ToString().StartsWith("Failed", StringComparison.Ordinal) ? "seeded" : null,
                    Macs = [$"52:54:00:99:00:{n:x2}"],
                    Bmc = new("ipmi", "127.0.0.1", 9, "provisioner", password, "administrator", 0, ""),
                    Deployment = state is MachineState.Deploying or MachineState.Deployed ? new() { Id = "d", Image = "debian-12" } : null,
                };
                batch.Add(new("machines", machine.Id, 1, JsonSerializer.Serialize(machine, StoreJson.Default.Machine)));
            }
        await store.CommitAsync(new(batch, [], []));
    }
}
