using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;
using Provisioner.Wire;

namespace Provisioner.Appliance.Roles;

/// <summary>The role that a machine was given by itself when it was installed: its steps, and what their reports mean.</summary>
internal sealed class RoleDesk(MachineBook book, RoleCatalog catalog, LeaseBook leases, ApplianceOptions options)
{
    /// <summary>The step that the machine is to run now, or null. The caller lets in one question or report of a machine at a time.</summary>
    public async Task<string?> StepAsync(string id, HostCall call)
    {
        if (book.Find(id) is not { State: MachineState.Deployed, Deployment: { Role: { } name } deployment } machine) return null;
        var progress = deployment.RoleProgress;
        if (progress.Status is "failed" or "none") return null;
        if (Plan(machine, name, call, out string why) is not { } plan)
        {
            var (failed, told) = RoleRun.Impossible(progress, name, why);
            await SaveAsync(id, failed, told);
            return null;
        }
        switch (RoleRun.Next(progress, plan))
        {
            case RoleNext.Step step:
                return step.Progress == progress || await SaveAsync(id, step.Progress, []) ? Script(plan, step) : null;
            case RoleNext.Again again:
                return await book.ApplyAsync(id, new MachineChange.RunRole(again.Why), "appliance") is Applied.Ok ? await StepAsync(id, call) : null;
            default:
                return null;
        }
    }

    /// <summary>Takes a report; false for one that was in already or belongs to no run.</summary>
    public async Task<bool> ReportAsync(string id, HostReport report)
    {
        if (ReadKey(report.Key) is not var (run, step) || book.Find(id) is not { Deployment: { Role: { } name } deployment }) return false;
        if (catalog.Find(name) is not { } role) return false;
        return RoleRun.On(deployment.RoleProgress, role, new(run, step, report.Verdict, report.ExitCode, report.Seconds, report.Output)) is { } outcome
            && await SaveAsync(id, outcome.Progress, outcome.Events);
    }

    /// <summary>The step is the one that the machine is at.</summary>
    public bool IsRunning(string id, string key) =>
        book.Find(id) is { Deployment.RoleProgress: { Status: "running" } progress } && ReadKey(key) == (progress.Run, progress.Done + 1);

    private static string Script(RolePlan plan, RoleNext.Step step) =>
        HostAgent.Step(string.Create(CultureInfo.InvariantCulture, $"role.{step.Progress.Run}.{step.Number}"), plan.Role.Steps[step.Number - 1].Name,
            plan.Role.Steps[step.Number - 1].Deadline, plan.Script(step.Number, step.Progress.Run));

    private static (int Run, int Step)? ReadKey(string key) => key.Split('.') is ["role", var run, var step]
        && int.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out int r) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int s) ? (r, s) : null;

    private RolePlan? Plan(Machine machine, string name, HostCall call, out string why)
    {
        why = $"there is no role {name} in the catalog any more: put its file back and restart the appliance, then run the role again";
        if (catalog.Find(name) is not { } role) return null;
        try
        {
            return RolePlan.For(role, RoleFacts.Gather(machine, call.From, book.All.Values, AddressOf, new(options.Domain, call.Local, options.Ntp)));
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
}
