using System.Collections.Immutable;

namespace Provisioner.Domain.Power;

/// <summary>What a controller said that it is and can do.</summary>
public sealed record ControllerAbilities
{
    /// <summary>Orders that it takes.</summary>
    public ImmutableHashSet<PowerAction> Orders { get; init; } = [];
    /// <summary>It can say whether the machine is on.</summary>
    public bool ReadsState { get; init; }
    /// <summary>What it can have the machine boot from next.</summary>
    public ImmutableHashSet<BootDevice> NextBoots { get; init; } = [];
    /// <summary>Who made it or its machine; empty when it does not say.</summary>
    public string Vendor { get; init; } = "";
    /// <summary>Model of the controller or its machine; empty when it does not say.</summary>
    public string Model { get; init; } = "";
    /// <summary>The controller's firmware version; empty when it does not say.</summary>
    public string Firmware { get; init; } = "";
    /// <summary>The machine's serial number; empty when it does not say.</summary>
    public string Serial { get; init; } = "";
    /// <summary>The machine's SMBIOS UUID, lower case; null when it does not say.</summary>
    public string? SystemUuid { get; init; }
    /// <summary>MAC addresses of the machine's NICs, lower case with colons.</summary>
    public ImmutableArray<string> Macs { get; init; } = [];
    /// <summary>What else it can do: <c>sensors</c>, <c>sel</c>, <c>fru</c>, <c>identify</c>, <c>sol</c>, <c>lan</c>, <c>users</c>, <c>inventory</c>, <c>bootprogress</c> …</summary>
    public ImmutableSortedSet<string> Features { get; init; } = [];
    /// <summary>What a person should know, one sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
    /// <summary>The controller's settings from now on (<see cref="ControllerAccess.Settings"/>): with what was found out, such as the fingerprint of its certificate. Null: as they were.</summary>
    public ImmutableSortedDictionary<string, string>? Settings { get; init; }
}
