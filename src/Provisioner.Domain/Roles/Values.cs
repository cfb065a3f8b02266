using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>A value that no step may be made of. The message is one sentence that names it.</summary>
/// <param name="message">The sentence.</param>
public sealed class RoleValueException(string message) : Exception(message);

/// <summary>All values that a role's templates can refer to, by name.</summary>
public sealed class Values
{
    private readonly ImmutableDictionary<string, (ValueKind Kind, ImmutableArray<string> Lines)> _all;

    private Values(ImmutableDictionary<string, (ValueKind, ImmutableArray<string>)> all) => _all = all;

    /// <summary>None.</summary>
    public static Values None { get; } = new(ImmutableDictionary<string, (ValueKind, ImmutableArray<string>)>.Empty);

    /// <summary>The kind of a value.</summary>
    public ValueKind KindOf(string name) => _all[name].Kind;

    /// <summary>A value: one line for a text, any number for a list.</summary>
    public ImmutableArray<string> this[string name] => _all[name].Lines;

    /// <summary>With one more text.</summary>
    /// <exception cref="RoleValueException">it has a line break or another control character.</exception>
    public Values With(string name, string text) => Add(name, ValueKind.Text, [text]);

    /// <summary>With one more list.</summary>
    /// <exception cref="RoleValueException">an element has a line break or another control character.</exception>
    public Values With(string name, IEnumerable<string> list) => Add(name, ValueKind.List, [.. list]);

    private Values Add(string name, ValueKind kind, ImmutableArray<string> lines)
    {
        // One line is one line: a value can't write a second line into a file, nor anything that a terminal would obey.
        if (lines.Any(line => line.Any(IsControl)))
            throw new RoleValueException($"{name} has a line break or another control character: give it without");
        return new(_all.SetItem(name, (kind, lines)));
    }

    private static bool IsControl(char c) => char.IsControl(c) && c != '\t' || c is '\u2028' or '\u2029';
}
