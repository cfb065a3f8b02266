using System.Globalization;

namespace Provisioner.Domain.Files;

/// <summary>A file as a client may ask about it.</summary>
/// <param name="Length">Octets.</param>
/// <param name="Modified">Last change; finer than the second that HTTP's dates have.</param>
public sealed record FileFacts(long Length, DateTimeOffset Modified)
{
    /// <summary>A strong validator (RFC 9110 §8.8.3): changes with every write that changes time or length.</summary>
    public string ETag { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{Modified.UtcTicks:x}-{Length:x}\"");

    /// <summary>The change in whole seconds, as Last-Modified tells it.</summary>
    public DateTimeOffset ModifiedSecond { get; } = new(Modified.UtcTicks - (Modified.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
