using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Xml.Linq;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>What is done with a connection's domains. Everything here blocks, and throws libvirt's error of this thread.</summary>
internal static unsafe class LibvirtCalls
{
    /// <summary>All domains, running or not.</summary>
    public static ImmutableArray<VirtualMachine> List(LibvirtConnectionHandle connection)
    {
        int count = LibVirt.ConnectListAllDomains(connection, out var domains, 0);
        if (count < 0) throw LibvirtError.Last();
        var handles = new LibvirtDomainHandle[count];
        for (int i = 0; i < count; i++) handles[i] = new(domains[i]);
        NativeMemory.Free(domains);
        try
        {
            return [.. handles.Select(Describe).OfType<VirtualMachine>().OrderBy(m => m.Name, StringComparer.Ordinal)];
        }
        finally
        {
            foreach (var handle in handles) handle.Dispose();
        }
    }

    /// <summary>A domain by its UUID.</summary>
    public static LibvirtDomainHandle Find(LibvirtConnectionHandle connection, string uuid)
    {
        var domain = LibVirt.DomainLookupByUuidString(connection, uuid);
        return !domain.IsInvalid ? domain : throw LibvirtError.Last();
    }

    /// <summary>Its power.</summary>
    public static PowerState PowerOf(LibvirtDomainHandle domain) => StateOf(domain) switch
    {
        LibVirt.Running or LibVirt.Blocked or LibVirt.Paused or LibVirt.ShuttingDown or LibVirt.SuspendedByGuest => PowerState.On,
        LibVirt.ShutOff or LibVirt.Crashed => PowerState.Off,
        _ => PowerState.Unknown,
    };

    /// <summary>libvirt's number of the run, fresh at each start; (unsigned) -1 while it is off, which is no error.</summary>
    public static string RunOf(LibvirtDomainHandle domain) => LibVirt.DomainGetId(domain) is var id and not uint.MaxValue ? $"{id}" : "";

    /// <summary>Gives an order.</summary>
    public static void Give(LibvirtDomainHandle domain, PowerAction order) => Need(order switch
    {
        PowerAction.On => SwitchOn(domain),
        PowerAction.Off => LibVirt.DomainDestroy(domain),
        PowerAction.Reset => LibVirt.DomainReset(domain, 0),
        PowerAction.SoftOff => LibVirt.DomainShutdown(domain),
        _ => throw new HypervisorException(PowerFailure.Refused, "libvirt has no power cycle: off and on are given one after the other"),
    });

    /// <summary>As it is at its next start, with passwords.</summary>
    public static XElement Definition(LibvirtDomainHandle domain) => Xml(domain, LibVirt.XmlSecure | LibVirt.XmlInactive);

    /// <summary>Puts network or disk first, and reads it back.</summary>
    public static void PutFirst(LibvirtConnectionHandle connection, LibvirtDomainHandle domain, BootDevice device, string mac)
    {
        // A definition would make it one that stays (virDomainDefineXML).
        if (LibVirt.DomainIsPersistent(domain) == 0) throw new HypervisorException(PowerFailure.Refused, "it exists only while it runs (a transient domain), so that nothing can be set for its next start");
        var xml = Definition(domain);
        string before = LibvirtBootOrder.Read(xml);
        var (order, fault) = LibvirtBootOrder.With(xml, device, mac);
        if (order is null) throw new HypervisorException(PowerFailure.Refused, fault!);
        if (order != before) Define(connection, xml, order);
        string read = LibvirtBootOrder.Read(Definition(domain));
        if (LibvirtBootOrder.First(read) != device) throw new HypervisorException(PowerFailure.Ignored, $"libvirt said yes to the boot order \"{order}\", but reads back \"{read}\"");
        // With its memory saved it would go on where it was instead of booting.
        if (LibVirt.DomainHasManagedSaveImage(domain, 0) > 0) Need(LibVirt.DomainManagedSaveRemove(domain, 0));
        LibVirt.ResetLastError();
    }

    /// <summary>Writes an order. False where it stood there already.</summary>
    public static bool PutBack(LibvirtConnectionHandle connection, LibvirtDomainHandle domain, string order)
    {
        var xml = Definition(domain);
        if (LibvirtBootOrder.Read(xml) == order) return false;
        Define(connection, xml, order);
        return true;
    }

    // Null where it went away in the middle of the list.
    private static VirtualMachine? Describe(LibvirtDomainHandle domain)
    {
        try
        {
            return LibvirtDomain.Read(Xml(domain, 0), PowerOf(domain), RunOf(domain));
        }
        catch (HypervisorException e) when (e.IsGone)
        {
            return null;
        }
        catch (FormatException e)
        {
            throw new HypervisorException(PowerFailure.Garbled, e.Message, e);
        }
    }

    private static XElement Xml(LibvirtDomainHandle domain, uint flags)
    {
        byte* text = LibVirt.DomainGetXmlDesc(domain, flags);
        if (text is null) throw LibvirtError.Last();
        try
        {
            return LibvirtDomain.Parse(Marshal.PtrToStringUTF8((IntPtr)text)!);
        }
        catch (FormatException e)
        {
            throw new HypervisorException(PowerFailure.Garbled, e.Message, e);
        }
        finally
        {
            NativeMemory.Free(text);
        }
    }

    private static void Define(LibvirtConnectionHandle connection, XElement xml, string order)
    {
        LibvirtBootOrder.Write(xml, order);
        using var defined = LibVirt.DomainDefineXml(connection, xml.ToString(SaveOptions.DisableFormatting), 0);
        if (defined.IsInvalid) throw LibvirtError.Last();
    }

    private static int SwitchOn(LibvirtDomainHandle domain) => StateOf(domain) switch
    {
        LibVirt.Paused => LibVirt.DomainResume(domain),
        LibVirt.SuspendedByGuest => LibVirt.DomainWakeup(domain, 0),
        _ => LibVirt.DomainCreate(domain),
    };

    private static int StateOf(LibvirtDomainHandle domain)
    {
        Need(LibVirt.DomainGetState(domain, out int state, out _, 0));
        return state;
    }

    private static void Need(int result)
    {
        if (result < 0) throw LibvirtError.Last();
    }
}
