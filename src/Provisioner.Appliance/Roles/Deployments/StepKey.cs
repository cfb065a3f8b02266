using System.Globalization;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>Which try of which step of which run of which deployment it is: what an agent says with all that it says of a step.</summary>
internal readonly record struct StepKey(string Deployment, int Run, int Try, string Node)
{
    /// <summary><c>d.zed.3.0.glance_0_database</c>: no name of a node has an underscore.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"d.{Deployment}.{Run}.{Try}.{Node.Replace('/', '_')}");

    /// <summary>Reads what <see cref="ToString"/> writes; null for everything else.</summary>
    public static StepKey? Read(string key) => key.Split('.', 5) is ["d", var deployment, var run, var tried, var node]
        && int.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out int r) && int.TryParse(tried, NumberStyles.None, CultureInfo.InvariantCulture, out int t)
        ? new(deployment, r, t, node.Replace('_', '/')) : null;
}
