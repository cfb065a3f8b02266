using System.Collections.Immutable;
using System.Globalization;

namespace Provisioner.Wire.Ipmi;

/// <summary>Which cipher suites a controller's setting allows, in its order: <c>17,3,8</c>.</summary>
public static class CipherPolicy
{
    /// <summary>The suites of a setting; the usual ones where it is empty.</summary>
    /// <exception cref="ArgumentException">a number that is none, or a suite that is never spoken; with the reason.</exception>
    public static ImmutableArray<CipherSuite> Of(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting)) return CipherSuite.Preferred;
        return [.. setting.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(One).DistinctBy(suite => suite.Id)];
    }

    /// <summary>Why a suite is never spoken, or null where it is.</summary>
    public static string? Refusal(int id) => id switch
    {
        0 => "it takes any password (CVE-2013-4782)",
        1 or 6 or 15 => "it does not guard what is said after the password",
        2 => "it does not encrypt, and a BMC that has it has suite 3",
        4 or 5 or 9 or 10 or 13 or 14 or 18 or 19 => "its cipher xRC4 is broken (RFC 7465)",
        _ => CipherSuite.Spoken.Any(suite => suite.Id == id) ? null : "it is not in IPMI 2.0's table 22-20",
    };

    private static CipherSuite One(string text)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            throw new ArgumentException($"\"{text}\" is not the number of a cipher suite: give numbers separated by commas, such as 17,3");
        return CipherSuite.Spoken.FirstOrDefault(suite => suite.Id == id)
            ?? throw new ArgumentException($"cipher suite {id} is not spoken here: {Refusal(id)}; there are {string.Join(", ", CipherSuite.Spoken.Select(suite => suite.Id))}");
    }
}
