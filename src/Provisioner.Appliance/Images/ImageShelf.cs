using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Images;

namespace Provisioner.Appliance.Images;

/// <summary>
/// The images in a folder: one folder each, with <c>image.json</c> and the file that it names. Read afresh when the folder's list is asked for,
/// so an image that is put there is there; a broken one is left out with the reason.
/// </summary>
internal sealed class ImageShelf(string folder)
{
    /// <summary>All images that can be deployed, by name.</summary>
    public ImmutableSortedDictionary<string, ImageInfo> All() => Read().Images;

    /// <summary>What is in the folder and can't be used, each with its reason.</summary>
    public ImmutableArray<string> Faults() => Read().Faults;

    /// <summary>An image by name.</summary>
    public ImageInfo? Find(string name) => All().GetValueOrDefault(name);

    /// <summary>Path of an image's file.</summary>
    public string PathOf(ImageInfo image) => Path.Combine(folder, image.Name, image.File);

    private (ImmutableSortedDictionary<string, ImageInfo> Images, ImmutableArray<string> Faults) Read()
    {
        var images = ImmutableSortedDictionary.CreateBuilder<string, ImageInfo>(StringComparer.Ordinal);
        var faults = ImmutableArray.CreateBuilder<string>();
        if (!Directory.Exists(folder)) return (images.ToImmutable(), [$"the images folder {folder} is not there: make it, or name another with --images"]);
        foreach (string path in Directory.EnumerateFiles(folder, "image.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
        {
            if (Fault(path, out var image) is { } fault) faults.Add(fault);
            else images[image!.Name] = image;
        }
        return (images.ToImmutable(), faults.ToImmutable());
    }

    private static string? Fault(string path, out ImageInfo? image)
    {
        image = null;
        string home = Path.GetDirectoryName(path)!;
        try
        {
            image = JsonSerializer.Deserialize(File.ReadAllBytes(path), ImageJson.Default.ImageInfo);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return $"{path}: {e.Message}";
        }
        if (image is null || image.Name != Path.GetFileName(home)) return $"{path}: its name must be its folder's, {Path.GetFileName(home)}";
        if (Path.GetFileName(image.File) != image.File || image.File.Length == 0) return $"{path}: file must be a plain file name";
        var file = new FileInfo(Path.Combine(home, image.File));
        if (!file.Exists) return $"{path}: {image.File} is not beside it";
        if (file.Length != image.SizeBytes) return $"{path}: {image.File} has {file.Length} bytes and should have {image.SizeBytes}: it was cut off or changed, build or copy it again";
        return image.RawBytes > 0 && image.Sha256.Length == 64 ? null : $"{path}: rawBytes and sha256 must be there";
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ImageInfo))]
internal sealed partial class ImageJson : JsonSerializerContext;
