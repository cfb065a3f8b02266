using System.Buffers.Binary;

namespace Provisioner.Appliance.Servers;

/// <summary>DNS over TCP: two octets of length before each message (RFC 1035 §4.2.2).</summary>
internal static class DnsTcp
{
    /// <summary>The next message, or null when the other side has no more.</summary>
    public static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        var prefix = new byte[2];
        if (await stream.ReadAtLeastAsync(prefix, 2, throwOnEndOfStream: false, cancel).ConfigureAwait(false) < 2) return null;
        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        return await stream.ReadAtLeastAsync(message, message.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false) < message.Length ? null : message;
    }

    /// <summary>Writes length and message in one segment (RFC 7766 §8).</summary>
    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        var framed = new byte[message.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)message.Length);
        message.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancel).ConfigureAwait(false);
    }
}
