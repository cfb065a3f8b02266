using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>Who reads: address and port, the transfer id that it chose (RFC 1350 §4).</summary>
internal readonly record struct TftpClient(Ipv4Address Address, ushort Port);

/// <summary>One file on its way to one client: the sender that decides, and the file that it reads from. No socket.</summary>
internal sealed class TftpTransfer : IDisposable
{
    private const int ReadAhead = 32 << 10;
    private readonly SafeFileHandle _file;
    private readonly byte[] _request;
    private readonly TimeSpan _began;
    private byte[]? _ahead;
    private long _aheadAt;
    private int _aheadCount;

    /// <param name="key">Its number in the table.</param>
    /// <param name="file">Owned from now on.</param>
    /// <param name="datagram">The request as it came.</param>
    public TftpTransfer(long key, TftpClient client, (SafeFileHandle Handle, string Name) file, TftpPacket.ReadRequest request, ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        (Key, Client, _file, Name, _began, _request) = (key, client, file.Handle, file.Name, now, datagram.ToArray());
        Length = RandomAccess.GetLength(_file);
        Terms = TftpTerms.For(request, Length);
        Sender = new TftpSender(Terms, Length, Read, now);
        IsProbe = request.Option("tsize") == 0;
    }

    public long Key { get; }
    public TftpClient Client { get; }
    public string Name { get; }
    public long Length { get; }
    public TftpTerms Terms { get; }
    public TftpSender Sender { get; }

    /// <summary>The client asked for the size, and may go away with it: EDK2 asks, sends ERROR 8, and comes again without the question.</summary>
    public bool IsProbe { get; }

    public double Seconds(TimeSpan now) => (now - _began).TotalSeconds;

    /// <summary>
    /// The same request from the same port once more, because our answer was late or lost: no new transfer. Else the client began anew: ROMs
    /// count their ports from the same number at each start.
    /// </summary>
    public bool IsAgain(ReadOnlySpan<byte> datagram, TimeSpan now) =>
        datagram.SequenceEqual(_request) && (!Sender.HasHeard || now - _began < TimeSpan.FromSeconds(2));

    /// <summary>Takes a datagram of the client's; one that is no packet is as if it had not come.</summary>
    public void On(ReadOnlySpan<byte> datagram, TimeSpan now)
    {
        if (TftpCodec.TryReadAck(datagram, out ushort block))
        {
            Sender.OnAck(block, now);
            return;
        }
        try
        {
            Sender.On(TftpCodec.Parse(datagram), now);
        }
        catch (WireException)
        {
            // not TFTP
        }
    }

    // Read ahead, so that a window costs one call. A file that can't be read any more ends the transfer, as one that became shorter does.
    private int Read(long offset, Span<byte> to)
    {
        if (offset < _aheadAt || offset + to.Length > _aheadAt + _aheadCount)
        {
            _ahead ??= ArrayPool<byte>.Shared.Rent(ReadAhead);
            try
            {
                (_aheadAt, _aheadCount) = (offset, RandomAccess.Read(_file, _ahead.AsSpan(0, ReadAhead), offset));
            }
            catch (IOException)
            {
                return -1;
            }
        }
        int count = Math.Min(to.Length, _aheadCount - (int)(offset - _aheadAt));
        _ahead.AsSpan((int)(offset - _aheadAt), count).CopyTo(to);
        return count;
    }

    public void Dispose()
    {
        if (_ahead is { } ahead) ArrayPool<byte>.Shared.Return(ahead);
        _ahead = null;
        _aheadCount = 0;
        _file.Dispose();
    }
}
