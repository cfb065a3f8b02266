using System.Runtime.InteropServices;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>libvirt's C API, as its headers declare it (libvirt-host.h, libvirt-domain.h, libvirt-event.h, virterror.h; the ABI is stable since 0.9.13).</summary>
internal static unsafe partial class LibVirt
{
    private const string Library = "libvirt.so.0";

    // virterror.h, virErrorNumber
    public const int NoSupport = 3, UnknownHost = 4, OperationDenied = 29, SystemError = 38, Rpc = 39, Gnutls = 40, NoDomain = 42, AuthFailed = 45, OperationInvalid = 55,
        OperationTimeout = 68, AuthCancelled = 79, AgentUnresponsive = 86, ResourceBusy = 87, AccessDenied = 88, AuthUnavailable = 94;
    // libvirt-domain.h, virDomainState
    public const int Running = 1, Blocked = 2, Paused = 3, ShuttingDown = 4, ShutOff = 5, Crashed = 6, SuspendedByGuest = 7;
    // virDomainXMLFlags: with passwords (they would be lost when it is defined anew), and as it is at the next start.
    public const uint XmlSecure = 1, XmlInactive = 2;
    // libvirt-host.h, virConnectCredentialType
    public const int Username = 1, AuthName = 2, Passphrase = 5, NoEchoPrompt = 7;
    public const int EventLifecycle = 0;

