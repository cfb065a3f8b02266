using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.Domain.Hosts;

/// <summary>A libvirt domain's XML (libvirt.org/formatdomain.html), as far as it matters here.</summary>
public static class LibvirtDomain
{
    private const int MostCharacters = 4 << 20;

    /// <summary>Reads the text; whitespace stays, so that what is written back is what was there.</summary>
    /// <exception cref="FormatException">it is no domain's XML, is too large, or has a DTD.</exception>
    public static XElement Parse(string xml)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostCharacters });
            var root = XElement.Load(reader, LoadOptions.PreserveWhitespace);
            return root.Name.LocalName == "domain" ? root : throw new FormatException($"libvirt described a domain as <{root.Name.LocalName}>");
        }
        catch (XmlException e)
        {
            throw new FormatException($"libvirt's description of the domain can't be read: {e.Message}", e);
        }
    }

    /// <summary>The facts.</summary>
    /// <param name="domain">Its XML.</param>
    /// <param name="power">Its power, which isn't in there.</param>
    /// <param name="run">libvirt's id of the run, empty while it is off.</param>
    /// <exception cref="FormatException">it has no UUID or no name.</exception>
    public static VirtualMachine Read(XElement domain, PowerState power, string run)
    {
        string id = Text(domain.Element("uuid")).ToLowerInvariant(), name = Text(domain.Element("name"));
        if (!Guid.TryParse(id, out _) || name.Length == 0) throw new FormatException("libvirt described a domain without a UUID or a name");
        // A domain may show another UUID to its system than its own: <sysinfo type='smbios'>.
        string smbios = domain.Elements("sysinfo").Elements("system").Elements("entry").Where(e => (string?)e.Attribute("name") == "uuid").Select(Text).FirstOrDefault("");
        return new(id, name)
        {
            Uuid = smbios.Length > 0 ? smbios.ToLowerInvariant() : id,
            Macs = [.. Interfaces(domain).Select(MacOf).OfType<string>()],
            Firmware = FirmwareOf(domain),
            Cpus = int.TryParse(Text(domain.Element("vcpu")), CultureInfo.InvariantCulture, out int cpus) ? cpus : 0,
            MemoryMiB = MemoryOf(domain.Element("memory")),
            Power = power,
            Run = run,
        };
    }

    /// <summary>Its NICs.</summary>
    internal static IEnumerable<XElement> Interfaces(XElement domain) => domain.Elements("devices").Elements("interface");

    /// <summary>Its disks: not CD-ROM drives, floppies and LUNs.</summary>
    internal static IEnumerable<XElement> Disks(XElement domain) => domain.Elements("devices").Elements("disk").Where(d => (string?)d.Attribute("device") is null or "disk" or "lun");

    /// <summary>A NIC's MAC address as it is written here, or null.</summary>
    internal static string? MacOf(XElement nic) => MacAddress.TryParse((string?)nic.Element("mac")?.Attribute("address") ?? "", out var mac) ? mac.ToString() : null;

    private static string FirmwareOf(XElement domain)
    {
        var os = domain.Element("os");
        bool efi = (string?)os?.Attribute("firmware") == "efi" || (string?)os?.Element("loader")?.Attribute("type") == "pflash";
        if (efi) return "uefi";
        string machine = (string?)os?.Element("type")?.Attribute("arch") ?? "";
        return machine is "x86_64" or "i686" && (string?)os?.Element("type") is "hvm" ? "bios" : "";
    }

    // <memory unit='KiB'>: KiB is the unit where none is said; b, KB, KiB, MB, MiB, GB, GiB … (formatdomain, "Memory Allocation").
    private static long MemoryOf(XElement? memory)
    {
        if (!long.TryParse(Text(memory), CultureInfo.InvariantCulture, out long value)) return 0;
        return (string?)memory!.Attribute("unit") switch
        {
            "b" or "bytes" => value >> 20,
            null or "KiB" or "k" => value >> 10,
            "MiB" or "M" => value,
            "GiB" or "G" => value << 10,
            "TiB" or "T" => value << 20,
            _ => 0,
        };
    }

    private static string Text(XElement? element) => element?.Value.Trim() ?? "";
}
