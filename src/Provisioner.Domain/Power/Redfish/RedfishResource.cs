using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>
/// A resource as a controller sent it (DSP0266 §9.5): JSON read property by property, because controllers send numbers as strings, null for what they don't know,
/// and properties of a schema older than the one that they name. What is of another type than the schema says is as if it were not there.
/// </summary>
public readonly struct RedfishResource
{
    /// <summary>Objects in objects, at most; inventories of real controllers stay under 12.</summary>
    public const int MostDepth = 40;
    /// <summary>Members that are looked at in one array.</summary>
    public const int MostMembers = 256;
    private const int MostText = 512;
    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = MostDepth,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };
    private readonly JsonElement _json;

    private RedfishResource(JsonElement json) => _json = json;

    /// <summary>Reads a body. False with the reason, half a sentence, where it is no JSON object.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, out RedfishResource resource, [NotNullWhen(false)] out string? why)
    {
        resource = default;
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(body), Options);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                why = $"a JSON {document.RootElement.ValueKind.ToString().ToLowerInvariant()} where an object was expected";
                return false;
            }
            (resource, why) = (new(document.RootElement.Clone()), null);
            return true;
        }
        catch (JsonException e)
        {
            why = string.Create(CultureInfo.InvariantCulture, $"no whole JSON ({body.Length} bytes, broken at line {e.LineNumber + 1}, byte {e.BytePositionInLine})");
            return false;
        }
    }

    /// <summary>There is nothing in it.</summary>
    public bool IsEmpty => _json.ValueKind is not JsonValueKind.Object;

    /// <summary>Where it is (<c>@odata.id</c>; <c>href</c> before Redfish 1.0), or null.</summary>
    public string? Path => RedfishPath.Of(Text("@odata.id") ?? Text("href"));

    /// <summary>Names of its properties.</summary>
    public IEnumerable<string> Names => IsEmpty ? [] : _json.EnumerateObject().Take(MostMembers).Select(NameOf).OfType<string>();

    /// <summary>The property is there, be it null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>A string, or a number or truth value as one; null where there is none. Without control characters and surrounding spaces.</summary>
    public string? Text(string name) => Find(name) is { } value ? TextOf(value) : null;

    /// <summary>As <see cref="Text"/>, empty where there is none.</summary>
    public string TextOrEmpty(string name) => Text(name) ?? "";

    /// <summary>The strings of an array.</summary>
    public ImmutableArray<string> Texts(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray().Take(MostMembers).Select(TextOf).OfType<string>()] : [];

    /// <summary>A truth value, or null.</summary>
    public bool? Flag(string name) => Text(name)?.ToLowerInvariant() switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    /// <summary>A number, also one that came as a string, or null.</summary>
    public double? Number(string name) =>
        double.TryParse(Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;

    /// <summary>A whole number, or null.</summary>
    public long? Whole(string name) => Number(name) is { } number && Math.Abs(number) < 1e15 ? (long)number : null;

    /// <summary>An object in it, an empty one where there is none.</summary>
    public RedfishResource Sub(string name) => Find(name) is { ValueKind: JsonValueKind.Object } value ? new(value) : default;

    /// <summary>The objects of an array.</summary>
    public IEnumerable<RedfishResource> Subs(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Take(MostMembers).Where(e => e.ValueKind is JsonValueKind.Object).Select(e => new RedfishResource(e)) : [];

    /// <summary>Where a link leads, or null.</summary>
    public string? Link(string name) => Sub(name).Path;

    /// <summary>Where the links of an array lead.</summary>
    public ImmutableArray<string> Links(string name) => [.. Subs(name).Select(s => s.Path).OfType<string>()];

    private JsonElement? Find(string name) => !IsEmpty && _json.TryGetProperty(name, out var value) ? value : null;

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // Octets that are no UTF-8.
            return null;
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Plain(value),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    private static string? Plain(JsonElement value)
    {
        try
        {
            string text = value.GetString()!;
            if (text.Length > MostText) text = text[..MostText];
            return string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or octets that are no UTF-8.
            return null;
        }
    }

    // RFC 8259 §8.1: a parser may take a byte order mark that should not have been sent.
    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) => body.Span.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
