using System.Net.Sockets;
using System.Runtime.InteropServices;
using Provisioner.ApplianceTests.Servers;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.ApplianceTests.Network;

/// <summary>Hears every ACK that reaches the clients' side, whoever asked for it: who was promised which address.</summary>
internal sealed class AckWatch : IDisposable
{
    private const int EtherTypeIpv4 = 0x0008; // 0x0800 in network order
    private const int SolSocket = 1, ReceiveBufferForce = 33;
    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly Dictionary<Ipv4Address, HashSet<MacAddress>> _promised = [];
    private long _acks;
    private volatile bool _stopping;

    public AckWatch(Namespaces net)
    {
        _socket = Namespaces.In(net.ClientSide, () => new Socket(AddressFamily.Packet, SocketType.Dgram, (ProtocolType)EtherTypeIpv4) { ReceiveTimeout = 200 });
        _socket.SetRawSocketOption(SolSocket, ReceiveBufferForce, BitConverter.GetBytes(64 << 20));
        _thread = new Thread(Listen) { IsBackground = true, Name = "ack watch" };
        _thread.Start();
    }

    /// <summary>ACKs heard so far.</summary>
    public long Acks => Interlocked.Read(ref _acks);

    /// <summary>Whom each address was promised to.</summary>
    public Dictionary<Ipv4Address, MacAddress[]> Promised
    {
        get { lock (_lock) return _promised.ToDictionary(p => p.Key, p => p.Value.ToArray()); }
    }

    public void Dispose()
    {
        _stopping = true;
        _thread.Join(TimeSpan.FromSeconds(5));
        _socket.Dispose();
    }

    private void Listen()
    {
        var buffer = new byte[2048];
        while (!_stopping)
        {
            try
            {
                Hear(buffer.AsSpan(0, _socket.Receive(buffer)));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.NetworkDown)
            {
            }
        }
    }

    // IPv4 without options, UDP from port 67.
    private void Hear(ReadOnlySpan<byte> packet)
    {
        if (packet.Length <= UdpPacket.HeaderLength || packet[0] != 0x45 || packet[9] != 17 || packet[20] != 0 || packet[21] != 67) return;
        DhcpMessage message;
        try
        {
            message = DhcpCodec.Parse(packet[UdpPacket.HeaderLength..]);
        }
        catch (WireException)
        {
            return;
        }
        if (!message.IsReply || message.Type != DhcpMessageType.Ack) return;
        lock (_lock) (CollectionsMarshal.GetValueRefOrAddDefault(_promised, message.YiAddr, out _) ??= []).Add(message.ChAddr);
        Interlocked.Increment(ref _acks);
    }
}
