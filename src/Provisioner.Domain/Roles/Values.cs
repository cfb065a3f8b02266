using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>A value that no step may be made of. The message is one sentence that names it.</summary>
/// <param name="message">The sentence.</param>
public sealed class RoleValueException(string message) : Exception(message);

/// <summary>What kind of value a name stands for.</summary>
public enum ValueKind
{
    /// <summary>One line of text.</summary>
    Text,
    /// <summary>Any number of lines of text, none included.</summary>
    List,
    /// <summary>A whole number.</summary>
    Number,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,
    /// <summary>Not known before the role stands in a bundle: values of relations and releases.</summary>
    Any,
}

/// <summary>A value, and where it comes from.</summary>
/// <param name="Kind">Its kind; never <see cref="ValueKind.Any"/>.</param>
/// <param name="Lines">Its lines: exactly one unless it is a list.</param>
public sealed record Value(ValueKind Kind, ImmutableArray<string> Lines)
{
    /// <summary>The secrets that it is made of, by key: it is one itself if there are any.</summary>
    public ImmutableHashSet<string> Secrets { get; init; } = [];

    /// <summary>The facts that it is made of and that nobody has said yet: its text is no use then.</summary>
    public ImmutableHashSet<string> Unknown { get; init; } = [];

    /// <summary>Its only line; the first of a list, nothing of an empty one.</summary>
    public string Text => Lines.Length > 0 ? Lines[0] : "";

    /// <summary>A flag that is true, or something that is not empty: what <c>when: name</c> asks.</summary>
    public bool Holds => Kind is ValueKind.Flag ? Text == "true" : Lines.Any(l => l.Length > 0);

    /// <summary>One line.</summary>
    public static Value Of(string text) => new(ValueKind.Text, [text]);

    /// <summary>A list.</summary>
    public static Value Of(IEnumerable<string> list) => new(ValueKind.List, [.. list]);

    /// <summary>A flag.</summary>
    public static Value Of(bool flag) => new(ValueKind.Flag, [flag ? "true" : "false"]);

    /// <summary>The same value, made of another one too.</summary>
    public Value MadeOf(Value other) => other.Secrets.IsEmpty && other.Unknown.IsEmpty
        ? this
        : this with
        {
            Secrets = Secrets.Union(other.Secrets),
            Unknown = Unknown.Union(other.Unknown),
        };
}

/// <summary>All values that a role's templates can refer to, by name.</summary>
public sealed class Values
{
    private readonly ImmutableDictionary<string, Value> _all;
    private readonly Func<string, Value?>? _beyond;

    private Values(ImmutableDictionary<string, Value> all, Func<string, Value?>? beyond) => (_all, _beyond) = (all, beyond);

    /// <summary>None.</summary>
    public static Values None { get; } = new(ImmutableDictionary<string, Value>.Empty, null);

    /// <summary>Values that are looked up when they are asked for.</summary>
    public static Values Of(Func<string, Value?> lookUp) => new(ImmutableDictionary<string, Value>.Empty, lookUp);

    /// <summary>A value, or null where no one has the name.</summary>
    public Value? Find(string name) => _all.GetValueOrDefault(name) ?? _beyond?.Invoke(name);

    /// <summary>A value.</summary>
    /// <exception cref="RoleValueException">there is none of that name.</exception>
    public Value this[string name] => Find(name) ?? throw new RoleValueException($"nothing here is called \"{name}\"");

    /// <summary>With one more text.</summary>
    /// <exception cref="RoleValueException">it has a line break or another control character.</exception>
    public Values With(string name, string text) => With(name, Value.Of(text));

    /// <summary>With one more list.</summary>
    /// <exception cref="RoleValueException">an element has a line break or another control character.</exception>
    public Values With(string name, IEnumerable<string> list) => With(name, Value.Of(list));

    /// <summary>With one more value.</summary>
    /// <exception cref="RoleValueException">it has a line break or another control character.</exception>
    public Values With(string name, Value value) => new(_all.SetItem(name, Checked(name, value)), _beyond);

    /// <summary>The value, if it is one that a line of a file can hold.</summary>
    /// <exception cref="RoleValueException">it has a line break or another control character.</exception>
    public static Value Checked(string name, Value value)
    {
        // One line is one line: a value can't write a second line into a file, nor anything that a terminal would obey.
        if (value.Lines.Any(line => line.Any(IsControl)))
            throw new RoleValueException($"{name} has a line break or another control character: give it without");
        return value;
    }

    private static bool IsControl(char c) => char.IsControl(c) && c != '\t' || c is '\u2028' or '\u2029';
}
