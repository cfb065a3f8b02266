using System.Globalization;
using System.Xml.Linq;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Hosts;

/// <summary>
/// The boot order in a libvirt domain's XML, in whichever of its two ways it is written: <c>&lt;os&gt;&lt;boot dev='hd'/&gt;</c>, or
/// <c>&lt;boot order='1'/&gt;</c> in each device; libvirt takes no mixture (libvirt.org/formatdomain.html, "BIOS bootloader"). As a text it is
/// <c>os hd network</c> or <c>devices disk:vda interface:52:54:00:12:34:56</c>. All else in the XML stays as it is.
/// </summary>
public static class LibvirtBootOrder
{
    private const string OfOs = "os", OfDevices = "devices", Network = "network", HardDisk = "hd";

    /// <summary>The order that stands there; libvirt boots from the disk where none does.</summary>
    public static string Read(XElement domain)
    {
        var ordered = Ordered(domain).ToList();
        if (ordered.Count > 0) return Join(OfDevices, ordered.Select(Key));
        var boots = domain.Elements("os").Elements("boot").Select(b => (string?)b.Attribute("dev") ?? "").ToList();
        return Join(OfOs, boots.Count > 0 ? boots : [HardDisk]);
    }

    /// <summary>The order with network or disk first and the rest behind it, or a fault: half a sentence.</summary>
    /// <param name="domain">The XML.</param>
    /// <param name="device">Network or disk.</param>
    /// <param name="mac">The NIC that the machine boots from, where it is known.</param>
    public static (string? Order, string? Fault) With(XElement domain, BootDevice device, string mac)
    {
        if (device is not (BootDevice.Pxe or BootDevice.Disk)) return (null, $"libvirt boots from network or disk, not from {NextBoot.Words(device)}");
        if (domain.Elements("os").Elements("kernel").Any()) return (null, "it is given a kernel by its host (<kernel>), so that no boot order counts");
        var nics = LibvirtDomain.Interfaces(domain).ToList();
        var disks = LibvirtDomain.Disks(domain).ToList();
        if (device is BootDevice.Pxe && nics.Count == 0) return (null, "it has no network interface");
        if (device is BootDevice.Disk && disks.Count == 0) return (null, "it has no disk");
        var ordered = Ordered(domain).ToList();
        if (ordered.Count == 0)
        {
            string first = device is BootDevice.Pxe ? Network : HardDisk;
            return (Join(OfOs, [first, .. Read(domain).Split(' ').Skip(1).Where(d => d != first)]), null);
        }
        // Those that are in the order already come first among their kind; else the NIC that the machine boots from, or the first disk.
        var kind = device is BootDevice.Pxe ? nics : disks;
        var front = ordered.Where(kind.Contains).ToList();
        if (device is BootDevice.Pxe && nics.FirstOrDefault(n => LibvirtDomain.MacOf(n) == mac) is { } boots) front = [boots, .. front.Where(f => f != boots)];
        if (front.Count == 0) front = [kind[0]];
        return (Join(OfDevices, front.Concat(ordered.Where(o => !front.Contains(o))).Select(Key)), null);
    }

    /// <summary>What comes first in an order: network, disk, or null for something else.</summary>
    public static BootDevice? First(string order)
    {
        string[] words = order.Split(' ');
        string first = words.Length > 1 ? words[1] : "";
        return first == Network || first.StartsWith("interface:", StringComparison.Ordinal) ? BootDevice.Pxe
            : first == HardDisk || first.StartsWith("disk:", StringComparison.Ordinal) ? BootDevice.Disk : null;
    }

    /// <summary>Writes an order into the XML. Devices that are there no more are left out.</summary>
    public static void Write(XElement domain, string order)
    {
        string[] words = order.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is [OfDevices, .. var keys])
        {
            domain.Elements("os").Elements("boot").Remove();
            WriteDevices(domain, keys);
        }
        else if (words is [OfOs, .. var devices])
        {
            foreach (var device in Bootable(domain)) device.Elements("boot").Remove();
            WriteOs(domain, devices);
        }
    }

    private static void WriteDevices(XElement domain, string[] keys)
    {
        int next = 1;
        var places = keys.Select(k => Bootable(domain).FirstOrDefault(d => Key(d) == k)).OfType<XElement>().Distinct().ToDictionary(d => d, _ => next++);
        foreach (var device in Bootable(domain))
        {
            var boot = device.Element("boot");
            if (!places.TryGetValue(device, out int place)) boot?.Remove();
            else if (boot is null) device.Add(new XElement("boot", new XAttribute("order", place)));
            else boot.SetAttributeValue("order", place); // its other attributes (loadparm) stay
        }
    }

    private static void WriteOs(XElement domain, string[] devices)
    {
        if (domain.Element("os") is not { } os) return;
        var old = os.Elements("boot").ToList();
        var boots = devices.Select(d => new XElement("boot", new XAttribute("dev", d))).ToArray<object>();
        if (old.Count > 0) old[0].AddBeforeSelf(boots);
        else os.Add(boots);
        old.Remove();
    }

    private static IEnumerable<XElement> Bootable(XElement domain) => domain.Elements("devices").Elements().Where(d => d.Name.LocalName is "disk" or "interface" or "hostdev" or "redirdev");

    private static IEnumerable<XElement> Ordered(XElement domain) => Bootable(domain).Where(d => Place(d) is not null).OrderBy(Place);

    private static int? Place(XElement device) => int.TryParse((string?)device.Element("boot")?.Attribute("order"), CultureInfo.InvariantCulture, out int place) ? place : null;

    // A text without blanks by which the device is found again: disk:vda, interface:52:54:…, else its place among its kind.
    private static string Key(XElement device)
    {
        string kind = device.Name.LocalName;
        string? name = kind == "disk" ? (string?)device.Element("target")?.Attribute("dev") : kind == "interface" ? LibvirtDomain.MacOf(device) : null;
        return $"{kind}:{(name is { Length: > 0 } && !name.Any(char.IsWhiteSpace) ? name : $"#{device.ElementsBeforeSelf(kind).Count()}")}";
    }

    private static string Join(string way, IEnumerable<string> words) => $"{way} {string.Join(' ', words)}";
}
