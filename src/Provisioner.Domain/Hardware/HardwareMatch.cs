namespace Provisioner.Domain.Hardware;

/// <summary>What is known of a machine and of its controller. Text is empty, numbers are null where nobody said.</summary>
/// <param name="Manufacturer">System manufacturer: SMBIOS (DSP0134) type 1.</param>
/// <param name="Product">Product name: SMBIOS type 1.</param>
/// <param name="IpmiManufacturer">The controller's IANA enterprise number: IPMI 2.0 §20.1 Get Device ID.</param>
/// <param name="IpmiProduct">The manufacturer's number of the controller: the same command.</param>
/// <param name="Firmware">The controller's firmware version: <c>2.52</c>.</param>
/// <param name="ControllerModel">What the controller calls itself over Redfish (Manager.Model): <c>iLO 4</c>.</param>
public sealed record HardwareFacts(string Manufacturer = "", string Product = "", int? IpmiManufacturer = null, int? IpmiProduct = null, string Firmware = "", string ControllerModel = "");

/// <summary>What a profile is known by. All that is given has to agree; texts may have <c>*</c> and <c>?</c>, capitals don't matter.</summary>
/// <param name="Manufacturer">System manufacturer, or null for any.</param>
/// <param name="Product">Product name, or null for any.</param>
/// <param name="IpmiManufacturer">IANA enterprise number, or null for any.</param>
/// <param name="IpmiProduct">Controller's product number, or null for any.</param>
/// <param name="Firmware">Controller's firmware version, or null for any.</param>
/// <param name="ControllerModel">Controller's name, or null for any.</param>
public sealed record HardwareMatch(string? Manufacturer, string? Product, int? IpmiManufacturer, int? IpmiProduct, string? Firmware, string? ControllerModel)
{
    /// <summary>How sure it is: 0 where it does not agree, else more for each thing that does, and more for a text without <c>*</c>.</summary>
    public int Weigh(HardwareFacts facts)
    {
        int?[] each =
        [
            Of(Manufacturer, facts.Manufacturer), Of(Product, facts.Product), Of(IpmiManufacturer, facts.IpmiManufacturer),
            Of(IpmiProduct, facts.IpmiProduct), Of(Firmware, facts.Firmware), Of(ControllerModel, facts.ControllerModel),
        ];
        return each.Contains(0) ? 0 : each.Sum() ?? 0;
    }

    private static int? Of(int? wanted, int? seen) => wanted is null ? null : wanted == seen ? 20 : 0;

    // The more letters it spells out, the more it says.
    private static int? Of(string? wanted, string seen) =>
        wanted is null ? null : seen.Length > 0 && Glob(wanted, seen) ? 10 + Math.Min(wanted.Count(c => c is not ('*' or '?')), 80) : 0;

    /// <summary>Whether a text has a form with <c>*</c> (any letters, or none) and <c>?</c> (one letter).</summary>
    internal static bool Glob(ReadOnlySpan<char> form, ReadOnlySpan<char> text)
    {
        int f = 0, t = 0, star = -1, after = 0;
        while (t < text.Length)
        {
            if (f < form.Length && form[f] == '*') (star, after) = (f++, t);
            else if (f < form.Length && (form[f] == '?' || char.ToUpperInvariant(form[f]) == char.ToUpperInvariant(text[t]))) (f, t) = (f + 1, t + 1);
            else if (star >= 0) (f, t) = (star + 1, ++after);
            else return false;
        }
        return form[f..].Trim('*').IsEmpty;
    }
}
