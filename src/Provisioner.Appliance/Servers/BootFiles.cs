using Microsoft.Win32.SafeHandles;
using Provisioner.Domain.Boot;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// The files that TFTP serves: names of <see cref="BootFileChoice.OverTftp"/> in one folder, and GRUB's first file; nothing else, whatever a path says.
/// </summary>
internal sealed class BootFiles(string folder, string grubLoader)
{
    /// <summary>Opens what a client asked for, or says why not.</summary>
    public (SafeFileHandle? File, string Name, string Why) Open(string asked)
    {
        string name = asked.TrimStart('/');
        if (GrubScript.Names.Contains(name) && TryOpen(grubLoader) is { } loader) return (loader, name, "");
        if (!BootFileChoice.OverTftp.Contains(name))
            return (null, name, $"it is none of the files that are served: {string.Join(", ", BootFileChoice.OverTftp.Order(StringComparer.Ordinal))}");
        if (TryOpen(name) is { } file) return (file, name, "");
        if (BootFileChoice.InsteadOf(name) is { } instead && TryOpen(instead) is { } other) return (other, instead, "");
        return (null, name, $"{Path.Combine(folder, name)} is not there or can't be read: build the boot files, or point --boot-files at them");
    }

    private SafeFileHandle? TryOpen(string name)
    {
        try
        {
            return File.OpenHandle(Path.Combine(folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
