using System.Net.Sockets;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>The socket of a transfer: a port of its own (our transfer id, RFC 1350 §4), connected to the client.</summary>
internal sealed class TftpLine : IDisposable
{
    // What one send may carry: an IP packet, and as many segments as the oldest kernel with UDP_SEGMENT takes.
    private const int MostOctets = 65_000, MostSegments = 64;
    private readonly Socket _socket;
    private bool _segments;

    /// <param name="socket">Owned from now on.</param>
    public TftpLine(Socket socket, TftpTransfer transfer)
    {
        (_socket, Transfer, Number) = (socket, transfer, NonBlocking.Number(socket));
        _segments = transfer.Terms.WindowSize > 1 && NonBlocking.Segment(Number, transfer.Terms.BlockSize + TftpCodec.DataHeader);
    }

    public TftpTransfer Transfer { get; }

    /// <summary>The kernel's number of the socket.</summary>
    public int Number { get; }

    /// <summary>Takes one datagram, where there is one.</summary>
    public bool Receive(Span<byte> buffer, TimeSpan now)
    {
        int length = NonBlocking.Receive(Number, buffer);
        if (length == NonBlocking.ConnectionRefused) Transfer.Sender.On(new TftpPacket.Error(TftpError.NotDefined, "the client closed its port"), now);
        else if (length < 0) return false; // nothing there after all, or the link is down: the deadline decides
        else Transfer.On(buffer[..length], now);
        return true;
    }

    /// <summary>Sends all that is due: a window as one packet that the kernel cuts, where it can. What doesn't go out the deadline sends again.</summary>
    /// <param name="arena">At least 64 KiB.</param>
    /// <returns>Whether something was due.</returns>
    public bool SendDue(Span<byte> arena, TimeSpan now)
    {
        int filled = 0, size = 0;
        bool any = false;
        while (Transfer.Sender.Next(arena[filled..], now) is > 0 and var length)
        {
            if (filled == 0) size = length;
            filled += length;
            any = true;
            // Only the last datagram of a packet may be shorter.
            if (_segments && length == size && filled + size <= MostOctets && filled / size < MostSegments) continue;
            Send(arena[..filled], size);
            filled = 0;
        }
        if (filled > 0) Send(arena[..filled], size);
        return any;
    }

    private void Send(ReadOnlySpan<byte> datagrams, int size)
    {
        if (NonBlocking.Send(Number, datagrams) >= 0 || !_segments || datagrams.Length <= size) return;
        // The way to this client is narrower than a block (EINVAL), or the card can't (EIO): one by one from now on.
        _segments = false;
        NonBlocking.Segment(Number, 0);
        for (; datagrams.Length > 0; datagrams = datagrams[Math.Min(size, datagrams.Length)..]) NonBlocking.Send(Number, datagrams[..Math.Min(size, datagrams.Length)]);
    }

    public void Dispose() => _socket.Dispose();
}
