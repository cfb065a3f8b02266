using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>One file on its way: a port of its own (the transfer id, RFC 1350 §4), connected to the client, and the sender that decides.</summary>
internal sealed class TftpTransfer : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly TimeSpan _began;

    /// <param name="socket">Bound and connected to the client; owned from now on, as is the file.</param>
    public TftpTransfer(Socket socket, IPEndPoint client, (SafeFileHandle File, string Name) file, TftpPacket.ReadRequest request, TimeSpan now)
    {
        (Socket, Client, _file, Name, _began) = (socket, client, file.File, file.Name, now);
        Length = RandomAccess.GetLength(_file);
        Terms = TftpTerms.For(request, Length);
        Sender = new TftpSender(Terms, Length, Read, now);
        IsProbe = request.Option("tsize") == 0;
    }

    public Socket Socket { get; }
    public IPEndPoint Client { get; }
    public string Name { get; }
    public long Length { get; }
    public TftpTerms Terms { get; }
    public TftpSender Sender { get; }

    /// <summary>The client asked for the size, and may go away with it: EDK2 asks, sends ERROR 8, and comes again without the question.</summary>
    public bool IsProbe { get; }

    public double Seconds(TimeSpan now) => (now - _began).TotalSeconds;

    /// <summary>Takes one datagram from the client, if it is a packet.</summary>
    public void Receive(Span<byte> buffer, TimeSpan now)
    {
        try
        {
            int length = Socket.Receive(buffer);
            Sender.On(TftpCodec.Parse(buffer[..length]), now);
        }
        catch (WireException)
        {
            // Not TFTP: as if it had not come.
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            Sender.On(new TftpPacket.Error(TftpError.NotDefined, "the client closed its port"), now);
        }
        catch (SocketException)
        {
            // Nothing there after all, or the link is down: the deadline decides.
        }
    }

    /// <summary>Sends all that is due.</summary>
    public void SendDue(Span<byte> buffer, TimeSpan now)
    {
        try
        {
            while (Sender.Next(buffer, now) is > 0 and var length) Socket.Send(buffer[..length]);
        }
        catch (SocketException)
        {
            // Buffer full, link down, or an ICMP error of an earlier datagram: the deadline sends again.
        }
    }

    // A file that can't be read any more ends the transfer, as one that became shorter does.
    private int Read(long offset, Span<byte> to)
    {
        try
        {
            return RandomAccess.Read(_file, to, offset);
        }
        catch (IOException)
        {
            return -1;
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        _file.Dispose();
    }
}
