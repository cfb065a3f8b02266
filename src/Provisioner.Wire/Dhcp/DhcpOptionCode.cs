namespace Provisioner.Wire.Dhcp;

/// <summary>Option codes that this appliance reads or writes; any other travels as a number. RFC 2132 unless said otherwise.</summary>
public enum DhcpOptionCode : byte
{
    /// <summary>One octet without a length, §3.1.</summary>
    Pad = 0,
    /// <summary>§3.3.</summary>
    SubnetMask = 1,
    /// <summary>§3.5.</summary>
    Router = 3,
    /// <summary>§3.8.</summary>
    DnsServers = 6,
    /// <summary>§3.14.</summary>
    HostName = 12,
    /// <summary>§3.17.</summary>
    DomainName = 15,
    /// <summary>Largest IP packet of the link, §5.1.</summary>
    InterfaceMtu = 26,
    /// <summary>§5.3.</summary>
    BroadcastAddress = 28,
    /// <summary>§8.3.</summary>
    NtpServers = 42,
    /// <summary>§8.4; for PXE clients the sub-options of PXE 2.1 table 2-1.</summary>
    VendorSpecific = 43,
    /// <summary>§9.1.</summary>
    RequestedAddress = 50,
    /// <summary>Seconds, §9.2.</summary>
    LeaseTime = 51,
    /// <summary>The file and sname fields hold options, §9.3.</summary>
    Overload = 52,
    /// <summary>§9.6.</summary>
    MessageType = 53,
    /// <summary>§9.7.</summary>
    ServerIdentifier = 54,
    /// <summary>§9.8.</summary>
    ParameterRequestList = 55,
    /// <summary>Text for a person, §9.9.</summary>
    Message = 56,
    /// <summary>§9.10.</summary>
    MaximumMessageSize = 57,
    /// <summary>T1 in seconds, §9.11.</summary>
    RenewalTime = 58,
    /// <summary>T2 in seconds, §9.12.</summary>
    RebindingTime = 59,
    /// <summary>§9.13: <c>PXEClient:Arch:00000:UNDI:002001</c>, <c>HTTPClient:…</c>.</summary>
    VendorClass = 60,
    /// <summary>§9.14.</summary>
    ClientIdentifier = 61,
    /// <summary>§9.4.</summary>
    TftpServerName = 66,
    /// <summary>§9.5.</summary>
    BootFileName = 67,
    /// <summary>RFC 3004; iPXE writes <c>iPXE</c> without the inner length.</summary>
    UserClass = 77,
    /// <summary>RFC 4702: the name that the client wants in DNS, and who is to write it there.</summary>
    ClientFqdn = 81,
    /// <summary>RFC 3046: goes back to the relay as it came, last.</summary>
    RelayAgentInformation = 82,
    /// <summary>RFC 4578 §2.1, numbers by IANA's processor architecture registry.</summary>
    ClientArchitecture = 93,
    /// <summary>RFC 4578 §2.2.</summary>
    ClientNetworkInterface = 94,
    /// <summary>RFC 4578 §2.3: type 0 and the SMBIOS UUID.</summary>
    ClientMachineIdentifier = 97,
    /// <summary>RFC 8925: seconds without IPv4 for a client that can do without.</summary>
    Ipv6OnlyPreferred = 108,
    /// <summary>RFC 8910: URI of a captive portal's API.</summary>
    CaptivePortal = 114,
    /// <summary>RFC 2563: 0 keeps a client without a lease from choosing a link-local address.</summary>
    AutoConfigure = 116,
    /// <summary>RFC 3011: the subnet that a relay or client wants an address of.</summary>
    SubnetSelection = 118,
    /// <summary>RFC 3397: domains that names are looked up in, compressed as in DNS.</summary>
    DomainSearch = 119,
    /// <summary>RFC 3442: whoever understands it ignores <see cref="Router"/>.</summary>
    ClasslessRoutes = 121,
    /// <summary>RFC 3925 §4: vendor-specific by enterprise number.</summary>
    VendorIdentifyingSpecific = 125,
    /// <summary>RFC 5859: TFTP servers of VoIP phones and switches.</summary>
    TftpServerAddresses = 150,
    /// <summary>iPXE's own encapsulated options (ipxe.org/howto/dhcpd).</summary>
    Ipxe = 175,
    /// <summary>RFC 5071 §3: F1 00 74 7E, which makes PXELINUX believe the three that follow.</summary>
    PxelinuxMagic = 208,
    /// <summary>RFC 5071 §4.</summary>
    PxelinuxConfigFile = 209,
    /// <summary>RFC 5071 §5.</summary>
    PxelinuxPathPrefix = 210,
    /// <summary>RFC 5071 §6, seconds.</summary>
    PxelinuxRebootTime = 211,
    /// <summary>§3.2.</summary>
    End = 255,
}

/// <summary>Option 53, RFC 2132 §9.6.</summary>
public enum DhcpMessageType : byte
{
    /// <summary>No option 53: a BOOTP message (RFC 951).</summary>
    None = 0,
    /// <summary>Who can give me an address?</summary>
    Discover = 1,
    /// <summary>I can: this one.</summary>
    Offer = 2,
    /// <summary>I take it, or: may I keep it?</summary>
    Request = 3,
    /// <summary>Somebody else uses the address that I was given.</summary>
    Decline = 4,
    /// <summary>It is yours.</summary>
    Ack = 5,
    /// <summary>It is not yours: start again.</summary>
    Nak = 6,
    /// <summary>I no longer need it.</summary>
    Release = 7,
    /// <summary>I have an address: tell me the rest.</summary>
    Inform = 8,
}
