using System.Collections.Immutable;
using System.Text.Json;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>Fields of the network model in a body. What is missing keeps the value that stands there; an empty text takes an optional one away.</summary>
internal static class NetworkFields
{
    public const int MostText = 200;

    public static Ipv4Address? Address(this Fields fields, string name, bool required = false)
    {
        if (fields.Text(name, 15, required) is not { Length: > 0 } text) return null;
        if (Ipv4Address.TryParse(text, out var address)) return address;
        fields.Fault($"{name} \"{text}\" is not an IPv4 address such as 10.77.0.1");
        return null;
    }

    /// <summary>An address that an empty text takes away.</summary>
    public static Ipv4Address? Address(this Fields fields, string name, Ipv4Address? before)
    {
        if (fields.Text(name, 15) is not { } text) return before;
        if (text.Length == 0) return null;
        if (Ipv4Address.TryParse(text, out var address)) return address;
        fields.Fault($"{name} \"{text}\" is not an IPv4 address such as 10.77.0.1");
        return before;
    }

    public static ImmutableArray<Ipv4Address> Addresses(this Fields fields, string name, ImmutableArray<Ipv4Address> before)
    {
        if (!fields.Has(name)) return before;
        var addresses = ImmutableArray.CreateBuilder<Ipv4Address>();
        foreach (string text in fields.Texts(name, 8, 15))
        {
            if (Ipv4Address.TryParse(text, out var address)) addresses.Add(address);
            else fields.Fault($"{name}: \"{text}\" is not an IPv4 address such as 10.77.0.1");
        }
        return addresses.ToImmutable();
    }

    public static MacAddress? Mac(this Fields fields, string name, bool required = false)
    {
        if (fields.Text(name, 32, required) is not { Length: > 0 } text) return null;
        if (MacAddress.TryParse(text, out var mac)) return mac;
        fields.Fault($"\"{text}\" is not a MAC address such as 52:54:00:12:34:56");
        return null;
    }

    /// <summary>A text that an empty one takes away.</summary>
    public static string? Optional(this Fields fields, string name, string? before) => fields.Text(name, MostText) switch
    {
        null => before,
        "" => null,
        var text => text,
    };

    public static TimeSpan Delay(this Fields fields, TimeSpan before) => fields.Number("replyDelaySeconds", 0, 8) is { } seconds ? TimeSpan.FromSeconds(seconds) : before;

    public static T OneOf<T>(this Fields fields, string name, T otherwise) where T : struct, Enum
    {
        if (fields.Text(name, 20) is not { } text) return otherwise;
        if (text.All(char.IsAsciiLetterLower) && Enum.TryParse<T>(text, ignoreCase: true, out var value)) return value;
        fields.Fault($"{name} \"{text}\" is not one of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}");
        return otherwise;
    }

    public static ImmutableArray<SubnetOption> Options(this Fields fields, ImmutableArray<SubnetOption> before)
    {
        if (fields.List("options") is not { } list) return before;
        var options = ImmutableArray.CreateBuilder<SubnetOption>();
        foreach (var item in list)
        {
            if (item.ValueKind is JsonValueKind.Object && item.TryGetProperty("code", out var code) && code.TryGetInt32(out int number)
                && item.TryGetProperty("value", out var value) && value.ValueKind is JsonValueKind.String && value.GetString()!.Length <= 1024)
                options.Add(new(number, value.GetString()!));
            else fields.Fault("""an option is { "code": 43, "value": "hex 01ff" }""");
        }
        return options.ToImmutable();
    }
}
