using System.Text.Json;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>A refusal of the service: status and message of the Base registry (DSP0268).</summary>
internal sealed class ServiceRefusal(int status, string name, params string[] arguments) : Exception
{
    public int Status => status;
    public string Name => name;
    public override string Message => name;
    public string[] Arguments => arguments;
}

/// <summary>What a property or a parameter may hold.</summary>
internal sealed record Holds(JsonValueKind Kind, string[]? OneOf = null, bool Nullable = false, bool IsRequired = false, bool IsUrl = false)
{
    public static Holds Text => new(JsonValueKind.String);
    public static Holds Url => new(JsonValueKind.String, IsUrl: true);
    public static Holds Flag => new(JsonValueKind.True);
    public static Holds Object => new(JsonValueKind.Object);
    public static Holds Any(params string[] values) => new(JsonValueKind.String, values);
    public Holds Required => this with { IsRequired = true };
    public Holds OrNull => this with { Nullable = true };
}

/// <summary>Checks bodies by the letter: what isn't in the table is refused, as is what has another type or value than the schema gives it.</summary>
internal static class ServiceRules
{
    /// <summary>A whole body. <paramref name="isAction"/>: names of the messages are those of parameters.</summary>
    public static void Check(JsonElement body, IReadOnlyDictionary<string, Holds> table, bool isAction)
    {
        if (body.ValueKind is not JsonValueKind.Object) throw new ServiceRefusal(400, "MalformedJSON");
        foreach (var property in body.EnumerateObject())
        {
            if (!table.TryGetValue(property.Name, out var holds)) throw new ServiceRefusal(400, isAction ? "ActionParameterUnknown" : "PropertyUnknown", property.Name);
            Check(property.Name, property.Value, holds, isAction);
        }
        foreach (var (name, _) in table.Where(t => t.Value.IsRequired))
            if (!body.TryGetProperty(name, out _)) throw new ServiceRefusal(400, isAction ? "ActionParameterMissing" : "PropertyMissing", name);
    }

    private static void Check(string name, JsonElement value, Holds holds, bool isAction)
    {
        if (value.ValueKind is JsonValueKind.Null && holds.Nullable) return;
        bool fits = holds.Kind is JsonValueKind.True ? value.ValueKind is JsonValueKind.True or JsonValueKind.False : value.ValueKind == holds.Kind;
        if (!fits) throw new ServiceRefusal(400, isAction ? "ActionParameterValueTypeError" : "PropertyValueTypeError", value.GetRawText(), name);
        if (holds.OneOf is { } values && !values.Contains(value.GetString())) throw new ServiceRefusal(400, isAction ? "ActionParameterValueNotInList" : "PropertyValueNotInList", value.GetString()!, name);
        if (holds.IsUrl && !Uri.TryCreate(value.GetString(), UriKind.Absolute, out _)) throw new ServiceRefusal(400, "PropertyValueFormatError", value.GetString()!, name);
    }
}
