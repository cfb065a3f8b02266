using Microsoft.Win32.SafeHandles;
using Provisioner.Appliance.Images;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Files;

namespace Provisioner.Appliance.Servers;

/// <summary>A file that is being served; it stays as it was when it was opened, also where another takes its name meanwhile.</summary>
internal sealed class ServedFile(SafeFileHandle handle, string url, bool isBootFile) : IDisposable
{
    /// <summary>Length and time of change.</summary>
    public FileFacts Facts { get; } = new(RandomAccess.GetLength(handle), new(File.GetLastWriteTimeUtc(handle), TimeSpan.Zero));
    /// <summary>The path of its URL.</summary>
    public string Url { get; } = url;
    /// <summary>It belongs on the timeline when it was sent; of images the agent tells.</summary>
    public bool IsBootFile { get; } = isBootFile;
    /// <summary>The kernel's number, good until it is disposed of.</summary>
    public int Number => (int)handle.DangerousGetHandle();

    public void Dispose() => handle.Dispose();
}

/// <summary>
/// What may leave over HTTP, by its exact URL: the names of <see cref="BootFileChoice.OverHttp"/> under /boot, GRUB's first file, and the images on the shelf.
/// A path is looked up in this list and never put together from what a client wrote. One thread at a time.
/// </summary>
internal sealed class FileCatalog(string bootFiles, ImageShelf shelf, string grubLoader)
{
    private static readonly TimeSpan LooksAgain = TimeSpan.FromSeconds(1);
    private Dictionary<string, string> _images = [];
    private TimeSpan _looked = TimeSpan.MinValue;

    /// <summary>Opens what a URL's path names; null with the reason where it names nothing.</summary>
    public ServedFile? Open(string target, TimeSpan now, out string why)
    {
        why = "";
        // shim 16.1 that came over HTTP asks for /boot//grubx64.efi beside itself.
        if (target.StartsWith("/boot//", StringComparison.Ordinal)) target = "/boot/" + target[7..];
        if (target.StartsWith("/grub/", StringComparison.Ordinal) && GrubScript.Names.Contains(target[1..])) return TryOpen(grubLoader, target, isBootFile: true);
        if (target.StartsWith("/boot/", StringComparison.Ordinal) && BootFileChoice.OverHttp.Contains(target[6..]))
        {
            if (TryOpen(Path.Combine(bootFiles, target[6..]), target, isBootFile: true) is { } file) return file;
            why = $"{target[6..]} is not among the boot files: build them (./run build) or name their folder with --boot-files";
            return null;
        }
        return target.StartsWith("/images/", StringComparison.Ordinal) && Images(now).TryGetValue(target, out var path) ? TryOpen(path, target, isBootFile: false) : null;
    }

    // The shelf reads its folder each time that it is asked: a thousand requests a second must not.
    private Dictionary<string, string> Images(TimeSpan now)
    {
        if (now - LooksAgain < _looked) return _images;
        _looked = now;
        return _images = shelf.All().Values.ToDictionary(i => $"/images/{i.Name}/{i.File}", i => shelf.PathOf(i));
    }

    private static ServedFile? TryOpen(string path, string target, bool isBootFile)
    {
        try
        {
            return new(File.OpenHandle(path, options: FileOptions.SequentialScan), target, isBootFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
