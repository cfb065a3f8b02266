using System.Collections.Concurrent;

namespace Provisioner.Appliance.Machines;

/// <summary>How far an agent has come with a part of its order. Lives in memory only: it is old in a second.</summary>
internal sealed record ProgressNow(string Step, long DoneBytes, long TotalBytes);

/// <summary>Progress of all agents at work.</summary>
internal sealed class Progress
{
    private readonly ConcurrentDictionary<string, ProgressNow> _now = new();

    public ProgressNow? Of(string machine) => _now.GetValueOrDefault(machine);
    public void Set(string machine, ProgressNow progress) => _now[machine] = progress;
    public void Clear(string machine) => _now.TryRemove(machine, out _);
}
