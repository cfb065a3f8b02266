using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Catalog;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Hardware;

/// <summary>The profiles of the catalog folder, read once at start: all that are good, and everything that is wrong with the others.</summary>
internal sealed class HardwareCatalog
{
    private HardwareCatalog(HardwareProfiles profiles, ImmutableArray<CatalogFault> faults) => (Profiles, Faults) = (profiles, faults);

    /// <summary>The profiles.</summary>
    public HardwareProfiles Profiles { get; }

    /// <summary>What is wrong with files, by file and line.</summary>
    public ImmutableArray<CatalogFault> Faults { get; }

    /// <summary>Reads <c>hardware/*.yaml</c> of a catalog folder. A catalog without that folder has no profiles: every machine is taken as the papers say.</summary>
    public static HardwareCatalog Load(string catalog)
    {
        string folder = Path.Combine(catalog, "hardware");
        var files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.yaml").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var read = files.Select(path => (File: Path.GetRelativePath(catalog, path), Path: path)).Select(f => (f.File, Read: Read(f.File, f.Path))).ToArray();
        var (profiles, faults) = HardwareProfiles.Of(read.Where(r => r.Read.Profile is not null).Select(r => (r.File, r.Read.Profile!)));
        return new(profiles, [.. read.SelectMany(r => r.Read.Faults), .. faults]);
    }

    private static HardwareFile Read(string file, string path)
    {
        try
        {
            return HardwareFile.Read(file, File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return new(null, [new(file, 0, $"it can't be read: {e.Message}", "make it a readable file in UTF-8")]);
        }
    }
}
