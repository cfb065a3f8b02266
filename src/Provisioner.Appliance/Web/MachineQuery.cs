using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web;

/// <summary>Which machines are wanted: the same for list page and API.</summary>
/// <param name="Text">Every word must occur in name, id, MAC, address, tag, maker, product, serial number, image or role.</param>
/// <param name="States">Only these; empty for all.</param>
/// <param name="Tags">All of these; empty for any.</param>
internal sealed record MachineQuery(string Text, IReadOnlySet<MachineState> States, IReadOnlyList<string> Tags)
{
    /// <summary>Reads <c>?q=&amp;state=ready,deployed&amp;tag=</c>; faults are sentences.</summary>
    public static MachineQuery From(IQueryCollection query, List<string> faults)
    {
        var states = new HashSet<MachineState>();
        foreach (string word in Split(query["state"]))
        {
            if (word == "failed") states.UnionWith([MachineState.FailedCommissioning, MachineState.FailedDeploying, MachineState.FailedReleasing]);
            else if (Words.States.TryGetValue(word, out var state)) states.Add(state);
            else faults.Add($"\"{word}\" is not a state; there are {string.Join(", ", Words.States.Keys.Order())} and failed");
        }
        string text = query["q"].ToString();
        if (text.Length > 200) faults.Add("q has more than 200 characters");
        return new(text, states, Split(query["tag"]));
    }

    /// <summary>Those that match, by name.</summary>
    public IReadOnlyList<Machine> Of(IEnumerable<Machine> machines, ISurroundings surroundings)
    {
        string[] words = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. machines.Where(m => Matches(m, words, surroundings)).OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Id, StringComparer.Ordinal)];
    }

    private bool Matches(Machine m, string[] words, ISurroundings surroundings) =>
        (States.Count == 0 || States.Contains(m.State)) && Tags.All(m.Tags.Contains)
        && (words.Length == 0 || Array.TrueForAll(words, word => Haystack(m, surroundings).Any(hay => hay.Contains(word, StringComparison.OrdinalIgnoreCase))));

    private static IEnumerable<string> Haystack(Machine m, ISurroundings surroundings)
    {
        yield return m.Name;
        yield return m.Id;
        foreach (string mac in m.Macs) yield return mac;
        foreach (string tag in m.Tags) yield return tag;
        if (surroundings.AddressOf(m) is { } address) yield return address.ToString();
        foreach (var controller in m.Controllers) yield return controller.Address;
        if (m.Inventory?.System is { } system) foreach (string part in new[] { system.Manufacturer, system.Product, system.Serial }) yield return part;
        if (m.Deployment is { } deployment)
        {
            yield return deployment.Image;
            if (deployment.Role is { } role) yield return role;
        }
    }

    private static List<string> Split(IEnumerable<string?> values) =>
        [.. values.SelectMany(v => (v ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
