using System.Net;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>An answer, whole.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Its body.</param>
internal sealed record RedfishAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>The header ETag as it came, or null.</summary>
    public string? ETag { get; init; }
    /// <summary>The path of the header Location, or null.</summary>
    public string? Location { get; init; }
    /// <summary>The header X-Auth-Token, or null. Never to be shown.</summary>
    public string? Token { get; init; }
    /// <summary>What Retry-After asks for, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
    /// <summary>Where a redirect leads, or null.</summary>
    public Uri? Redirect { get; init; }
    /// <summary>The methods that the resource has, as far as it says.</summary>
    public string Allow { get; init; } = "";

    public bool IsGood => Status is >= 200 and < 300;
    public bool IsAccepted => Status == (int)HttpStatusCode.Accepted;

    /// <summary>The resource in it; an empty one where there is no body.</summary>
    /// <exception cref="RedfishFailure">it is no JSON object.</exception>
    public RedfishResource Resource(string path)
    {
        if (Body.IsEmpty) return default;
        return RedfishResource.TryParse(Body, out var resource, out string? why) ? resource : throw new RedfishFailure(PowerFailure.Garbled, $"the answer to {path} is {why}");
    }

    /// <summary>As <see cref="Resource"/>, an empty one where it is no JSON: for answers whose body nobody needs.</summary>
    public RedfishResource ResourceIfAny => RedfishResource.TryParse(Body, out var resource, out _) ? resource : default;

    public override string ToString() => $"HTTP {Status}, {Body.Length} bytes";
}
