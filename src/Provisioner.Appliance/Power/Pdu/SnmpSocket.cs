using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Provisioner.Wire.Snmp;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>
/// A UDP socket for one question. It is connected, so that the kernel drops what comes from any other address or port; its own port is chance each time.
/// </summary>
internal static class SnmpSocket
{
    /// <summary>Asks until there is an answer, or there is none.</summary>
    /// <exception cref="SnmpException">there is none.</exception>
    public static async Task<SnmpPdu> AskAsync(string address, int port, ISnmpConversation conversation, ImmutableArray<TimeSpan> tries, TimeProvider clock, CancellationToken cancel)
    {
        string? trouble = null;
        try
        {
            var ip = IPAddress.TryParse(address, out var literal) ? literal
                : (await Dns.GetHostAddressesAsync(address, cancel)).FirstOrDefault() ?? throw new SocketException((int)SocketError.HostNotFound);
            using var socket = new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(ip, port), cancel);
            var buffer = new byte[CommunityMessage.MaxDatagram + 1];
            var step = conversation.Start(Seconds(clock));
            while (step is SnmpStep.Send send)
            {
                trouble = await SendAsync(socket, send.Datagram, cancel) ?? trouble;
                (step, trouble) = await HearAsync(socket, buffer, conversation, tries[Math.Min(send.Try, tries.Length) - 1], trouble, clock, cancel);
            }
            return step switch
            {
                SnmpStep.Done done => done.Pdu,
                SnmpStep.Failed { Failure: SnmpFailure.Silent } when trouble is not null => throw new SnmpException(SnmpFailure.Silent, trouble),
                SnmpStep.Failed failed => throw new SnmpException(failed.Failure, failed.Why),
                _ => throw new InvalidOperationException($"a conversation ended with {step}"),
            };
        }
        catch (SocketException e)
        {
            throw new SnmpException(SnmpFailure.Silent, $"{Words(e)}; check the address of the PDU");
        }
    }

    private static long Seconds(TimeProvider clock) => clock.GetTimestamp() / clock.TimestampFrequency;

    private static async Task<string?> SendAsync(Socket socket, ReadOnlyMemory<byte> datagram, CancellationToken cancel)
    {
        try
        {
            await socket.SendAsync(datagram, cancel);
            return null;
        }
        catch (SocketException e)
        {
            // The error of an earlier datagram, or no route now: the next try may do better.
            return Words(e);
        }
    }

    private static async Task<(SnmpStep Step, string? Trouble)> HearAsync(
        Socket socket, byte[] buffer, ISnmpConversation conversation, TimeSpan wait, string? trouble, TimeProvider clock, CancellationToken cancel)
    {
        using var time = new CancellationTokenSource(wait, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        while (true)
        {
            try
            {
                int length = await socket.ReceiveAsync(buffer, end.Token);
                var step = conversation.On(buffer.AsSpan(0, length), Seconds(clock));
                if (step is not SnmpStep.Wait) return (step, null);
                trouble = null;
            }
            catch (SocketException e)
            {
                trouble = Words(e);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return (conversation.OnTimeout(Seconds(clock)), trouble);
            }
        }
    }

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "its address says that the UDP port is closed: is SNMP switched on there?",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "there is no route to it",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name has no address",
        _ => $"the network says: {error.Message}",
    };
}

/// <summary>A question that got no answer.</summary>
internal sealed class SnmpException(SnmpFailure failure, string why) : Exception(why)
{
    public SnmpFailure Failure => failure;
}
