namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>LAN configuration parameters in use here: IPMI 2.0 table 23-4.</summary>
public enum LanParameter : byte
{
    /// <summary>Whether somebody is changing them.</summary>
    SetInProgress = 0,
    /// <summary>Four octets.</summary>
    IpAddress = 3,
    /// <summary>1 set by hand, 2 DHCP, 3 the firmware, 4 other.</summary>
    IpAddressSource = 4,
    /// <summary>Six octets.</summary>
    MacAddress = 5,
    /// <summary>Four octets.</summary>
    SubnetMask = 6,
    /// <summary>Four octets.</summary>
    DefaultGateway = 12,
    /// <summary>Bit 15: tagged; bits 0 to 11: the VLAN.</summary>
    Vlan = 20,
}
