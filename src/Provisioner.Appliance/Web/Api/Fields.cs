using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Provisioner.Appliance.Web.Api;

/// <summary>
/// Reads a JSON object field by field and remembers every fault, so that one answer names all of them. A field that nobody asked for is a fault too:
/// a misspelt option must not be ignored in silence.
/// </summary>
internal sealed class Fields
{
    private readonly Dictionary<string, JsonElement> _left = [];
    private readonly List<string> _faults = [];

    private Fields(JsonElement body)
    {
        foreach (var property in body.EnumerateObject())
            if (!_left.TryAdd(property.Name, property.Value)) _faults.Add($"{property.Name} is there twice");
    }

    /// <summary>Reads a request's body. Null with a problem where it is no JSON object at all.</summary>
    public static async Task<(Fields? Fields, ProblemHttpResult? Problem)> ReadAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType()) return (null, Refusal.Problem(415, "the body must be JSON: send Content-Type: application/json"));
        var bytes = await BodyAsync(http);
        if (bytes is null) return (null, Refusal.Problem(413, $"the body is larger than {Limits.Body} bytes"));
        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = 8 });
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? (new Fields(document.RootElement.Clone()), null)
                : (null, Refusal.Problem(400, "the body must be a JSON object"));
        }
        catch (JsonException e)
        {
            return (null, Refusal.Problem(400, $"the body is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}"));
        }
    }

    public string? Text(string name, int most, bool required = false)
    {
        if (Take(name, required) is not { } value) return null;
        if (value.ValueKind is not JsonValueKind.String) return Wrong<string>($"{name} must be a text");
        string text = value.GetString()!;
        if (required && text.Length == 0) return Wrong<string>($"{name} must not be empty");
        return text.Length <= most ? text : Wrong<string>($"{name} has {text.Length} characters, {most} are possible");
    }

    public bool? Flag(string name) => Take(name, false) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => Wrong<bool>($"{name} must be true or false"),
    };

    public int? Number(string name, int least, int most)
    {
        if (Take(name, false) is not { } value) return null;
        return value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number : Wrong<int>($"{name} must be a whole number from {least} to {most}");
    }

    public IReadOnlyList<string> Texts(string name, int count, int most, bool required = false)
    {
        if (Take(name, required) is not { } value) return [];
        if (value.ValueKind is not JsonValueKind.Array || value.EnumerateArray().Any(e => e.ValueKind is not JsonValueKind.String))
        {
            _faults.Add($"{name} must be a list of texts");
            return [];
        }
        var texts = value.EnumerateArray().Select(e => e.GetString()!).ToList();
        if (texts.Count > count) _faults.Add($"{name} has {texts.Count} entries, {count} are possible");
        if (texts.FindIndex(t => t.Length > most) is >= 0 and var i) _faults.Add($"{name}[{i}] has {texts[i].Length} characters, {most} are possible");
        return texts;
    }

    /// <summary>An object whose values are texts.</summary>
    public IReadOnlyDictionary<string, string> Map(string name, int count, int most)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Take(name, false) is not { } value) return map;
        if (value.ValueKind is not JsonValueKind.Object)
        {
            _faults.Add($"{name} must be an object of texts");
            return map;
        }
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String && property.Value.GetString()!.Length <= most && property.Name.Length <= 64) map[property.Name] = property.Value.GetString()!;
            else _faults.Add($"{name}: each name is a text of at most 64 characters, each value one of at most {most}");
        }
        if (map.Count > count) _faults.Add($"{name} has {map.Count} entries, {count} are possible");
        return map;
    }

    /// <summary>The body has this field.</summary>
    public bool Has(string name) => _left.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null;

    /// <summary>The items of a list, for whoever reads them one by one.</summary>
    public IReadOnlyList<JsonElement>? List(string name)
    {
        if (Take(name, false) is not { } value) return null;
        return value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray()] : Wrong<IReadOnlyList<JsonElement>>($"{name} must be a list");
    }

    /// <summary>Adds a fault of the caller's.</summary>
    public void Fault(string? sentence)
    {
        if (sentence is not null) _faults.Add(sentence);
    }

    /// <summary>Null when all is well; else one problem that names everything that is wrong.</summary>
    public ProblemHttpResult? Problem()
    {
        _faults.AddRange(_left.Keys.Select(unknown => $"{unknown} is not a field of this body"));
        return _faults.Count == 0 ? null : Refusal.Problem(400, string.Join("; ", _faults), new Dictionary<string, object?> { ["errors"] = _faults.ToArray() });
    }

    private JsonElement? Take(string name, bool required)
    {
        if (_left.Remove(name, out var value) && value.ValueKind is not JsonValueKind.Null) return value;
        if (required) _faults.Add($"{name} is missing");
        return null;
    }

    private T? Wrong<T>(string sentence)
    {
        _faults.Add(sentence);
        return default;
    }

    private static async Task<byte[]?> BodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength > Limits.Body) return null;
        using var body = new MemoryStream();
        byte[] buffer = new byte[8192];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > Limits.Body) return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }
}
