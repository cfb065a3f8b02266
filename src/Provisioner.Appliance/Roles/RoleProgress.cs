using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Roles;

/// <summary>How far the role of a machine has come: what its deployment of one says, in short.</summary>
/// <param name="Status"><c>none</c>, <c>pending</c>, <c>running</c>, <c>done</c>, <c>failed</c>.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Total">Steps in all.</param>
/// <param name="Changed">Steps that changed something.</param>
/// <param name="Text">One line for a person.</param>
/// <param name="Run">Which run it is, from 1; 0 before the first.</param>
internal sealed record RoleProgress(string Status, int Done, int Total, int Changed, string Text, int Run)
{
    /// <summary>No role.</summary>
    public static readonly RoleProgress None = new("none", 0, 0, 0, "", 0);

    /// <summary>How far it is.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="own">Its deployment of one; null where it isn't there yet.</param>
    public static RoleProgress Of(Machine machine, BundleDeployment? own)
    {
        if (machine.Deployment?.Role is not { } role) return None;
        if (own is null || own.Stage is DeploymentStage.Planned or DeploymentStage.Installing || own is not { Apply: { } run, Applied: { } state })
            return own is { Stage: DeploymentStage.Failed } ? new("failed", 0, 0, 0, $"{role}: {own.Why}", 0)
                : new("pending", 0, 0, 0, own?.Apply is null ? "waits for the installed system" : "waits for the machine to ask", own?.Apply?.Run ?? 0);
        var nodes = state.Nodes;
        int done = nodes.Values.Count(n => n.Good), changed = nodes.Values.Count(n => n.Status is NodeStatus.Changed);
        var (at, now) = nodes.FirstOrDefault(n => n.Value.Status is NodeStatus.Given or NodeStatus.Failed);
        string step = at is null ? $"{role}: {done} of {nodes.Count} steps" : $"{role}: step {done + 1} of {nodes.Count}, {at[(at.LastIndexOf('/') + 1)..]}";
        return own.Stage switch
        {
            DeploymentStage.Running => new("running", done, nodes.Count, changed, step, run.Run),
            DeploymentStage.Done => new("done", done, nodes.Count, changed, $"{role}: {run.Text}", run.Run),
            _ => new("failed", done, nodes.Count, changed, now is { Status: NodeStatus.Failed } ? $"{step}, {now.Why}" : $"{role}: {own.Why}", run.Run),
        };
    }
}
