using System.Collections.Immutable;
using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Roles;

/// <summary>A call of an installed system: where it came from, and which of our addresses it called.</summary>
internal sealed record HostCall(IPAddress From, IPAddress Local);

/// <summary>What an agent reports of a step.</summary>
/// <param name="Key">Which step.</param>
/// <param name="Failed">It could not be done.</param>
/// <param name="ExitCode">The script's exit code; 124 and 137 where its deadline ended it (timeout(1)).</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Said">What it said to the appliance alone: lines <c>changed TEXT</c> (where a step only looks, what would be) and <c>export NAME BASE64</c>.</param>
/// <param name="Output">The end of its output.</param>
internal sealed record HostReport(
    string Key, bool Failed, int ExitCode, double Seconds, IReadOnlyList<string> Said, string Output);

/// <summary>
/// Gives installed machines their steps and takes their reports, one at a time a machine. It keeps nothing that must last: how far a
/// machine is stands in the store, so a restart of either side goes on where it was.
/// </summary>
internal sealed class HostDesk
{
    private readonly MachineBook _book;
    private readonly DeploymentDesk _deployments;
    private readonly Wakes _wakes;
    private readonly IHostApplicationLifetime _life;

    // One question or report of a machine at a time: two at once would both see the same progress.
    private readonly ImmutableArray<SemaphoreSlim> _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public HostDesk(MachineBook book, DeploymentDesk deployments, Wakes wakes, IHostApplicationLifetime life)
    {
        (_book, _deployments, _wakes, _life) = (book, deployments, wakes, life);
        book.Changed += (_, next) =>
        {
            if (next is not null) wakes.Wake(next.Id);
        };
    }

    /// <summary>The next step's script, at once or as soon as there is one; null when there was none for as long as the machine waits.</summary>
    public async Task<string?> NextAsync(string id, HostCall call, TimeSpan patience, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, _life.ApplicationStopping);
        end.CancelAfter(patience);
        // One that called home before its calls' addresses were written down.
        if (_book.Find(id) is { State: MachineState.Deployed, Deployment: { CallsTo: null } })
            await _book.ApplyAsync(id, new MachineChange.CalledHome(null, null, call.From.ToString(), call.Local.ToString()), "machine");
        while (true)
        {
            var woken = _wakes.Of(id);
            if (await InTurnAsync(id, () => _deployments.StepAsync(id), cancel) is { } script) return script;
            if (patience == TimeSpan.Zero) return null;
            try
            {
                await woken.WaitAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    /// <summary>Takes a report; one that was in already or belongs to no run changes nothing.</summary>
    public Task ReportAsync(string id, HostReport report, CancellationToken cancel) =>
        InTurnAsync(id, () => _deployments.ReportAsync(id, report), cancel);

    /// <summary>Takes what a running step said since the last time; false where nobody wants the step any more.</summary>
    public bool Hear(string id, string key, string piece) => _deployments.Hear(id, key, piece);

    private async Task<T> InTurnAsync<T>(string id, Func<Task<T>> work, CancellationToken cancel)
    {
        var turn = _turns[(int)((uint)id.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length)];
        await turn.WaitAsync(cancel);
        try
        {
            return await work();
        }
        finally
        {
            turn.Release();
        }
    }
}
