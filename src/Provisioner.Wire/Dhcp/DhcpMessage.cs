namespace Provisioner.Wire.Dhcp;

/// <summary>A BOOTP/DHCP message (RFC 2131 §2).</summary>
public sealed record DhcpMessage
{
    /// <summary>Largest message that a client must take when it says nothing else: 576 octets less IP and UDP headers (RFC 2131 §2).</summary>
    public const int DefaultMaximum = 548;

    /// <summary>op 1 (from a client) or 2 (from a server).</summary>
    public bool IsReply { get; init; }
    /// <summary>Relays that it passed.</summary>
    public byte Hops { get; init; }
    /// <summary>The client's number for this exchange.</summary>
    public uint Xid { get; init; }
    /// <summary>Seconds since the client began, as it says.</summary>
    public ushort Secs { get; init; }
    /// <summary>The B flag: the client cannot receive unicast before it has an address.</summary>
    public bool Broadcast { get; init; }
    /// <summary>The client's address, if it has one that it can answer ARP for.</summary>
    public Ipv4Address CiAddr { get; init; }
    /// <summary>The address that the server gives.</summary>
    public Ipv4Address YiAddr { get; init; }
    /// <summary>The server of the next step (TFTP).</summary>
    public Ipv4Address SiAddr { get; init; }
    /// <summary>The relay, or 0.0.0.0.</summary>
    public Ipv4Address GiAddr { get; init; }
    /// <summary>
    /// The client's hardware address. Over InfiniBand, where the field is empty (RFC 4390 §2.1), the 48 bits that are made of the port's GUID at
    /// the end of the client identifier: what that port's Ethernet face is called by.
    /// </summary>
    public MacAddress ChAddr { get; init; }
    /// <summary>htype.</summary>
    public HardwareType Hardware { get; init; } = HardwareType.Ethernet;
    /// <summary>Server host name, at most 63 characters; empty where the field held options.</summary>
    public string SName { get; init; } = "";
    /// <summary>Boot file name, at most 127 characters; empty where the field held options.</summary>
    public string File { get; init; } = "";
    /// <summary>Options, those in overloaded fields among them.</summary>
    public DhcpOptions Options { get; init; } = DhcpOptions.None;
    /// <summary>Largest message that the receiver takes: to come under it, options move into an empty file or sname field (option 52).</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>Option 53.</summary>
    public DhcpMessageType Type =>
        Options.Find(DhcpOptionCode.MessageType) is { Length: 1 } value ? (DhcpMessageType)value.Span[0] : DhcpMessageType.None;

    /// <summary>Option 50.</summary>
    public Ipv4Address? RequestedAddress => Options.Address(DhcpOptionCode.RequestedAddress);

    /// <summary>Option 54.</summary>
    public Ipv4Address? ServerIdentifier => Options.Address(DhcpOptionCode.ServerIdentifier);

    /// <summary>Largest DHCP message that the client takes: option 57 less the IP and UDP headers, 548 at least, 1472 at most (one Ethernet frame).</summary>
    public int MaximumLength =>
        Options.UInt16(DhcpOptionCode.MaximumMessageSize) is { } size ? Math.Clamp(size - 28, DefaultMaximum, 1472) : DefaultMaximum;
}

/// <summary>htype, IANA's ARP hardware types: the three that machines boot over.</summary>
public enum HardwareType : byte
{
    /// <summary>Six octets.</summary>
    Ethernet = 1,
    /// <summary>IEEE 802: six octets too; some ROMs write it for Ethernet.</summary>
    Ieee802 = 6,
    /// <summary>RFC 4390: hlen 0, no address in the header, and every reply is broadcast.</summary>
    InfiniBand = 32,
}
