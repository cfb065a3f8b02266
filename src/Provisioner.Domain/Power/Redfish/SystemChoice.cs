using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>Which machine of a controller is meant; a controller of a chassis has several.</summary>
/// <param name="Name">Its Id or path, or null.</param>
/// <param name="Uuid">Its SMBIOS UUID, or null.</param>
/// <param name="Serial">Its serial number, or null.</param>
/// <param name="Macs">MACs of its NICs.</param>
public sealed record SystemWanted(string? Name, string? Uuid, string? Serial, ImmutableArray<string> Macs)
{
    /// <summary>From a controller's settings: <c>system</c>, <c>uuid</c>, <c>serial</c>, <c>mac</c> (several with commas).</summary>
    public static SystemWanted Of(IReadOnlyDictionary<string, string> settings) => new(
        Value(settings, "system"), Value(settings, "uuid"), Value(settings, "serial"),
        [.. (Value(settings, "mac") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(m => m.ToLowerInvariant().Replace('-', ':'))]);

    /// <summary>Something is said.</summary>
    public bool IsSaid => Name is not null || Uuid is not null || Serial is not null || !Macs.IsEmpty;

    /// <summary>For a person.</summary>
    public string InWords => string.Join(", ", new[] { Name is null ? "" : $"system \"{Name}\"", Uuid is null ? "" : $"UUID {Uuid}", Serial is null ? "" : $"serial {Serial}", Macs.IsEmpty ? "" : $"MAC {string.Join(", ", Macs)}" }.Where(w => w.Length > 0));

    private static string? Value(IReadOnlyDictionary<string, string> settings, string key) => settings.GetValueOrDefault(key)?.Trim() is { Length: > 0 } value ? value : null;
}

/// <summary>The machine that was meant, or why it can't be said.</summary>
public abstract record SystemChoice
{
    /// <summary>This one.</summary>
    public sealed record Chosen(RedfishSystem System) : SystemChoice;

    /// <summary>None, or more than one.</summary>
    /// <param name="Why">Half a sentence that names all there are.</param>
    public sealed record Unclear(string Why) : SystemChoice;

    /// <summary>Decides.</summary>
    /// <param name="systems">All there are.</param>
    /// <param name="wanted">Which is meant.</param>
    /// <param name="macs">MACs of the NICs of each, by path; empty where they were not asked for.</param>
    public static SystemChoice Of(ImmutableArray<RedfishSystem> systems, SystemWanted wanted, IReadOnlyDictionary<string, ImmutableArray<string>> macs)
    {
        if (systems.IsEmpty) return new Unclear("the controller shows no system at all");
        if (wanted.IsSaid)
        {
            var right = systems.Where(s => Fits(s, wanted, macs)).ToImmutableArray();
            return right.Length == 1 ? new Chosen(right[0]) : new Unclear($"{(right.IsEmpty ? "none" : $"{right.Length}")} of the controller's systems is {wanted.InWords}; it has {Words(systems)}: name one by its Id in the setting \"system\"");
        }
        if (systems.Length == 1) return new Chosen(systems[0]);
        // OpenBMC of some makers lists the hypervisor beside the machine that it runs on (SystemType "OS").
        var physical = systems.Where(s => s.Type is "Physical").ToImmutableArray();
        if (physical.Length == 1) return new Chosen(physical[0]);
        return new Unclear($"the controller has {systems.Length} systems ({Words(systems)}): name one by its Id in the setting \"system\"");
    }

    /// <summary>
    /// The same UUID, be its first three fields in network order or, as SMBIOS 2.6 §7.2.1 has them, little-endian: both are seen of one machine.
    /// </summary>
    public static bool IsSameUuid(string? one, string? other)
    {
        if (!Guid.TryParse(one, out var a) || !Guid.TryParse(other, out var b)) return false;
        return a == b || new Guid(a.ToByteArray(), bigEndian: true) == b;
    }

    private static bool Fits(RedfishSystem system, SystemWanted wanted, IReadOnlyDictionary<string, ImmutableArray<string>> macs)
    {
        if (wanted.Name is { } name) return system.Id == name || RedfishPath.AreSame(system.Path, name);
        if (wanted.Uuid is { } uuid && IsSameUuid(system.Uuid, uuid)) return true;
        if (wanted.Serial is { } serial && string.Equals(system.Serial, serial, StringComparison.OrdinalIgnoreCase)) return true;
        var its = macs.GetValueOrDefault(system.Path, []);
        return wanted.Macs.Any(m => system.HostMacs.Contains(m) || its.Contains(m));
    }

    private static string Words(ImmutableArray<RedfishSystem> systems) =>
        string.Join("; ", systems.Take(8).Select(s => s.InWords)) + (systems.Length > 8 ? $"; and {systems.Length - 8} more" : "");
}
