using System.Text;

namespace Provisioner.Wire.Dhcp;

/// <summary>Option 82 (RFC 3046 §2.0): what a relay or a switch says of the port that a message came in on. It goes back as it came.</summary>
/// <param name="CircuitId">Sub-option 1: the port, in the switch's own way of writing; empty without it.</param>
/// <param name="RemoteId">Sub-option 2: the switch, or the far end of the line; empty without it.</param>
/// <param name="SubscriberId">Sub-option 6, RFC 3993; empty without it.</param>
/// <param name="RelayId">Sub-option 12, RFC 6925; empty without it.</param>
/// <param name="LinkSelection">Sub-option 5, RFC 3527: an address of the client's subnet, where giaddr is not on it.</param>
/// <param name="ServerIdOverride">Sub-option 11, RFC 5107: what the client is to take for its server, so that renewals pass the relay.</param>
public sealed record RelayAgentInformation(
    ReadOnlyMemory<byte> CircuitId, ReadOnlyMemory<byte> RemoteId, ReadOnlyMemory<byte> SubscriberId, ReadOnlyMemory<byte> RelayId,
    Ipv4Address? LinkSelection, Ipv4Address? ServerIdOverride)
{
    private const byte Circuit = 1, Remote = 2, Link = 5, Subscriber = 6, Server = 11, Relay = 12;

    /// <summary>Reads it off a message that was parsed; null without the option.</summary>
    public static RelayAgentInformation? Of(DhcpMessage message)
    {
        if (message.Options.Find(DhcpOptionCode.RelayAgentInformation) is not { } value) return null;
        ReadOnlyMemory<byte> circuit = default, remote = default, subscriber = default, relay = default;
        Ipv4Address? link = null, server = null;
        for (int at = 0; at < value.Length; at += 2 + value.Span[at + 1])
        {
            var part = value.Slice(at + 2, value.Span[at + 1]);
            switch (value.Span[at])
            {
                case Circuit: circuit = part; break;
                case Remote: remote = part; break;
                case Subscriber: subscriber = part; break;
                case Relay: relay = part; break;
                case Link: link = Ipv4Address.FromBytes(part.Span); break;
                case Server: server = Ipv4Address.FromBytes(part.Span); break;
            }
        }
        return new(circuit, remote, subscriber, relay, link, server);
    }

    /// <summary>The circuit and the remote in words: <c>circuit "ge-0/0/7", remote 52:54:00:12:34:56</c>; empty where neither was said.</summary>
    public string InWords
    {
        get
        {
            var words = new List<string>(3);
            if (!CircuitId.IsEmpty) words.Add($"circuit {Words(CircuitId.Span)}");
            if (!RemoteId.IsEmpty) words.Add($"remote {Words(RemoteId.Span)}");
            if (!SubscriberId.IsEmpty) words.Add($"subscriber {Words(SubscriberId.Span)}");
            return string.Join(", ", words);
        }
    }

    internal static void Check(ReadOnlySpan<byte> value)
    {
        for (int at = 0; at < value.Length; at += 2 + value[at + 1])
        {
            if (at + 1 >= value.Length) throw new WireException($"option 82 ends after the code of sub-option {value[at]}");
            int length = value[at + 1], left = value.Length - at - 2;
            if (length > left) throw new WireException($"option 82, sub-option {value[at]} has {length} octets, {left} are left");
            if (value[at] is Link or Server && length != Ipv4Address.Length) throw new WireException($"option 82, sub-option {value[at]} has {length} octets, wants 4");
        }
    }

    // Text where it is text; the binary form that Cisco's and others' switches write by default, which carries VLAN, module and port or the
    // switch's own MAC behind a type 0 and a length; octets otherwise.
    private static string Words(ReadOnlySpan<byte> id)
    {
        if (id.IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e) < 0) return $"\"{Encoding.ASCII.GetString(id)}\"";
        if (id is [0, 4, var high, var low, var module, var port]) return $"VLAN {high << 8 | low}, module {module}, port {port}";
        if (id is [0, 6, .. { Length: MacAddress.Length } mac]) return MacAddress.FromBytes(mac).ToString();
        if (id.Length == MacAddress.Length) return MacAddress.FromBytes(id).ToString();
        return Convert.ToHexStringLower(id);
    }
}
