using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>A login: DSP0266 §13.3.4.2. Never to be shown.</summary>
public sealed record SessionBody(string UserName, string Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"session of {UserName}";
}

/// <summary>The body of ComputerSystem.Reset. <paramref name="Action"/> stands only in what iLO 4 takes before 2.30.</summary>
public sealed record ResetBody(string ResetType, string? Action = null);

/// <summary>A PATCH of the boot override.</summary>
public sealed record BootBody(BootPart Boot);

/// <summary>The boot override in a PATCH: DSP0268 ComputerSystem Boot.</summary>
public sealed record BootPart(string BootSourceOverrideTarget, string BootSourceOverrideEnabled, string? BootSourceOverrideMode, string? HttpBootUri)
{
    /// <summary>Of what is to be written.</summary>
    public static BootBody Of(BootOverride order) => new(new(order.Target, order.Enabled, order.Mode, order.HttpBootUri));
}

/// <summary>An image for a virtual drive: DSP0268 VirtualMedia InsertMedia.</summary>
public sealed record MediaBody(string Image)
{
    /// <summary>It is in the drive at once.</summary>
    public bool? Inserted { get; init; }
    /// <summary>The machine can't write on it.</summary>
    public bool? WriteProtected { get; init; }
    /// <summary>HTTP, HTTPS …</summary>
    public string? TransferProtocolType { get; init; }
    /// <summary>Stream or Upload.</summary>
    public string? TransferMethod { get; init; }
}

/// <summary>An empty drive, by PATCH: the null has to be there.</summary>
public sealed record EmptyMediaBody([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Image, bool Inserted);

/// <summary>An action without parameters: some services refuse an empty body, none an empty object.</summary>
public sealed record EmptyBody;

/// <summary>What is sent, compiled into the program.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SessionBody))]
[JsonSerializable(typeof(ResetBody))]
[JsonSerializable(typeof(BootBody))]
[JsonSerializable(typeof(MediaBody))]
[JsonSerializable(typeof(EmptyMediaBody))]
[JsonSerializable(typeof(EmptyBody))]
[JsonSerializable(typeof(DellProfileBody))]
public sealed partial class RedfishBodies : JsonSerializerContext;
