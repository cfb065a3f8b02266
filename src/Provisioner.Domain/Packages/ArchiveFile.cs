using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Packages;

/// <summary>A file of archives, <c>catalog/archives.yaml</c>: all that are good, and everything that is wrong with it.</summary>
/// <param name="Archives">The archives, in order.</param>
/// <param name="Faults">What is wrong, by line.</param>
public sealed partial record ArchiveFile(ImmutableArray<Archive> Archives, ImmutableArray<CatalogFault> Faults)
{
    /// <summary>Reads one.</summary>
    /// <param name="file">Its name, for faults.</param>
    /// <param name="text">Its text.</param>
    public static ArchiveFile Read(string file, string text)
    {
        var faults = new Faults(file);
        var archives = new List<Archive>();
        if (CatalogYaml.Root(text, "list of archives", faults) is { } root && Fields.Of(root, "a file of archives", faults, "archives") is { } all)
            foreach (var node in all.List("archives", needed: true)) Add(archives, node, faults);
        return new([.. archives], faults.Sorted);
    }

    private static void Add(List<Archive> archives, YamlNode node, Faults faults)
    {
        if (Fields.Of(node, "an archive", faults, "name", "title", "hosts", "paths", "https") is not { } fields) return;
        var archive = new Archive(
            fields.Text("name", Label(), "letters a–z, digits and hyphens, a letter first"), fields.Text("title", ""),
            Texts(fields, "hosts"), Texts(fields, "paths"), fields.Flag("https", absent: false));
        foreach (string fault in archive.Faults()) faults.At(node, fault, "mend it");
        if (archives.Any(a => a.Name == archive.Name)) faults.At(node, $"two archives are called \"{archive.Name}\"", "give each its own name");
        archives.Add(archive);
    }

    private static ImmutableArray<string> Texts(Fields fields, string key) => [.. fields.List(key, needed: true).Select(n => (n as YamlScalarNode)?.Value ?? "")];

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
