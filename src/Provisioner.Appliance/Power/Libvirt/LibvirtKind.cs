using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>Opens connections to libvirt: on this machine, over SSH or TLS, and libvirt's own test driver.</summary>
internal sealed class LibvirtKind : IHypervisorKind
{
    private const int KeepAliveSeconds = 5;
    private const uint KeepAliveMisses = 3;
    // Attempts that never came back, a host: more are not begun beside them.
    private const int MostHung = 3;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _hung = new();

    public string Kind => HypervisorHost.Libvirt;

    public async Task<IHypervisor> OpenAsync(HostLogin login, CancellationToken cancel)
    {
        LibvirtLibrary.Need();
        if (_hung.GetValueOrDefault(login.Address) >= MostHung)
            throw new HypervisorException(Domain.Power.PowerFailure.Silent, $"{MostHung} attempts to connect hang: look at the network between, and at ssh to that host");
        // Counted down by the attempt itself when it comes back at last.
        void GaveUp() => _hung.AddOrUpdate(login.Address, 1, (_, n) => n + 1);
        void CameBack(LibvirtHost? host)
        {
            _hung.AddOrUpdate(login.Address, 0, (_, n) => n - 1);
            host?.Close();
        }
        try
        {
            return await OwnThread.RunAsync("connecting", () => Open(login), HostTimes.Connect, cancel, CameBack);
        }
        catch (Exception e) when (e is HypervisorException { Message: var m } && m.StartsWith("connecting took longer", StringComparison.Ordinal) || e is OperationCanceledException)
        {
            GaveUp();
            throw;
        }
    }

    private static unsafe LibvirtHost Open(HostLogin login)
    {
        var answers = GCHandle.Alloc(login);
        int* types = stackalloc int[] { LibVirt.Username, LibVirt.AuthName, LibVirt.Passphrase, LibVirt.NoEchoPrompt };
        try
        {
            var auth = new LibVirt.Auth { Types = types, Count = 4, Ask = &Ask, Opaque = GCHandle.ToIntPtr(answers) };
            var connection = LibVirt.ConnectOpenAuth(Uri(login.Address), &auth, 0);
            if (connection.IsInvalid) throw LibvirtError.Last(connecting: true);
            // Drivers without a daemon have no keep-alive: they say no, and that is that.
            LibVirt.ConnectSetKeepAlive(connection, KeepAliveSeconds, KeepAliveMisses);
            return new LibvirtHost(connection, LibvirtWatch.Begin(connection), Product(connection));
        }
        finally
        {
            answers.Free();
        }
    }

    // ssh must never ask a terminal that nobody looks at.
    private static string Uri(string address) => address.Contains("+ssh:", StringComparison.OrdinalIgnoreCase) && !address.Contains("no_tty=", StringComparison.Ordinal)
        ? address + (address.Contains('?', StringComparison.Ordinal) ? "&no_tty=1" : "?no_tty=1") : address;

    private static unsafe string Product(LibvirtConnectionHandle connection)
    {
        string type = Marshal.PtrToStringUTF8((IntPtr)LibVirt.ConnectGetType(connection)) ?? "libvirt";
        string of = LibVirt.ConnectGetVersion(connection, out ulong version) == 0 ? $"{type} {LibvirtLibrary.Version(version)}" : type;
        return LibVirt.ConnectGetLibVersion(connection, out ulong library) == 0 ? $"{of}, libvirt {LibvirtLibrary.Version(library)}" : of;
    }

    // Answers user and password where the transport asks; -1 (nothing to say) where it asks for what we don't have, as an unknown host key's "yes".
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Ask(LibVirt.Credential* credentials, uint count, IntPtr opaque)
    {
        var login = (HostLogin)GCHandle.FromIntPtr(opaque).Target!;
        for (uint i = 0; i < count; i++)
        {
            string answer = credentials[i].Type is LibVirt.Username or LibVirt.AuthName ? login.Username : login.Password;
            if (answer.Length == 0) return -1;
            byte[] text = Encoding.UTF8.GetBytes(answer);
            byte* result = (byte*)NativeMemory.Alloc((nuint)text.Length + 1);
            text.CopyTo(new Span<byte>(result, text.Length));
            result[text.Length] = 0;
            credentials[i].Result = result;
            credentials[i].Length = (uint)text.Length;
        }
        return 0;
    }
}
