using System.Collections.Concurrent;

namespace Provisioner.Appliance.Roles;

/// <summary>Wakes those who wait for something to do for a machine, the moment that there may be something.</summary>
internal sealed class Wakes
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new();

    /// <summary>In place of a machine: who moves deployments on.</summary>
    public const string Runner = "";

    /// <summary>Completes at the machine's next <see cref="Wake"/>. To be taken before looking whether there is something.</summary>
    public Task Of(string machine) => _waiting.GetOrAdd(machine, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Wakes all who wait for a machine.</summary>
    public void Wake(string machine)
    {
        if (_waiting.TryRemove(machine, out var waiting)) waiting.TrySetResult();
    }
}
