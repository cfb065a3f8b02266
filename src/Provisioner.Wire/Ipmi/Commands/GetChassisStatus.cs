namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Chassis Status: IPMI 2.0 §28.2.</summary>
public sealed record GetChassisStatus : IIpmiCommand<ChassisStatus>
{
    /// <inheritdoc/>
    public string Name => "Get Chassis Status";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Chassis;

    /// <inheritdoc/>
    public byte Command => 0x01;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public ChassisStatus Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte power = reader.U8("current power state");
        byte lastEvent = reader.U8("last power event");
        byte chassis = reader.U8("miscellaneous chassis state");
        return new((power & 0x01) != 0, (power & 0x02) != 0, (power & 0x08) != 0, (PowerRestorePolicy)(power >> 5 & 3),
            (lastEvent & 0x10) != 0, (chassis & 0x01) != 0, (chassis & 0x08) != 0, (chassis & 0x04) != 0);
    }
}

/// <summary>What happens when mains power comes back: IPMI 2.0 table 28-3.</summary>
public enum PowerRestorePolicy : byte
{
    /// <summary>Stays off.</summary>
    StayOff,
    /// <summary>As it was.</summary>
    Previous,
    /// <summary>Switches on.</summary>
    AlwaysOn,
    /// <summary>The BMC does not say.</summary>
    Unknown,
}

/// <summary>A chassis as its BMC sees it.</summary>
/// <param name="PowerOn">System power is on (ACPI S0 to S3); off is S4, S5.</param>
/// <param name="Overload">Shut down by an overload.</param>
/// <param name="PowerFault">A fault of the main power subsystem.</param>
/// <param name="RestorePolicy">What happens when mains power comes back.</param>
/// <param name="LastOnByCommand">The last power-on was by an IPMI command.</param>
/// <param name="Intrusion">The chassis is open.</param>
/// <param name="FanFault">A fan or cooling fault.</param>
/// <param name="DriveFault">A drive fault.</param>
public sealed record ChassisStatus(bool PowerOn, bool Overload, bool PowerFault, PowerRestorePolicy RestorePolicy,
    bool LastOnByCommand, bool Intrusion, bool FanFault, bool DriveFault);
