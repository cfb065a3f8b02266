using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>The library in this process: made ready once, with the one thread that hears events for all connections.</summary>
internal static unsafe class LibvirtLibrary
{
    // libvirt's event loop is the process's, before the first connection and for good (virEventRegisterDefaultImpl).
    private static readonly Lazy<string?> Ready = new(Prepare);

    /// <summary>Makes it ready.</summary>
    /// <exception cref="HypervisorException">it is not installed, or too old.</exception>
    public static void Need()
    {
        if (Ready.Value is { } fault) throw new HypervisorException(PowerFailure.Refused, fault);
    }

    /// <summary>A version as libvirt counts: 9.0.0 is 9000000.</summary>
    public static string Version(ulong version) => $"{version / 1_000_000}.{version / 1000 % 1000}.{version % 1000}";

    private static string? Prepare()
    {
        try
        {
            if (LibVirt.Initialize() < 0) return "libvirt's library does not start on the appliance's machine";
            // Without a handler it writes every error to standard error.
            LibVirt.SetErrorFunc(null, &Ignore);
            if (LibVirt.EventRegisterDefaultImpl() < 0) return "libvirt's event loop does not start";
            LibVirt.EventAddTimeout(1000, &Tick, null, null);
            new Thread(Loop, 256 * 1024) { IsBackground = true, Name = "libvirt events" }.Start();
            return null;
        }
        catch (DllNotFoundException)
        {
            return "libvirt's library (libvirt.so.0) is not on the appliance's machine: install it (Debian: apt-get install libvirt0) and start the appliance again";
        }
        catch (EntryPointNotFoundException e)
        {
            return $"libvirt's library on the appliance's machine is too old ({e.Message}): 5.0 or later is needed";
        }
    }

    private static void Loop()
    {
        while (true)
        {
            // Each turn ends with the tick at the latest; a failing turn must not spin.
            if (LibVirt.EventRunDefaultImpl() < 0) Thread.Sleep(100);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(void* user, void* error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Tick(int timer, void* opaque)
    {
    }
}
