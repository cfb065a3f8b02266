using System.Runtime.InteropServices;
using Provisioner.Domain.Ntp;
using Provisioner.Wire.Ntp;

namespace Provisioner.Appliance.Servers;

/// <summary>Asks the kernel how well its clock is kept: adjtimex(2) with nothing to adjust, which needs no privilege.</summary>
internal static partial class KernelClock
{
    // struct timex of 64-bit Linux, <sys/timex.h>: 208 octets; the kernel fills them all.
    private const int Size = 208, MaxError = 24, Status = 40;
    private const int StaUnsync = 0x40, TimeInsert = 1, TimeDelete = 2, TimeError = 5;

    /// <summary>Reads it. Where the kernel doesn't say (another system, a strict sandbox) it counts as not in step.</summary>
    public static HostClock Read(TimeProvider time)
    {
        Span<byte> timex = stackalloc byte[Size];
        timex.Clear();
        int state = AdjTimeX(timex);
        bool inStep = state is >= 0 and not TimeError && (BitConverter.ToInt32(timex[Status..]) & StaUnsync) == 0;
        var leap = state switch { TimeInsert => NtpLeap.Insert, TimeDelete => NtpLeap.Delete, _ => NtpLeap.None };
        return new(inStep, leap, TimeSpan.FromMicroseconds(Math.Clamp(BitConverter.ToInt64(timex[MaxError..]), 0, 16_000_000)), time.GetUtcNow());
    }

    private static int AdjTimeX(Span<byte> timex)
    {
        try
        {
            return AdjTimeX(ref MemoryMarshal.GetReference(timex));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjTimeX(ref byte timex);
}
