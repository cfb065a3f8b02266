using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Arp;
using Provisioner.Wire.Dhcp;
using Provisioner.Wire.Icmp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Ears on the link of one served interface: who says which address is his (ARP), and which other DHCP servers answer. It asks for an
/// address before that is offered: by ARP on the link itself, by a ping behind a relay.
/// </summary>
internal sealed class LinkWatch(ServedNetwork network, NeighbourBook neighbours, OtherDhcpServers others, TimeProvider time) : IDisposable
{
    private const int SolRaw = 255, IcmpFilter = 1;
    private readonly Ipv4Address _own = Ipv4Address.From(network.Address);
    private readonly RateLimit _overheard = new(burst: 100, perSecond: 20, time);
    private Socket? _arp, _dhcp, _ping;
    private UdpListener? _arpListener, _dhcpListener, _pingListener;
    private IDisposable? _joined;
    private MacAddress _mac;
    private int _index;
    private ushort _pingId, _pings;

    /// <summary>Asks whether somebody has an address.</summary>
    public ConflictProbe Probe { get; private set; } = null!;

    /// <summary>Another server on this link is expected: only boot files are given here.</summary>
    public Func<bool> OthersWanted { get; init; } = () => false;

    /// <summary>Listens from now on.</summary>
    /// <exception cref="ServerStartException">interface or permission are missing; one sentence with the cure.</exception>
    public void Start()
    {
        _index = ServerSockets.IndexOf(network.Interface, "ARP");
        _mac = MacOf(network.Interface);
        _pingId = (ushort)RandomNumberGenerator.GetInt32(65536);
        _arp = PacketSocket.Open(network.Interface, PacketSocket.Arp, SocketFilter.Arp, "ARP");
        _dhcp = PacketSocket.Open(network.Interface, PacketSocket.Ipv4, SocketFilter.DhcpReplies, "DHCP");
        _ping = OpenPing();
        Probe = new(network.Interface, Ask, neighbours, time);
        _arpListener = new(_arp, $"arp {network.Interface}", (packet, _) => HeardArp(packet));
        _dhcpListener = new(_dhcp, $"dhcp ear {network.Interface}", HeardDhcp);
        _pingListener = new(_ping, $"ping {network.Interface}", (packet, _) => HeardPing(packet));
        _joined = others.Join(LookForOthers);
        LookForOthers(); // once: on a link that has a server already, that is to be known before the first machine is confused
    }

    private void LookForOthers()
    {
        try
        {
            OtherDhcpSearch.Send(_dhcp!, _index, _mac, (uint)RandomNumberGenerator.GetInt32(int.MaxValue));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The link is down: nobody is there to answer.
        }
    }

    public void Dispose()
    {
        _joined?.Dispose();
        Probe?.Dispose();
        _arpListener?.Dispose();
        _dhcpListener?.Dispose();
        _pingListener?.Dispose();
        _arp?.Dispose();
        _dhcp?.Dispose();
        _ping?.Dispose();
    }

    private void HeardArp(ReadOnlySpan<byte> packet)
    {
        if (!ArpPacket.TryRead(packet, out var arp) || !IsHost(arp.Sender) || arp.SenderMac == _mac) return;
        neighbours.Heard(network.Interface, arp.Sender, arp.SenderMac);
        Probe.Heard(arp.Sender, arp.SenderMac);
    }

    private void HeardDhcp(ReadOnlySpan<byte> packet, SocketAddress from)
    {
        if (!UdpPacket.TryRead(packet, out var address, out var payload) || address == _own || !_overheard.Takes()) return;
        try
        {
            var reply = DhcpCodec.Parse(payload);
            if (reply.IsReply && reply.ServerIdentifier != _own) others.Heard(network.Interface, address, PacketSocket.SenderOf(from), reply, OthersWanted());
        }
        catch (WireException)
        {
            // Not ours to mend.
        }
    }

    private void HeardPing(ReadOnlySpan<byte> packet)
    {
        // It came through a router: who it was can't be told.
        if (IcmpEcho.TryReadReply(packet, out var from, out ushort id) && id == _pingId) Probe.Heard(from, default);
    }

    private void Ask(Ipv4Address address)
    {
        try
        {
            if (network.Subnet.Contains(address)) AskLink(address);
            else Ping(address);
        }
        catch (SocketException)
        {
            // Nobody can be asked: the offer leaves when its time is over, and the client asks itself.
        }
    }

    private void AskLink(Ipv4Address address)
    {
        Span<byte> octets = stackalloc byte[ArpPacket.Length];
        ArpPacket.Probe(_mac, address).WriteTo(octets);
        _arp!.SendTo(octets, SocketFlags.None, PacketSocket.Address(_index, PacketSocket.Arp, new(0xffff_ffff_ffff)));
    }

    private void Ping(Ipv4Address address)
    {
        Span<byte> octets = stackalloc byte[IcmpEcho.Length];
        IcmpEcho.WriteRequest(octets, _pingId, ++_pings);
        _ping!.SendTo(octets, SocketFlags.None, new IPEndPoint(address.ToIPAddress(), 0));
    }

    private static Socket OpenPing()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
        socket.SetRawSocketOption(SolRaw, IcmpFilter, BitConverter.GetBytes(~1u)); // echo replies only: a bit that is set blocks its type
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return socket;
    }

    private bool IsHost(Ipv4Address address) =>
        address != Ipv4Address.Any && address != _own && address.Value >> 24 is > 0 and < 224 and not 127 && address != network.Subnet.Broadcast;

    private static MacAddress MacOf(string interfaceName)
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(i => i.Name == interfaceName)?.GetPhysicalAddress().GetAddressBytes();
        return address is { Length: MacAddress.Length } ? MacAddress.FromBytes(address) : default;
    }
}
