using System.Collections.Immutable;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Hosts;

/// <summary>A connection to a hypervisor host. Whatever fails throws <see cref="HypervisorException"/>; every call has a deadline of its own.</summary>
internal interface IHypervisor : IAsyncDisposable
{
    /// <summary>What it says that it is.</summary>
    string Product { get; }

    /// <summary>SHA-256 of its TLS certificate, hex; empty where the connection has none or its library checks it.</summary>
    string Fingerprint { get; }

    /// <summary>All its machines.</summary>
    /// <param name="anew">Asked for again, also where changes were heard as they happened.</param>
    /// <param name="cancel">Ends it.</param>
    Task<ImmutableArray<VirtualMachine>> ListAsync(bool anew, CancellationToken cancel);

    /// <summary>Returns when one came, went or was switched since <see cref="ListAsync"/>, or after <see cref="HostTimes.Heartbeat"/>; throws where the connection ended.</summary>
    Task WaitAsync(CancellationToken cancel);

    /// <summary>A machine's power.</summary>
    Task<PowerState> GetAsync(string vm, CancellationToken cancel);

    /// <summary>Begins an order.</summary>
    Task GiveAsync(string vm, PowerAction order, CancellationToken cancel);

    /// <summary>A machine's boot order, and the run that it is in.</summary>
    Task<BootMark> ReadBootAsync(string vm, CancellationToken cancel);

    /// <summary>Puts network or disk first in a machine's boot order, and reads it back.</summary>
    /// <param name="vm">The machine's id there.</param>
    /// <param name="device">What is to be first.</param>
    /// <param name="mac">The NIC that it boots from, where it is known.</param>
    /// <param name="cancel">Ends it.</param>
    Task PutFirstAsync(string vm, BootDevice device, string mac, CancellationToken cancel);

    /// <summary>Writes a boot order that was read before. False where it stood there already.</summary>
    Task<bool> PutBackAsync(string vm, string order, CancellationToken cancel);
}

/// <summary>Makes connections of one kind.</summary>
internal interface IHypervisorKind
{
    /// <summary><c>libvirt</c> or <c>vsphere</c>.</summary>
    string Kind { get; }

    /// <summary>Connects and signs in.</summary>
    /// <exception cref="HypervisorException">it can't be done; why.</exception>
    Task<IHypervisor> OpenAsync(HostLogin login, CancellationToken cancel);
}

/// <summary>Where and as whom, the password in the clear: lives as long as the connection.</summary>
internal sealed record HostLogin(string Address, string Username, string Password, string Fingerprint)
{
    /// <summary>For logs: without the password.</summary>
    public override string ToString() => $"{Username}@{Address}";
}

/// <summary>A host could not be spoken to, or said no. The message is half a sentence without a secret.</summary>
internal sealed class HypervisorException(PowerFailure failure, string why, Exception? inner = null) : Exception(why, inner)
{
    public PowerFailure Failure { get; } = failure;
    /// <summary>The machine is there no more.</summary>
    public bool IsGone { get; init; }
}

/// <summary>How long things may take.</summary>
internal static class HostTimes
{
    /// <summary>Until a connection stands: ssh to a machine that drops packets would take two minutes.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(20);
    /// <summary>One call: libvirt gives QEMU 15 s to end before it is killed.</summary>
    public static readonly TimeSpan Call = TimeSpan.FromSeconds(30);
    /// <summary>Between two looks where nothing happens.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);
}
