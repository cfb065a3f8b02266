using System.Collections.Immutable;
using System.Globalization;

namespace Provisioner.Domain.Power.Pdu;

/// <summary>One outlet of a PDU.</summary>
/// <param name="Unit">The unit among PDUs that are chained; null for the first.</param>
/// <param name="Number">Its number, from 1.</param>
public readonly record struct Outlet(int? Unit, int Number)
{
    /// <summary>The most outlets that feed one machine: large servers have six power supplies.</summary>
    public const int Most = 8;

    /// <summary>The setting that names a machine's outlets.</summary>
    public const string Setting = "outlet";

    /// <summary>Reads <c>3</c>, <c>3,4</c> or, of chained PDUs, <c>2:3</c> (unit 2, outlet 3). Empty, with what is wrong, where it is none of these.</summary>
    public static (ImmutableArray<Outlet> Outlets, string? Fault) Read(string? said)
    {
        if (string.IsNullOrWhiteSpace(said)) return ([], "the setting outlet is missing: the number of the outlet that feeds it, or of all that do: 3,4");
        var outlets = ImmutableArray.CreateBuilder<Outlet>();
        foreach (string one in said.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] parts = one.Split(':');
            if (parts.Length > 2 || !IsNumber(parts[^1], out int number) || number == 0) return ([], Fault(said));
            int unit = 0;
            if (parts.Length == 2 && !IsNumber(parts[0], out unit)) return ([], Fault(said));
            outlets.Add(new(parts.Length == 2 ? unit : null, number));
        }
        if (outlets.Count > Most) return ([], $"outlet \"{said}\" names {outlets.Count} outlets, {Most} are the most");
        return outlets.Distinct().Count() == outlets.Count ? (outlets.ToImmutable(), null) : ([], $"outlet \"{said}\" names one twice");
    }

    /// <summary>Two settings name an outlet in common.</summary>
    public static bool Overlap(string? a, string? b) => a == b || Read(a).Outlets.Any(Read(b).Outlets.Contains);

    /// <summary><c>outlet 3</c>, <c>outlet 3 of unit 2</c></summary>
    public override string ToString() => Unit is { } unit ? $"outlet {Number} of unit {unit}" : $"outlet {Number}";

    private static string Fault(string said) => $"outlet \"{said}\" is not a number such as 3, a list such as 3,4, or of chained PDUs unit and outlet such as 2:3";

    private static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 65535;
}

/// <summary>What several outlets say together of the power that a machine has.</summary>
public static class OutletStates
{
    /// <summary>On where all are, off where none is; unknown, with half a sentence, where they differ: neither "on" nor "off" was followed then.</summary>
    public static (PowerState State, string? Differ) Together(IReadOnlyList<(Outlet Outlet, bool On)> read)
    {
        if (read.All(r => r.On)) return (PowerState.On, null);
        if (read.All(r => !r.On)) return (PowerState.Off, null);
        return (PowerState.Unknown, $"{string.Join(", ", read.Select(r => $"{r.Outlet} is {(r.On ? "on" : "off")}"))}, and all of them feed it: switch it on or off, or look at the PDU");
    }
}
