using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Provisioner.Appliance.Web.Api;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MachineList))]
[JsonSerializable(typeof(ImageList))]
[JsonSerializable(typeof(RoleList))]
[JsonSerializable(typeof(EventList))]
[JsonSerializable(typeof(BreakdownDto))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(NewKeyDto))]
[JsonSerializable(typeof(SystemDto))]
[JsonSerializable(typeof(DeployBody))]
[JsonSerializable(typeof(PowerBody))]
[JsonSerializable(typeof(RenameBody))]
[JsonSerializable(typeof(TagsBody))]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(ExplainBody))]
[JsonSerializable(typeof(ExplanationDto))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
