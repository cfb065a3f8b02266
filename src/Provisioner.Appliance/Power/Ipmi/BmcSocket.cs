using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>
/// A UDP socket to one BMC. It is connected, so that the kernel drops what comes from any other address or port, and tells of a
/// closed port. It runs conversations: sends what they say, hands in what arrives, keeps the time of each try.
/// </summary>
internal sealed class BmcSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly TimeProvider _clock;
    private readonly byte[] _buffer = new byte[Rmcp.MaxDatagram + 1];

    private BmcSocket(Socket socket, TimeProvider clock) => (_socket, _clock) = (socket, clock);

    /// <summary>Datagrams sent and received.</summary>
    public long Datagrams { get; private set; }

    /// <summary>What the network said during the last conversation instead of an answer, or null.</summary>
    public string? Trouble { get; private set; }

    public static async Task<BmcSocket> OpenAsync(string address, int port, TimeProvider clock, CancellationToken cancel)
    {
        Socket? socket = null;
        try
        {
            var ip = IPAddress.TryParse(address, out var literal) ? literal
                : (await Dns.GetHostAddressesAsync(address, cancel)).FirstOrDefault() ?? throw new SocketException((int)SocketError.HostNotFound);
            socket = new(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(ip, port), cancel);
            return new(socket, clock);
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new IpmiException(IpmiFailure.Silent, $"{Words(error)}; check the address of the BMC");
        }
    }

    /// <summary>Runs a conversation to its end: <see cref="IpmiStep.Done"/> or <see cref="IpmiStep.Failed"/>.</summary>
    public async Task<IpmiStep> RunAsync(IIpmiConversation conversation, ImmutableArray<TimeSpan> tries, CancellationToken cancel)
    {
        Trouble = null;
        var step = conversation.Start();
        while (step is IpmiStep.Send send)
        {
            await SendAsync(send.Datagram, cancel);
            step = await HearAsync(conversation, tries[Math.Min(send.Try, tries.Length) - 1], cancel);
        }
        if (step is IpmiStep.Failed { LastWord: { IsEmpty: false } word }) Send(word.Span);
        return step;
    }

    /// <summary>The next datagram, for the console, which speaks without being asked.</summary>
    public async Task<byte[]> NextAsync(CancellationToken cancel)
    {
        while (true)
            if (await ReceiveAsync(cancel) is { } length) return _buffer[..length];
    }

    /// <summary>Sends what nobody waits for an answer to.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.Send(datagram);
            Datagrams++;
        }
        catch (SocketException error)
        {
            Trouble = Words(error);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancel)
    {
        try
        {
            await _socket.SendAsync(datagram, cancel);
            Datagrams++;
        }
        catch (SocketException error)
        {
            // The error of an earlier datagram, or no route now: the try goes on, the next one may do better.
            Trouble = Words(error);
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<IpmiStep> HearAsync(IIpmiConversation conversation, TimeSpan wait, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(wait, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            while (true)
            {
                int? length = await ReceiveAsync(end.Token);
                if (length is not { } octets) continue;
                var step = conversation.On(_buffer.AsSpan(0, octets));
                if (step is not IpmiStep.Wait) return step;
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return conversation.OnTimeout();
        }
    }

    private async Task<int?> ReceiveAsync(CancellationToken cancel)
    {
        try
        {
            int length = await _socket.ReceiveAsync(_buffer, cancel);
            Datagrams++;
            return length;
        }
        catch (SocketException error)
        {
            Trouble = Words(error);
            return null;
        }
    }

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "its address says that the UDP port is closed",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to it",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name has no address",
        _ => $"the network says: {error.Message}",
    };
}
