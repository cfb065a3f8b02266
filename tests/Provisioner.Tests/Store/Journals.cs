using Provisioner.Appliance.Store.Leases;

namespace Provisioner.Tests.Store;

/// <summary>Lease journals in folders of their own, which go away with the process.</summary>
internal static class Journals
{
    private static readonly string Root = Directory.CreateTempSubdirectory("journals-").FullName;
    private static int _count;

    static Journals() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Root, recursive: true);

    /// <summary>A folder that nobody has used.</summary>
    public static string Folder() => Directory.CreateDirectory(Path.Combine(Root, $"{Interlocked.Increment(ref _count)}")).FullName;

    /// <summary>The journal of a folder; without one, a new journal.</summary>
    public static LeaseJournal Open(string? folder = null, IBootClock? kernel = null) => LeaseJournal.Open(folder ?? Folder(), kernel ?? new BootClock(), TimeProvider.System);

    /// <summary>Something stands where the next file should be made: the disk refuses, until it is disposed.</summary>
    public static IDisposable Refusing(string folder)
    {
        long next = Directory.EnumerateFiles(folder).Select(LeaseReplay.NumberOf).DefaultIfEmpty(0).Max() + 1;
        return new Obstacle(Directory.CreateDirectory(Path.Combine(folder, $"{next:00000000}{LeaseReplay.JournalEnding}")).FullName);
    }

    private sealed class Obstacle(string path) : IDisposable
    {
        public void Dispose() => Directory.Delete(path);
    }
}