    [LibraryImport(Library, EntryPoint = "virInitialize")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "virGetVersion", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetVersion(out ulong library, string? type, ulong* ofType);

    [LibraryImport(Library, EntryPoint = "virSetErrorFunc")]
    public static partial void SetErrorFunc(void* user, delegate* unmanaged[Cdecl]<void*, void*, void> handler);

    [LibraryImport(Library, EntryPoint = "virGetLastErrorCode")]
    public static partial int GetLastErrorCode();

    [LibraryImport(Library, EntryPoint = "virGetLastErrorMessage")]
    public static partial byte* GetLastErrorMessage();

    [LibraryImport(Library, EntryPoint = "virResetLastError")]
    public static partial void ResetLastError();

    [LibraryImport(Library, EntryPoint = "virEventRegisterDefaultImpl")]
    public static partial int EventRegisterDefaultImpl();

    [LibraryImport(Library, EntryPoint = "virEventRunDefaultImpl")]
    public static partial int EventRunDefaultImpl();

    [LibraryImport(Library, EntryPoint = "virEventAddTimeout")]
    public static partial int EventAddTimeout(int milliseconds, delegate* unmanaged[Cdecl]<int, void*, void> handler, void* opaque, void* free);

    [LibraryImport(Library, EntryPoint = "virConnectOpenAuth", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtConnectionHandle ConnectOpenAuth(string name, Auth* auth, uint flags);

    [LibraryImport(Library, EntryPoint = "virConnectClose")]
    public static partial int ConnectClose(IntPtr connection);

    [LibraryImport(Library, EntryPoint = "virConnectIsAlive")]
    public static partial int ConnectIsAlive(LibvirtConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "virConnectSetKeepAlive")]
    public static partial int ConnectSetKeepAlive(LibvirtConnectionHandle connection, int seconds, uint count);

    [LibraryImport(Library, EntryPoint = "virConnectGetType")]
    public static partial byte* ConnectGetType(LibvirtConnectionHandle connection);

    [LibraryImport(Library, EntryPoint = "virConnectGetVersion")]
    public static partial int ConnectGetVersion(LibvirtConnectionHandle connection, out ulong version);

    [LibraryImport(Library, EntryPoint = "virConnectGetLibVersion")]
    public static partial int ConnectGetLibVersion(LibvirtConnectionHandle connection, out ulong version);

    [LibraryImport(Library, EntryPoint = "virConnectListAllDomains")]
    public static partial int ConnectListAllDomains(LibvirtConnectionHandle connection, out IntPtr* domains, uint flags);

    [LibraryImport(Library, EntryPoint = "virConnectDomainEventRegisterAny")]
    public static partial int ConnectDomainEventRegisterAny(LibvirtConnectionHandle connection, IntPtr domain, int eventId,
        delegate* unmanaged[Cdecl]<IntPtr, IntPtr, int, int, IntPtr, int> handler, IntPtr opaque, delegate* unmanaged[Cdecl]<IntPtr, void> free);

    [LibraryImport(Library, EntryPoint = "virConnectDomainEventDeregisterAny")]
    public static partial int ConnectDomainEventDeregisterAny(LibvirtConnectionHandle connection, int callback);

    [LibraryImport(Library, EntryPoint = "virConnectRegisterCloseCallback")]
    public static partial int ConnectRegisterCloseCallback(LibvirtConnectionHandle connection, delegate* unmanaged[Cdecl]<IntPtr, int, IntPtr, void> handler, IntPtr opaque, delegate* unmanaged[Cdecl]<IntPtr, void> free);

    [LibraryImport(Library, EntryPoint = "virConnectUnregisterCloseCallback")]
    public static partial int ConnectUnregisterCloseCallback(LibvirtConnectionHandle connection, delegate* unmanaged[Cdecl]<IntPtr, int, IntPtr, void> handler);

    [LibraryImport(Library, EntryPoint = "virDomainLookupByUUIDString", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtDomainHandle DomainLookupByUuidString(LibvirtConnectionHandle connection, string uuid);

    [LibraryImport(Library, EntryPoint = "virDomainFree")]
    public static partial int DomainFree(IntPtr domain);

    [LibraryImport(Library, EntryPoint = "virDomainGetXMLDesc")]
    public static partial byte* DomainGetXmlDesc(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainGetState")]
    public static partial int DomainGetState(LibvirtDomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainGetID")]
    public static partial uint DomainGetId(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainIsPersistent")]
    public static partial int DomainIsPersistent(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainDefineXMLFlags", StringMarshalling = StringMarshalling.Utf8)]
    public static partial LibvirtDomainHandle DomainDefineXml(LibvirtConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainCreate")]
    public static partial int DomainCreate(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainResume")]
    public static partial int DomainResume(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainPMWakeup")]
    public static partial int DomainWakeup(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainDestroy")]
    public static partial int DomainDestroy(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainShutdown")]
    public static partial int DomainShutdown(LibvirtDomainHandle domain);

    [LibraryImport(Library, EntryPoint = "virDomainReset")]
    public static partial int DomainReset(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainHasManagedSaveImage")]
    public static partial int DomainHasManagedSaveImage(LibvirtDomainHandle domain, uint flags);

    [LibraryImport(Library, EntryPoint = "virDomainManagedSaveRemove")]
    public static partial int DomainManagedSaveRemove(LibvirtDomainHandle domain, uint flags);

    /// <summary>struct _virConnectAuth.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Auth
    {
        public int* Types;
        public uint Count;
        public delegate* unmanaged[Cdecl]<Credential*, uint, IntPtr, int> Ask;
        public IntPtr Opaque;
    }

    /// <summary>struct _virConnectCredential; the result is freed by libvirt with free(3).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Credential
    {
        public int Type;
        public byte* Prompt, Challenge, Default, Result;
        public uint Length;
    }
}

/// <summary>A virConnectPtr. Calls under way keep it: it is closed after the last of them.</summary>
internal sealed class LibvirtConnectionHandle() : SafeHandle(IntPtr.Zero, ownsHandle: true)
{
    public override bool IsInvalid => handle == IntPtr.Zero;
    protected override bool ReleaseHandle() => LibVirt.ConnectClose(handle) >= 0;
}

/// <summary>A virDomainPtr.</summary>
internal sealed class LibvirtDomainHandle : SafeHandle
{
    public LibvirtDomainHandle() : base(IntPtr.Zero, ownsHandle: true)
    {
    }

    public LibvirtDomainHandle(IntPtr domain) : this() => SetHandle(domain);

    public override bool IsInvalid => handle == IntPtr.Zero;
    protected override bool ReleaseHandle() => LibVirt.DomainFree(handle) >= 0;
}
