using System.Collections.Immutable;
using Provisioner.Domain.Catalog;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Roles;

/// <summary>
/// Reads what refers to values. What the names mean is known only when the whole file was read, so they are looked at in the end, by
/// <see cref="Check"/>.
/// </summary>
internal sealed class TemplateReader(Faults faults)
{
    private readonly List<(Template Template, YamlNode Node, string What, bool OneText, bool Item)> _templates = [];
    private readonly List<(Condition Condition, YamlNode Node, string What)> _conditions = [];

    /// <summary>Within a resource that is repeated there is an <c>item</c>.</summary>
    public bool InEach { get; set; }

    /// <summary>One text or block.</summary>
    public Template Read(YamlNode? node, string what, bool oneText = false)
    {
        if (node is not YamlScalarNode { Value: { } text } scalar)
        {
            if (node is not null) faults.At(node, $"{what} is not a text", "write one text");
            return Template.Literal("");
        }
        return Read(text, scalar, what, oneText);
    }

    /// <summary>The list that a name stands for.</summary>
    public Template ReadName(YamlScalarNode node, string what) => Read($"{{{{ {node.Value} }}}}", node, what, oneText: false);

    private Template Read(string text, YamlScalarNode scalar, string what, bool oneText)
    {
        // A block (| or >) begins on the line after its mark.
        long first = scalar.Start.Line + (scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded ? 1 : 0);
        var template = Template.Read(text, (line, problem) => faults.At(first + line, $"{problem} in {what}", "a reference is {{ name }}")) with { Line = first };
        _templates.Add((template, scalar, what, oneText, InEach));
        return template;
    }

    /// <summary>The elements of a list; one text is a list of one.</summary>
    public ImmutableArray<Template> ReadList(YamlNode node, string what)
    {
        if (node is YamlSequenceNode list) return [.. list.Children.Select(element => Read(element, what))];
        if (node is YamlScalarNode) return [Read(node, what)];
        faults.At(node, $"{what} is {Fields.Kind(node)}", "write a list, each element after a hyphen");
        return [];
    }

    /// <summary>A condition.</summary>
    public Condition? ReadCondition(YamlNode? node, string what)
    {
        if (node is null) return null;
        var tests = ImmutableArray.CreateBuilder<ConditionTest>();
        foreach (var element in node is YamlSequenceNode list ? list.Children : [node])
        {
            if (element is YamlScalarNode { Value: { } text } && Condition.ReadTest(text) is { } test) tests.Add(test);
            else faults.At(element, $"when of {what} is \"{element}\"", "write NAME, not NAME, NAME == text, NAME != text or NAME in [a, b]");
        }
        var condition = new Condition(tests.ToImmutable(), node.Start.Line);
        _conditions.Add((condition, node, what));
        return condition;
    }

    /// <summary>Whether all names are names.</summary>
    public void Check(RoleNames names)
    {
        foreach (var (template, node, what, oneText, item) in _templates)
        {
            foreach (var (line, problem, cure) in template.Check(n => n == "item" && !item ? null : names.KindOf(n), names.Known))
                faults.At(template.Line + line, $"{problem} in {what}", cure);
            if (oneText && template.Lists(names.KindOf).FirstOrDefault() is { } found) faults.At(node, $"{what} is the list {found}", "refer to a text");
        }
        foreach (var (condition, node, what) in _conditions)
            if (condition.Names.FirstOrDefault(n => names.KindOf(n) is null) is { } unknown)
                faults.At(node, $"unknown name \"{unknown}\" in when of {what}", Nearest.Of(unknown, names.Known));
    }
}
