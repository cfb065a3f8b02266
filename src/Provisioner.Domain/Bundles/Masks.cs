using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Provisioner.Domain.Bundles;

/// <summary>
/// Hides secrets in a text that people see, however they are spelt there: as they are, quoted for a shell, escaped for JSON or a URL, in base64.
/// </summary>
public sealed class Masks
{
    private const string Hidden = "•••";

    // A shorter word would hide half of every text, and is no secret.
    private const int Least = 4;

    private readonly ImmutableArray<string> _spellings;

    private Masks(ImmutableArray<string> spellings) => _spellings = spellings;

    /// <summary>Hides these.</summary>
    public static Masks Of(IEnumerable<string> secrets) => new(
    [
        .. secrets.SelectMany(s => s.Split('\n').Append(s)).Where(s => s.Length >= Least && !s.StartsWith("-----", StringComparison.Ordinal)).SelectMany(Spellings)
            .Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length).ThenBy(s => s, StringComparer.Ordinal),
    ]);

    /// <summary>The text without them. Where it was cut off at its beginning, half a secret there is hidden too.</summary>
    public string Hide(string text)
    {
        foreach (string spelling in _spellings) text = text.Replace(spelling, Hidden, StringComparison.Ordinal);
        foreach (string spelling in _spellings)
            for (int cut = 1; cut <= spelling.Length - Least; cut++)
                if (text.AsSpan().StartsWith(spelling.AsSpan(cut), StringComparison.Ordinal)) return string.Concat(Hidden, text.AsSpan(spelling.Length - cut));
        return text;
    }

    private static IEnumerable<string> Spellings(string secret) =>
    [
        secret,
        secret.Replace("'", "'\\''", StringComparison.Ordinal),
        secret.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal),
        JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        JsonEncodedText.Encode(secret).Value,
        Uri.EscapeDataString(secret),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
    ];
}
