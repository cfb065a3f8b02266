using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Power.Pdu;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>The models of PDUs in the catalog folder, read once at start: all that are good, and everything that is wrong with the others.</summary>
internal sealed class PduCatalog
{
    private PduCatalog(PduModels models, ImmutableArray<CatalogFault> faults) => (Models, Faults) = (models, faults);

    /// <summary>The models.</summary>
    public PduModels Models { get; }

    /// <summary>What is wrong with files, by file and line.</summary>
    public ImmutableArray<CatalogFault> Faults { get; }

    /// <summary>Reads <c>hardware/pdu/*.yaml</c> of a catalog folder; none where there is no such folder.</summary>
    public static PduCatalog Load(string catalog)
    {
        string folder = Path.Combine(catalog, "hardware", "pdu");
        var files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var read = files.Select(path => Read(Path.GetRelativePath(catalog, path), path)).ToArray();
        return new(new([.. read.Select(r => r.Model).OfType<PduModel>()]), [.. read.SelectMany(r => r.Faults)]);
    }

    private static PduFile Read(string file, string path)
    {
        try
        {
            return PduFile.Read(file, File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return new(null, [new(file, 0, $"it can't be read: {e.Message}", "make it a readable file in UTF-8")]);
        }
    }
}
