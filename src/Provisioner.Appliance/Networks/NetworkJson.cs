using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Networks;

/// <summary>How the network model is written to disk.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Ipv4AddressJson), typeof(Ipv4SubnetJson), typeof(MacAddressJson)])]
[JsonSerializable(typeof(Fabric))]
[JsonSerializable(typeof(Space))]
[JsonSerializable(typeof(Vlan))]
[JsonSerializable(typeof(Subnet))]
[JsonSerializable(typeof(IpRange))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(StaticAddress))]
internal sealed partial class NetworkJson : JsonSerializerContext;

/// <summary>Dotted decimal.</summary>
internal sealed class Ipv4AddressJson : JsonConverter<Ipv4Address>
{
    public override Ipv4Address Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Ipv4Address.TryParse(reader.GetString(), out var address) ? address : throw new JsonException($"\"{reader.GetString()}\" is not an IPv4 address such as 10.77.0.1");

    public override void Write(Utf8JsonWriter writer, Ipv4Address value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary><c>10.77.0.0/24</c>.</summary>
internal sealed class Ipv4SubnetJson : JsonConverter<Ipv4Subnet>
{
    public override Ipv4Subnet Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Ipv4Subnet.TryParse(reader.GetString(), out var subnet) ? subnet : throw new JsonException($"\"{reader.GetString()}\" is not a subnet such as 10.77.0.0/24");

    public override void Write(Utf8JsonWriter writer, Ipv4Subnet value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Lower case with colons.</summary>
internal sealed class MacAddressJson : JsonConverter<MacAddress>
{
    public override MacAddress Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        MacAddress.TryParse(reader.GetString(), out var mac) ? mac : throw new JsonException($"\"{reader.GetString()}\" is not a MAC address such as 52:54:00:12:34:56");

    public override void Write(Utf8JsonWriter writer, MacAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
