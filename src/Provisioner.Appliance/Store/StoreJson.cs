using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Store;

/// <summary>How documents and events are written to disk: camelCase, enums as words, nulls left out.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Machine))]
[JsonSerializable(typeof(TimelineEvent))]
[JsonSerializable(typeof(BundleDeployment))]
[JsonSerializable(typeof(NodeState))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(ImmutableDictionary<string, string>))]
internal sealed partial class StoreJson : JsonSerializerContext;
