using System.Collections.Immutable;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Catalog;

/// <summary>Collects what is wrong with a file.</summary>
internal sealed class Faults(string file)
{
    private readonly List<CatalogFault> _all = [];

    public bool Any => _all.Count > 0;

    public ImmutableArray<CatalogFault> Sorted => [.. _all.OrderBy(f => f.Line)];

    public YamlNode? At(long line, string problem, string cure)
    {
        _all.Add(new(file, line, problem, cure));
        return null;
    }

    public void At(YamlNode node, string problem, string cure) => At(node.Start.Line, problem, cure);
}
