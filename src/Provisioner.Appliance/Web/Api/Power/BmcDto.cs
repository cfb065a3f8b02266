using System.Collections.Immutable;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Web.Api.Power;

/// <summary>A sensor.</summary>
/// <param name="Health">ok, warning, critical; null where it can't be read now.</param>
internal sealed record SensorDto(string Name, int Number, string Type, string Entity, double? Value, string Unit, IReadOnlyList<string> States, string? Health, IReadOnlyDictionary<string, double> Thresholds);

/// <summary>All sensors of a machine.</summary>
/// <param name="Watts">What it takes now, where its BMC measures that (DCMI).</param>
internal sealed record SensorList(IReadOnlyList<SensorDto> Sensors, int? Watts);

/// <summary>An entry of a BMC's event log.</summary>
/// <param name="At">By the BMC's clock; null where that was not set.</param>
/// <param name="Health">ok, warning, critical.</param>
internal sealed record LogEntryDto(int Id, DateTimeOffset? At, string Sensor, string Text, string Health);

/// <summary>A BMC's event log, oldest first.</summary>
/// <param name="Full">Entries were lost because it was full.</param>
/// <param name="Clock">The BMC's clock now.</param>
internal sealed record EventLogDto(IReadOnlyList<LogEntryDto> Entries, bool Full, DateTimeOffset? Clock);

/// <summary>How many entries were cleared.</summary>
internal sealed record ClearedDto(int Entries);

/// <summary>The case.</summary>
/// <param name="Type">SMBIOS chassis type.</param>
internal sealed record FruChassisDto(int Type, string PartNumber, string Serial, IReadOnlyList<string> Extra);

/// <summary>The board.</summary>
internal sealed record FruBoardDto(DateTimeOffset? Made, string Manufacturer, string Product, string Serial, string PartNumber, IReadOnlyList<string> Extra);

/// <summary>The product.</summary>
internal sealed record FruProductDto(string Manufacturer, string Name, string PartNumber, string Version, string Serial, string AssetTag, IReadOnlyList<string> Extra);

/// <summary>A part of a machine.</summary>
/// <param name="Fault">Why it, or something of it, can't be read.</param>
internal sealed record FruDto(int Number, string Name, FruChassisDto? Chassis, FruBoardDto? Board, FruProductDto? Product, string? Fault);

/// <summary>All parts.</summary>
internal sealed record FruList(IReadOnlyList<FruDto> Parts);

/// <summary>The light.</summary>
/// <param name="Seconds">1 to 255; 0 switches it off; without it: on until it is switched off.</param>
internal sealed record IdentifyBody(int? Seconds);

/// <summary>For how long the light is on; null until it is switched off.</summary>
internal sealed record IdentifiedDto(int? Seconds);

/// <summary>A BMC's LAN settings; null for what it does not say.</summary>
/// <param name="Source">static, dhcp, firmware, other, unknown.</param>
/// <param name="Moved">After a change: it no longer answers at its old address.</param>
internal sealed record LanDto(string Source, string? Address, string? Mask, string? Gateway, string? Mac, int? Vlan, bool Moved = false);

/// <summary>What is to be changed; what is left out stays.</summary>
/// <param name="Source">static or dhcp.</param>
/// <param name="Vlan">0 for none.</param>
internal sealed record LanBody(string? Source, string? Address, string? Mask, string? Gateway, int? Vlan);

/// <summary>A user of a BMC.</summary>
/// <param name="Privilege">callback, user, operator, administrator; null for none.</param>
internal sealed record BmcUserDto(int Number, string Name, bool? Enabled, string? Privilege);

/// <summary>The users of a BMC that have a name or a level.</summary>
/// <param name="Room">How many it has room for.</param>
internal sealed record BmcUserList(IReadOnlyList<BmcUserDto> Users, int Room);

/// <summary>What is to be changed of a user; what is left out stays.</summary>
internal sealed record BmcUserBody(string? Name, string? Password, string? Privilege, bool? Enabled);

/// <summary>Records of the BMC's services in the API's shapes.</summary>
internal static class BmcDescribe
{
    public static SensorList Of(ImmutableArray<SensorView> sensors, DcmiPowerReading? watts) => new([.. sensors.Select(Of)], watts?.Now);

    public static EventLogDto Of(EventLog log) => new([.. log.Entries.Select(e => new LogEntryDto(e.Id, e.At, e.Sensor, e.Text, Word(e.Health)))], log.Full, log.Clock);

    public static FruList Of(ImmutableArray<FruPart> parts) => new([.. parts.Select(Of)]);

    public static LanDto Of(LanSettings? lan) => lan is null ? new("unknown", null, null, null, null, null, Moved: true)
        : new(Word(lan.Source), lan.Address?.ToString(), lan.Mask?.ToString(), lan.Gateway?.ToString(), lan.Mac, lan.Vlan);

    public static BmcUserList Of(ImmutableArray<BmcUser> users) => new([.. users.Where(u => u.Name.Length > 0 || u.Privilege is not null).Select(Of)], users.Length);

    public static BmcUserDto Of(BmcUser user) => new(user.Number, user.Name, user.Enabled, user.Privilege is { } level ? Word(level) : null);

    private static SensorDto Of(SensorView s) => new(s.Name, s.Number, s.Type, s.Entity, s.Value, s.Unit, s.States, s.Health is { } health ? Word(health) : null, s.Thresholds);

    private static FruDto Of(FruPart part) => new(part.Number, part.Name,
        part.Inventory?.Chassis is { } c ? new(c.Type, c.PartNumber, c.Serial, c.Extra) : null,
        part.Inventory?.Board is { } b ? new(b.Made, b.Manufacturer, b.Product, b.Serial, b.PartNumber, b.Extra) : null,
        part.Inventory?.Product is { } p ? new(p.Manufacturer, p.Name, p.PartNumber, p.Version, p.Serial, p.AssetTag, p.Extra) : null,
        part.Fault ?? (part.Inventory is { Faults.IsEmpty: false } i ? string.Join("; ", i.Faults) : null));

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
