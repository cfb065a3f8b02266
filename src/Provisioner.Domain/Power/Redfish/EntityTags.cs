using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>
/// What may stand in If-Match (RFC 9110 §13.1.1, DSP0266 §6.5). Services differ in what they take back of what they hand out, so there is more than one try.
/// </summary>
public static class EntityTags
{
    /// <summary>Values for If-Match, the best first; null is a request without one. Never empty.</summary>
    /// <param name="header">The ETag header of the last answer.</param>
    /// <param name="body">Its <c>@odata.etag</c>.</param>
    public static ImmutableArray<string?> For(string? header, string? body)
    {
        string? first = Mended(header), second = Mended(body);
        if (first is null && second is null) return [null, "*"];
        return
        [
            .. new[] { first, second, Strong(first), Strong(second) }.OfType<string>().Distinct(),
            // Services that refuse each tag of theirs take a request without one (ansible-collections/community.general #3268).
            null,
        ];
    }

    // A header with quotes in quotes is seen (ansible-collections/community.general #3268), and one without any.
    private static string? Mended(string? tag)
    {
        if (tag is null) return null;
        string weak = tag.StartsWith("W/", StringComparison.Ordinal) ? "W/" : "";
        string opaque = tag[weak.Length..].Trim('"');
        foreach (char c in opaque)
            if (c is < '!' or > '~' or '"') return null;
        return opaque.Length is 0 or > 256 ? null : $"{weak}\"{opaque}\"";
    }

    // If-Match compares strongly, so that by the letter no weak tag matches: some services then want it without W/ (community.general #6434).
    private static string? Strong(string? tag) => tag is not null && tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : null;
}
