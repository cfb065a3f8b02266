using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// A thread that answers machines in their first seconds. It comes before the rest of the process and of the machine: a ROM that gets no answer for two
/// seconds gives up, while a page, an image or a database waits. The framework's own thread priorities do nothing on Linux.
/// </summary>
internal static partial class ServerThread
{
    private const int OfThread = 0, This = 0, Nice = -10; // PRIO_PROCESS, which on Linux is one thread (setpriority(2))

    /// <summary>Starts it.</summary>
    /// <param name="name">For people who look at threads.</param>
    /// <param name="body">What it does until it is stopped.</param>
    public static Thread Start(string name, Action body)
    {
        var thread = new Thread(() =>
        {
            _ = SetPriority(OfThread, This, Nice); // where it isn't permitted (RLIMIT_NICE) it is a thread as any other
            body();
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);
}
