using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Agent;

// What the agent in the ramdisk and the appliance say to each other: pxe/ramdisk holds the other half.

internal sealed record HelloRequest(string Machine, string Mac, string Firmware, double UptimeSeconds);
internal sealed record HelloReply(string Machine, string Name, string Session);

internal sealed record BmcReport(
    string State, string? Reason = null, string? Address = null, int? Port = null, string? Username = null, string? Password = null,
    string? Privilege = null, int? ManufacturerId = null, string? FirmwareVersion = null, RedfishReport? Redfish = null)
{
    /// <summary>For logs: without the password.</summary>
    public override string ToString() => $"BMC {State} {Address}";
}

/// <summary>The BMC's Redfish service as SMBIOS type 42 names it to the machine (DMTF DSP0270).</summary>
internal sealed record RedfishReport(string? Address = null, int? Port = null, string? Hostname = null);

internal sealed record ProgressReport(int Order, string Step, long DoneBytes, long TotalBytes);
internal sealed record EventReport(string Kind, string Text, string? Level = null, long? Bytes = null, double? Seconds = null);
internal sealed record DoneReport(int Order, bool Ok, string? Error = null, double Seconds = 0, long Bytes = 0);

internal sealed record NextReply(int Order, string Action, ImageOrder? Image = null, DiskOrder? Disk = null, string? DiskId = null, SeedOrder? Seed = null);
internal sealed record ImageOrder(string Url, long SizeBytes, string Sha256, long RawBytes, int RootPartition);
internal sealed record DiskOrder(string Path, string Serial, string Wwn, long SizeBytes);
internal sealed record SeedOrder(string Directory, ImmutableSortedDictionary<string, string> Files);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HelloRequest))]
[JsonSerializable(typeof(HelloReply))]
[JsonSerializable(typeof(Inventory))]
[JsonSerializable(typeof(BmcReport))]
[JsonSerializable(typeof(ProgressReport))]
[JsonSerializable(typeof(EventReport[]))]
[JsonSerializable(typeof(DoneReport))]
[JsonSerializable(typeof(NextReply))]
[JsonSerializable(typeof(Error))]
internal sealed partial class AgentJson : JsonSerializerContext;
