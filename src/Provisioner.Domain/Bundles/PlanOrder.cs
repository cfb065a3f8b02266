using System.Collections.Immutable;

namespace Provisioner.Domain.Bundles;

/// <summary>An order in which nodes can be done (Kahn), or the circle that keeps them from it.</summary>
internal static class PlanOrder
{
    /// <summary>The nodes' numbers in order: what has most behind it comes first. Null, with the circle in words, where there is none.</summary>
    public static (ImmutableArray<int>? Order, string Circle) Of(IReadOnlyList<PlanNode> nodes, IReadOnlyList<PlanGate> gates)
    {
        // Gates are numbered after the nodes.
        int count = nodes.Count + gates.Count;
        var after = new List<int>[count];
        for (int i = 0; i < nodes.Count; i++) after[i] = [.. nodes[i].After, .. nodes[i].Gates.Select(g => nodes.Count + g)];
        for (int i = 0; i < gates.Count; i++) after[nodes.Count + i] = [.. gates[i].Nodes];
        var before = new List<int>[count];
        for (int i = 0; i < count; i++) before[i] = [];
        int[] waits = new int[count];
        for (int i = 0; i < count; i++)
        {
            waits[i] = after[i].Count;
            foreach (int other in after[i]) before[other].Add(i);
        }
        var sequence = Sequence(waits, before);
        if (sequence.Count < count) return (null, Circle(nodes, gates, after, waits));
        int[] behind = new int[count];
        for (int i = count - 1; i >= 0; i--)
            foreach (int next in before[sequence[i]]) behind[sequence[i]] = Math.Max(behind[sequence[i]], behind[next] + (next < nodes.Count ? 1 : 0));
        // A node has more behind it than what comes after it, so that this is an order too.
        return ([.. sequence.Where(i => i < nodes.Count).OrderByDescending(i => behind[i])], "");
    }

    private static List<int> Sequence(int[] waits, List<int>[] before)
    {
        int[] left = [.. waits];
        var ready = new Queue<int>(Enumerable.Range(0, left.Length).Where(i => left[i] == 0));
        var sequence = new List<int>(left.Length);
        while (ready.TryDequeue(out int node))
        {
            sequence.Add(node);
            foreach (int next in before[node])
                if (--left[next] == 0) ready.Enqueue(next);
        }
        for (int i = 0; i < left.Length; i++) waits[i] = left[i];
        return sequence;
    }

    // From any node that still waits, along what it still waits for, until one comes again.
    private static string Circle(IReadOnlyList<PlanNode> nodes, IReadOnlyList<PlanGate> gates, List<int>[] after, int[] waits)
    {
        int at = Array.FindIndex(waits, w => w > 0);
        var way = new List<int>();
        while (!way.Contains(at))
        {
            way.Add(at);
            at = after[at].First(i => waits[i] > 0);
        }
        var words = way.Skip(way.IndexOf(at)).Append(at).Select(i => i < nodes.Count ? nodes[i].Id : gates[i - nodes.Count].Name).ToList();
        return string.Join(" waits for ", words);
    }
}
