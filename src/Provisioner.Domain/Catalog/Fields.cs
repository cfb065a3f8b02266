using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Catalog;

/// <summary>A mapping whose keys are all known, each at most once.</summary>
internal sealed class Fields
{
    private readonly Dictionary<string, YamlNode> _values = [];
    private readonly YamlNode _node;
    private readonly string _what;
    private readonly Faults _faults;

    private Fields(YamlNode node, string what, Faults faults) => (_node, _what, _faults) = (node, what, faults);

    /// <summary>Reads a mapping; null, with a fault, where the node is something else.</summary>
    public static Fields? Of(YamlNode? node, string what, Faults faults, params string[] known)
    {
        if (node is not YamlMappingNode map)
        {
            if (node is not null) faults.At(node, $"{what} is {Kind(node)}", "write it as key: value lines");
            return null;
        }
        var fields = new Fields(node, what, faults);
        foreach (var (key, value) in map.Children)
        {
            if (key is YamlScalarNode { Value: { } name } && known.Contains(name)) fields._values[name] = value;
            else faults.At(key, $"unknown key \"{key}\" in {what}", Nearest.Of($"{key}", known));
        }
        return fields;
    }

    /// <summary>The value of a key, or null.</summary>
    public YamlNode? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>The value of a key that must be there.</summary>
    public YamlNode? Need(string key)
    {
        if (!_values.TryGetValue(key, out var value)) _faults.At(_node, $"{_what} has no {key}", $"add {key}: …");
        return value;
    }

    /// <summary>A text, with a default where it may be left out.</summary>
    public string Text(string key, string? absent = null)
    {
        var node = absent is null ? Need(key) : this[key];
        if (node is null) return absent ?? "";
        if (node is YamlScalarNode { Value: { } text }) return text;
        _faults.At(node, $"{key} of {_what} is {Kind(node)}", "write one text");
        return absent ?? "";
    }

    /// <summary>A text of a form.</summary>
    public string Text(string key, Regex form, string cure, string? absent = null)
    {
        string text = Text(key, absent);
        if (this[key] is YamlScalarNode node && !form.IsMatch(text)) _faults.At(node, $"{key} of {_what} is \"{text}\"", cure);
        return text;
    }

    /// <summary>A truth.</summary>
    public bool Flag(string key, bool absent)
    {
        if (this[key] is not { } node) return absent;
        if (node is YamlScalarNode { Value: "true" or "false" } scalar) return scalar.Value == "true";
        _faults.At(node, $"{key} of {_what} is {node}", "write true or false");
        return absent;
    }

    /// <summary>The elements of a list that may be left out.</summary>
    public IReadOnlyList<YamlNode> List(string key, bool needed = false)
    {
        var node = needed ? Need(key) : this[key];
        if (node is YamlSequenceNode list) return [.. list.Children];
        if (node is not null) _faults.At(node, $"{key} of {_what} is {Kind(node)}", "write a list, each element after a hyphen");
        return [];
    }

    /// <summary>A whole number in a range.</summary>
    public long Number(string key, long absent, long least, long most)
    {
        if (this[key] is not { } node) return absent;
        if (node is YamlScalarNode { Value: { } text } && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most)
            return number;
        _faults.At(node, $"{key} of {_what} is \"{node}\"", $"a number from {least} to {most}");
        return absent;
    }

    /// <summary>Names, as a list or as one.</summary>
    public ImmutableArray<string> Names(string key, Regex form, string cure)
    {
        if (this[key] is not { } node) return [];
        var nodes = node is YamlSequenceNode list ? list.Children : [node];
        foreach (var element in nodes)
            if (element is not YamlScalarNode { Value: { } text } || !form.IsMatch(text)) _faults.At(element, $"{key} of {_what} has \"{element}\"", cure);
        return [.. nodes.OfType<YamlScalarNode>().Select(n => n.Value ?? "")];
    }

    /// <summary>The entries of a mapping that may be left out, whose keys are names of the file's own.</summary>
    public IEnumerable<(YamlNode Key, string Name, YamlNode Value)> Entries(string key, Regex form, string cure)
    {
        if (this[key] is not { } node) yield break;
        if (node is not YamlMappingNode map)
        {
            _faults.At(node, $"{key} of {_what} is {Kind(node)}", "write name: … for each");
            yield break;
        }
        foreach (var (name, value) in map.Children)
        {
            string text = (name as YamlScalarNode)?.Value ?? "";
            if (!form.IsMatch(text)) _faults.At(name, $"\"{name}\" in {key} is no name", cure);
            else yield return (name, text, value);
        }
    }

    /// <summary>What a node is, in words.</summary>
    public static string Kind(YamlNode node) => node switch
    {
        YamlScalarNode { Value: null or "" } => "empty",
        YamlScalarNode => "a single value",
        YamlSequenceNode => "a list",
        _ => "a mapping",
    };
}
