using System.Collections.Immutable;
using System.Net;
using System.Threading.Channels;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;
using Provisioner.Wire;

namespace Provisioner.Appliance.Roles;

/// <summary>
/// Gives installed machines the steps of their roles and takes their reports. It keeps nothing: how far a machine is stands in its
/// record, so a restart of either side goes on where it was.
/// </summary>
internal sealed class RoleDesk(MachineBook book, RoleCatalog catalog, LeaseBook leases, ApplianceOptions options, IHostApplicationLifetime life)
{
    // One question or report of a machine at a time: two at once would both see the same progress.
    private readonly ImmutableArray<SemaphoreSlim> _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>The next step's script, at once or as soon as there is one; null when there was none for as long as the machine waits.</summary>
    /// <param name="id">The machine.</param>
    /// <param name="from">Where its call came from: its address.</param>
    /// <param name="local">The address that it called: the appliance's on its network.</param>
    public async Task<string?> NextAsync(string id, IPAddress from, IPAddress local, TimeSpan patience, CancellationToken cancel)
    {
        using var feed = book.Feed.Subscribe();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel, life.ApplicationStopping);
        end.CancelAfter(patience);
        while (true)
        {
            if (await InTurnAsync(id, () => StepAsync(id, from, local), cancel) is { } script) return script;
            try
            {
                // Woken by what happens to this machine; what happens to others is seen when it asks again, within half a minute.
                while ((await feed.Reader.ReadAsync(end.Token)).Changed != id) { }
            }
            catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
            {
                return null;
            }
        }
    }

    /// <summary>Takes a report; false for one that was in already or belongs to no run.</summary>
    public Task<bool> ReportAsync(string id, StepReport report, CancellationToken cancel) => InTurnAsync(id, async () =>
    {
        if (book.Find(id) is not { Deployment: { Role: { } name } deployment }) return false;
        if (catalog.Find(name) is not { } role || RoleRun.On(deployment.RoleProgress, role, report) is not { } outcome) return false;
        return await SaveAsync(id, outcome.Progress, outcome.Events);
    }, cancel);

    private async Task<string?> StepAsync(string id, IPAddress from, IPAddress local)
    {
        if (book.Find(id) is not { State: MachineState.Deployed, Deployment: { Role: { } name } deployment } machine) return null;
        var progress = deployment.RoleProgress;
        if (progress.Status is "failed" or "none") return null;
        if (Plan(machine, name, from, local, out string why) is not { } plan)
        {
            var (failed, told) = RoleRun.Impossible(progress, name, why);
            await SaveAsync(id, failed, told);
            return null;
        }
        switch (RoleRun.Next(progress, plan))
        {
            case RoleNext.Step step:
                return step.Progress == progress || await SaveAsync(id, step.Progress, []) ? plan.Script(step.Number, step.Progress.Run) : null;
            case RoleNext.Again again:
                return await book.ApplyAsync(id, new MachineChange.RunRole(again.Why), "appliance") is Applied.Ok ? await StepAsync(id, from, local) : null;
            default:
                return null;
        }
    }

    private RolePlan? Plan(Machine machine, string name, IPAddress from, IPAddress local, out string why)
    {
        why = $"there is no role {name} in the catalog any more: put its file back and restart the appliance, then run the role again";
        if (catalog.Find(name) is not { } role) return null;
        try
        {
            return RolePlan.For(role, RoleFacts.Gather(machine, from, book.All.Values, AddressOf, new(options.Domain, local, options.Ntp)));
        }
        catch (RoleValueException e)
        {
            why = e.Message;
            return null;
        }
    }

    private IPAddress? AddressOf(Machine machine) =>
        machine.Macs.Select(mac => leases.ByMac(MacAddress.Parse(mac))?.Address.ToIPAddress()).FirstOrDefault(a => a is not null);

    private async Task<bool> SaveAsync(string id, RoleProgress progress, ImmutableArray<Told> events) =>
        await book.ApplyAsync(id, new MachineChange.RoleReported(progress, events), "agent") is Applied.Ok;

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
