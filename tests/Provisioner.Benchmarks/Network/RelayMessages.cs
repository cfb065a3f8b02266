using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Benchmarks.Network;

/// <summary>The two messages of a four-way exchange as a relay at <see cref="Lab.Client"/> passes them on.</summary>
internal static class RelayMessages
{
    /// <summary>What a client sends first.</summary>
    public static byte[] Discover(int client) => Octets(client, DhcpMessageType.Discover);

    /// <summary>What it sends after an offer.</summary>
    public static byte[] Request(int client, Ipv4Address server, Ipv4Address offered) =>
        Octets(client, DhcpMessageType.Request, DhcpOption.Of(DhcpOptionCode.ServerIdentifier, server), DhcpOption.Of(DhcpOptionCode.RequestedAddress, offered));

    private static byte[] Octets(int client, DhcpMessageType type, params DhcpOption[] more)
    {
        var message = new DhcpMessage
        {
            Xid = (uint)client,
            ChAddr = new(0x000c_0102_0000 + (ulong)client),
            GiAddr = Ipv4Address.From(Lab.Client),
            Hops = 1,
            Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type), .. more, new(DhcpOptionCode.ParameterRequestList, new byte[] { 1, 28, 2, 3, 15, 6, 12 })]),
        };
        var octets = new byte[DhcpCodec.Measure(message)];
        DhcpCodec.Write(message, octets);
        return octets;
    }
}
