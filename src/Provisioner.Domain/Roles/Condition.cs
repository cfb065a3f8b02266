using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Roles;

/// <summary>What has to hold before something is done: <c>when: name</c>, <c>not name</c>, <c>name == text</c>, <c>name != text</c>, <c>name in [a, b]</c>, or a list of those.</summary>
/// <param name="Tests">All of them have to hold.</param>
/// <param name="Line">Its line in the file.</param>
public sealed partial record Condition(ImmutableArray<ConditionTest> Tests, long Line)
{
    /// <summary>The names that it asks for.</summary>
    public IEnumerable<string> Names => Tests.Select(t => t.Name);

    /// <summary>One test of it, or null where it is none.</summary>
    internal static ConditionTest? ReadTest(string text)
    {
        var match = Form().Match(text);
        if (!match.Success) return null;
        string name = match.Groups["name"].Value;
        if (match.Groups["not"].Success) return new(name, false, []);
        if (match.Groups["equals"].Success) return new(name, match.Groups["equals"].Value == "==", [match.Groups["value"].Value.Trim()]);
        if (match.Groups["in"].Success) return new(name, true, [.. match.Groups["in"].Value.Split(',', StringSplitOptions.TrimEntries)]);
        return new(name, true, []);
    }

    /// <summary>Whether all hold, and what that is made of: where a fact isn't known yet, nobody can say. A name that there isn't is like an empty text.</summary>
    public (bool Holds, ImmutableHashSet<string> Unknown) Evaluate(Values values)
    {
        var unknown = ImmutableHashSet<string>.Empty;
        foreach (var test in Tests)
        {
            var value = values.Find(test.Name);
            if (value is { Unknown.IsEmpty: false }) unknown = unknown.Union(value.Unknown);
            else if (!test.Holds(value)) return (false, []);
        }
        return (unknown.IsEmpty, unknown);
    }

    [GeneratedRegex(@"^(?<not>not\s+)?(?<name>[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*){0,3})(?(not)|(\s*(?<equals>==|!=)\s*(?<value>.+)|\s+in\s+\[(?<in>.*)\])?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

/// <summary>One test of a condition.</summary>
/// <param name="Name">The value that it looks at.</param>
/// <param name="Wanted">Whether it is to hold or not to.</param>
/// <param name="Texts">One of these texts; none: anything true or not empty.</param>
public sealed record ConditionTest(string Name, bool Wanted, ImmutableArray<string> Texts)
{
    /// <summary>Whether it holds of a value; of none as of an empty one.</summary>
    public bool Holds(Value? value) => (Texts.IsEmpty ? value?.Holds ?? false : Texts.Contains(value?.Text ?? "")) == Wanted;
}
