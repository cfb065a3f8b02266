using System.Collections.Immutable;

namespace Provisioner.Domain.Hosts;

/// <summary>Whether a hypervisor host can be spoken to.</summary>
public enum HostState
{
    /// <summary>Nobody tried yet since the start, or the try is under way.</summary>
    Connecting,
    /// <summary>It is connected and watched.</summary>
    Connected,
    /// <summary>It can't be reached, or refuses us; the reason stands beside it.</summary>
    Unreachable,
}

/// <summary>A hypervisor host whose virtual machines are machines of the appliance: an immutable record, swapped whole by <c>HostBook</c>.</summary>
public sealed record HypervisorHost
{
    /// <summary>KVM and others, by libvirt.</summary>
    public const string Libvirt = "libvirt";
    /// <summary>ESXi and vCenter, by the vSphere API.</summary>
    public const string Vsphere = "vsphere";

    /// <summary>Six characters of a–z and 2–9, fixed for life; part of URLs.</summary>
    public required string Id { get; init; }
    /// <summary>A name for people, unique.</summary>
    public required string Name { get; init; }
    /// <summary><c>libvirt</c> or <c>vsphere</c>.</summary>
    public required string Kind { get; init; }
    /// <summary>A libvirt URI, or <c>https://HOST/sdk</c>.</summary>
    public required string Address { get; init; }
    /// <summary>User there; empty where the address says it or nobody asks.</summary>
    public string Username { get; init; } = "";
    /// <summary>Password there, sealed; empty without one.</summary>
    public string SealedPassword { get; init; } = "";
    /// <summary>SHA-256 of the TLS certificate that was seen first (hex, lower case); empty until then, and where libvirt checks it itself.</summary>
    public string Fingerprint { get; init; } = "";
    /// <summary>Its machines that nobody knows become machines of the appliance by themselves.</summary>
    public bool Enlists { get; init; } = true;
    /// <summary>What it says that it is: <c>QEMU 7.2.22, libvirt 9.0.0</c>.</summary>
    public string Product { get; init; } = "";
    /// <summary>Whether it can be spoken to.</summary>
    public HostState State { get; init; }
    /// <summary>When it was last heard; null if never.</summary>
    public DateTimeOffset? SeenAt { get; init; }
    /// <summary>Why it is unreachable: one sentence; null while it is not.</summary>
    public string? WhyNot { get; init; }
    /// <summary>Its machines as they were seen last, by name.</summary>
    public ImmutableArray<VirtualMachine> Machines { get; init => field = value.IsDefault ? [] : value; } = [];
    /// <summary>Boot orders that hold for one start only, by the machine's id there.</summary>
    public ImmutableSortedDictionary<string, BootMark> BootMarks { get; init => field = value ?? NoMarks; } = NoMarks;

    /// <summary>One of its machines by its id there.</summary>
    public VirtualMachine? Find(string id) => Machines.FirstOrDefault(m => m.Id == id);

    private static readonly ImmutableSortedDictionary<string, BootMark> NoMarks = ImmutableSortedDictionary<string, BootMark>.Empty;
}

/// <summary>What is put back when a machine has started: neither libvirt nor vSphere has a boot device for one boot only.</summary>
/// <param name="Before">The order to put back, as the kind of host writes it.</param>
/// <param name="Run">The machine's run (<see cref="VirtualMachine.Run"/>) when the order was set: any other is the start that it was for.</param>
public sealed record BootMark(string Before, string Run);
