using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Catalog;

/// <summary>The text of a file of the catalog as YAML nodes: one document, not too long, not too deep, without aliases.</summary>
internal static class CatalogYaml
{
    private const int MaxDepth = 32, MaxLength = 1 << 20;

    /// <summary>The root; null, with a fault, where there is none.</summary>
    /// <param name="yaml">The file's text.</param>
    /// <param name="what">What such a file holds: <c>role</c>.</param>
    /// <param name="faults">What is wrong.</param>
    public static YamlNode? Root(string yaml, string what, Faults faults)
    {
        try
        {
            if (yaml.Length > MaxLength) return faults.At(1, $"the file has {yaml.Length} characters", $"a {what} file has at most {MaxLength}");
            if (TooDeep(yaml, what) is { } line) return faults.At(line, $"nested more than {MaxDepth} deep", $"a {what} is flat: see the files that come with the appliance");
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode : faults.At(1, $"{stream.Documents.Count} documents in one file", $"a file holds one {what}");
        }
        catch (YamlException e)
        {
            string why = e.InnerException?.Message ?? e.Message;
            return faults.At(Math.Max(1, e.Start.Line), $"not YAML: {why.Trim().TrimEnd('.')}", "mend the syntax; indent with spaces");
        }
    }

    /// <summary>What a file says it is: the first of these that is one of its keys.</summary>
    public static string? Kind(YamlNode root, params IEnumerable<string> kinds) =>
        root is YamlMappingNode map ? kinds.FirstOrDefault(kind => map.Children.ContainsKey(new YamlScalarNode(kind))) : null;

    /// <summary>A file's name without folders and ending: <c>basics</c>.</summary>
    public static string Stem(string file) => file[(file.LastIndexOf('/') + 1)..] is var name && name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : name;

    // The reader of nodes calls itself for each level: a hostile file would end the process, so its depth is looked at first.
    private static long? TooDeep(string yaml, string what)
    {
        var parser = new Parser(new StringReader(yaml));
        int depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth) return parser.Current.Start.Line;
            if (parser.Current is AnchorAlias alias) throw new YamlException(alias.Start, alias.End, $"aliases are not used in {what} files");
        }
        return null;
    }
}
