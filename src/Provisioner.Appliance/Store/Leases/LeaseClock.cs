namespace Provisioner.Appliance.Store.Leases;

/// <summary>What the lease clock showed at a moment that the kernel's own clock since boot names as well.</summary>
/// <param name="Time">The lease clock.</param>
/// <param name="SinceBoot">CLOCK_BOOTTIME: nobody can set it, and it goes on while the machine sleeps.</param>
/// <param name="Boot">Which boot of the kernel that was.</param>
internal readonly record struct ClockMark(DateTimeOffset Time, TimeSpan SinceBoot, Guid Boot);

/// <summary>
/// The time that leases are counted in. A client counts its lease with its own clock, so ours must not be moved under it: this one starts
/// from the wall clock and then follows the kernel's clock since boot, whatever is done to the wall clock. Set forward by a day, no lease
/// ends early and no held address is free; set back, none lasts longer.
/// Over a restart in the same boot it goes on from the last mark, exactly. Over a reboot nobody knows how long the machine was off: then the
/// wall clock counts, but never to before the last thing that was written (a machine whose clock starts in 1970 holds leases too long, which
/// is safe). A machine that comes up with its clock in the future is believed; there the conflict probe stands before the next client.
/// </summary>
/// <param name="last">The last mark on disk; null: there never was one.</param>
/// <param name="lastWritten">The latest time of any lease on disk.</param>
internal sealed class LeaseClock(ClockMark? last, DateTimeOffset lastWritten, IBootClock kernel) : TimeProvider
{
    private readonly TimeSpan _startedAt = kernel.SinceBoot;
    private readonly DateTimeOffset _start = Start(last, lastWritten, kernel);

    /// <summary>The time now; as a <see cref="TimeProvider"/>, for whoever decides on leases.</summary>
    public DateTimeOffset Now => _start + (kernel.SinceBoot - _startedAt);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Now;

    /// <summary>For the next start.</summary>
    public ClockMark Mark => new(Now, kernel.SinceBoot, kernel.Boot);

    /// <summary>A time of this clock as the wall clock shows it, for a person.</summary>
    public DateTimeOffset OnTheWall(DateTimeOffset time, DateTimeOffset wallNow) => time + (wallNow - Now);

    private static DateTimeOffset Start(ClockMark? last, DateTimeOffset lastWritten, IBootClock kernel)
    {
        var start = last is { } mark && mark.Boot == kernel.Boot && kernel.SinceBoot >= mark.SinceBoot
            ? mark.Time + (kernel.SinceBoot - mark.SinceBoot) : kernel.Wall;
        return start < lastWritten ? lastWritten : start;
    }
}

/// <summary>The kernel's clocks.</summary>
internal interface IBootClock
{
    /// <summary>The wall clock, which can be set.</summary>
    DateTimeOffset Wall { get; }
    /// <summary>Time since boot, sleep among it.</summary>
    TimeSpan SinceBoot { get; }
    /// <summary>Which boot.</summary>
    Guid Boot { get; }
}

/// <summary>Those of this machine.</summary>
internal sealed partial class BootClock : IBootClock
{
    private const int ClockBoottime = 7; // clock_gettime(2)

    public DateTimeOffset Wall => TimeProvider.System.GetUtcNow();

    public TimeSpan SinceBoot => ClockGetTime(ClockBoottime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100)
        : throw new InvalidOperationException("the kernel has no clock since boot");

    // proc(5): made anew at each boot; a container may not see it, and then each start counts as a boot.
    public Guid Boot { get; } = File.Exists(IdFile) && Guid.TryParse(File.ReadAllText(IdFile), out var id) ? id : Guid.NewGuid();
    private const string IdFile = "/proc/sys/kernel/random/boot_id";

    private struct TimeSpec
    {
        public long Seconds, Nanoseconds;
    }

    [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);
}
