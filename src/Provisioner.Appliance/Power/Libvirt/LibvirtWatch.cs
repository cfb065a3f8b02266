using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>Hears of a connection's domains coming, going, starting and stopping, and of the connection's own end. Says only that something happened.</summary>
internal sealed class LibvirtWatch : IDisposable
{
    private readonly Channel<bool> _happened = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly LibvirtConnectionHandle _connection;
    private int _events = -1;
    private bool _hearsEnd;

    private LibvirtWatch(LibvirtConnectionHandle connection) => _connection = connection;

    /// <summary>Begins; may block.</summary>
    public static unsafe LibvirtWatch Begin(LibvirtConnectionHandle connection)
    {
        var watch = new LibvirtWatch(connection);
        // libvirt holds each until it has forgotten the callback, and frees it then.
        var (forEvents, forEnd) = (GCHandle.ToIntPtr(GCHandle.Alloc(watch)), GCHandle.ToIntPtr(GCHandle.Alloc(watch)));
        watch._events = LibVirt.ConnectDomainEventRegisterAny(connection, IntPtr.Zero, LibVirt.EventLifecycle, &Happened, forEvents, &Free);
        if (watch._events < 0)
        {
            var why = LibvirtError.Last();
            GCHandle.FromIntPtr(forEvents).Free();
            GCHandle.FromIntPtr(forEnd).Free();
            throw why;
        }
        watch._hearsEnd = LibVirt.ConnectRegisterCloseCallback(connection, &Ended, forEnd, &Free) == 0;
        if (!watch._hearsEnd) GCHandle.FromIntPtr(forEnd).Free(); // a driver without a connection that could end
        return watch;
    }

    /// <summary>True when something happened, false when the time is over.</summary>
    /// <exception cref="HypervisorException">the connection ended.</exception>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(limit);
        try
        {
            await _happened.Reader.WaitToReadAsync(time.Token);
            return _happened.Reader.TryRead(out _);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Ends; may block: it asks the host.</summary>
    public unsafe void Dispose()
    {
        if (_events >= 0) LibVirt.ConnectDomainEventDeregisterAny(_connection, _events);
        if (_hearsEnd) LibVirt.ConnectUnregisterCloseCallback(_connection, &Ended);
        (_events, _hearsEnd) = (-1, false);
    }

    // virConnectDomainEventCallback, on the thread of events: it must be quick.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Happened(IntPtr connection, IntPtr domain, int what, int detail, IntPtr opaque)
    {
        (GCHandle.FromIntPtr(opaque).Target as LibvirtWatch)?._happened.Writer.TryWrite(true);
        return 0;
    }

    // virConnectCloseFunc; reasons: virConnectCloseReason.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ended(IntPtr connection, int reason, IntPtr opaque)
    {
        string why = reason switch { 1 => "libvirtd closed the connection", 2 => "it did not answer for 15 s", _ => "the connection broke" };
        (GCHandle.FromIntPtr(opaque).Target as LibvirtWatch)?._happened.Writer.TryComplete(new HypervisorException(PowerFailure.Silent, why));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(IntPtr opaque) => GCHandle.FromIntPtr(opaque).Free();
}
