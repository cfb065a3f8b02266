using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Wire.Snmp;

namespace Provisioner.Domain.Power.Pdu;

/// <summary>How a family of PDUs is switched over SNMP: one file of catalog/hardware/pdu, read and checked.</summary>
/// <param name="Name">Its name, the same as its file's: <c>apc-rpdu</c>.</param>
/// <param name="Title">As people say it.</param>
/// <param name="Order">Among those that fit, lower ones are tried first.</param>
/// <param name="SystemIds">What sysObjectID (RFC 3418 §2) begins with.</param>
/// <param name="Unit">The number of a PDU that stands alone, in <c>{unit}</c>.</param>
/// <param name="State">Where an outlet's state is read.</param>
/// <param name="On">Values of it that mean on.</param>
/// <param name="Off">Values of it that mean off.</param>
/// <param name="SwitchOn">What is written to switch one on.</param>
/// <param name="SwitchOff">What is written to switch one off.</param>
/// <param name="OutletName">Where an outlet's name is read, or null.</param>
/// <param name="Model">Where the PDU's model is read, or null.</param>
/// <param name="Firmware">Where its firmware is read, or null.</param>
/// <param name="Vendor">Who makes it.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Notes">What a person should know; may be empty.</param>
public sealed record PduModel(
    string Name, string Title, int Order, ImmutableArray<Oid> SystemIds, int Unit, OutletObject State, ImmutableArray<int> On, ImmutableArray<int> Off,
    OutletOrder SwitchOn, OutletOrder SwitchOff, OutletObject? OutletName, OutletObject? Model, OutletObject? Firmware, string Vendor, string Source, string Notes)
{
    /// <summary>Whether a value of the state means on; null for neither: the outlet is between the two, or says something that the model does not know.</summary>
    public bool? IsOn(long value) => On.Any(v => v == value) ? true : Off.Any(v => v == value) ? false : null;

    /// <summary>An object of an outlet.</summary>
    public Oid At(OutletObject place, Outlet outlet) => place.At(outlet.Unit ?? Unit, outlet.Number);

    /// <summary>How long a beginning of a sysObjectID it is known by; 0 where it isn't.</summary>
    public int Fits(Oid systemId) => SystemIds.Where(systemId.IsWithin).Select(id => id.Numbers.Length).DefaultIfEmpty().Max();
}

/// <summary>The name of an object with places for the unit and the outlet.</summary>
/// <param name="Pattern"><c>1.3.6.1.4.1.534.6.6.7.6.6.1.2.{unit}.{outlet}</c></param>
public sealed record OutletObject(string Pattern)
{
    /// <summary>The object of one outlet.</summary>
    public Oid At(int unit, int outlet) => Oid.Parse(Filled(Pattern, unit, outlet));

    /// <summary>Whether it is a name once its places are filled.</summary>
    public static bool IsOne(string pattern) => Oid.TryParse(Filled(pattern, 1, 1), out _);

    private static string Filled(string pattern, int unit, int outlet) =>
        pattern.Replace("{unit}", unit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{outlet}", outlet.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>What is written where.</summary>
/// <param name="Object">The object.</param>
/// <param name="Value">The INTEGER.</param>
public sealed record OutletOrder(OutletObject Object, int Value);

/// <summary>All models, and those that a PDU may be.</summary>
public sealed class PduModels(ImmutableArray<PduModel> all)
{
    /// <summary>All, by name.</summary>
    public ImmutableArray<PduModel> All { get; } = [.. all.OrderBy(m => m.Name, StringComparer.Ordinal)];

    /// <summary>None.</summary>
    public static PduModels None { get; } = new([]);

    /// <summary>One by its name, or null.</summary>
    public PduModel? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>Those that a sysObjectID speaks for: the more of it they name, the sooner they are tried.</summary>
    public ImmutableArray<PduModel> For(Oid systemId) => [.. All.Where(m => m.Fits(systemId) > 0).OrderByDescending(m => m.Fits(systemId)).ThenBy(m => m.Order)];
}
