using System.Text.Json.Serialization;

namespace Provisioner.Appliance.Packages;

/// <summary>A file in the cache, whole or in part, as it is written down beside its body.</summary>
/// <param name="Url">What it is known by.</param>
/// <param name="Archive">Name of its archive.</param>
/// <param name="Body">Name of the file that holds its bytes, in the same folder.</param>
/// <param name="Length">Bytes of the whole, or null where the archive didn't say.</param>
/// <param name="ETag">The archive's entity tag, with quotes.</param>
/// <param name="LastModified">The archive's date.</param>
/// <param name="ContentType">The archive's content type.</param>
/// <param name="FetchedAt">When it began to come.</param>
/// <param name="Synced">Of a part: bytes that are surely on the disk, also after a power cut.</param>
/// <param name="Boot">Of a part: boot id of the machine then. In the same boot all that was written is there.</param>
internal sealed record CachedFile(
    string Url, string Archive, string Body, long? Length, string? ETag, DateTimeOffset? LastModified, string? ContentType, DateTimeOffset FetchedAt,
    long Synced = 0, string? Boot = null)
{
    /// <summary>What a part can be continued with (If-Range, RFC 9110 §13.1.5): a strong tag, else the date; null where there is neither.</summary>
    [JsonIgnore]
    public string? IfRange => ETag is ['"', ..] ? ETag : LastModified?.ToString("R");
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CachedFile))]
internal sealed partial class CachedFileJson : JsonSerializerContext;
