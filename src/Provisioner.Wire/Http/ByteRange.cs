using System.Globalization;

namespace Provisioner.Wire.Http;

/// <summary>What a Range field asks of a file (RFC 9110 §14.1.2, §14.2).</summary>
public abstract record ByteRange
{
    /// <summary>These octets.</summary>
    /// <param name="From">First one.</param>
    /// <param name="Count">At least one.</param>
    public sealed record Part(long From, long Count) : ByteRange;

    /// <summary>Octets that the file hasn't: 416.</summary>
    public sealed record Beyond : ByteRange;

    /// <summary>
    /// To be passed over, so that all is sent: no field, another unit, not well-formed, or more than one range. A server may do so (§14.2),
    /// and nobody who boots asks for two.
    /// </summary>
    public sealed record Whole : ByteRange;

    /// <summary>Reads <c>bytes=0-499</c>, <c>bytes=500-</c> or <c>bytes=-500</c> against a length.</summary>
    public static ByteRange Of(string? field, long length)
    {
        if (field is null || !field.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase)) return new Whole();
        var spec = field.AsSpan(6).Trim();
        int dash = spec.IndexOf('-');
        if (dash < 0) return new Whole();
        ReadOnlySpan<char> first = spec[..dash], last = spec[(dash + 1)..];
        if (first.IsEmpty) return Number(last) is { } suffix ? Suffix(suffix, length) : new Whole();
        if (Number(first) is not { } from) return new Whole();
        long to = length - 1;
        if (!last.IsEmpty)
        {
            if (Number(last) is not { } named || named < from) return new Whole();
            to = Math.Min(named, to);
        }
        return from >= length ? new Beyond() : new Part(from, to - from + 1);
    }

    private static ByteRange Suffix(long count, long length) =>
        count == 0 || length == 0 ? new Beyond() : new Part(Math.Max(0, length - count), Math.Min(count, length));

    private static long? Number(ReadOnlySpan<char> digits) =>
        digits.Length is > 0 and <= 18 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
