namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Device ID: IPMI 2.0 §20.1. Whose BMC it is.</summary>
public sealed record GetDeviceId : IIpmiCommand<DeviceId>
{
    /// <inheritdoc/>
    public string Name => "Get Device ID";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x01;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public DeviceId Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        byte device = reader.U8("device id");
        byte revision = reader.U8("device revision");
        byte major = reader.U8("firmware revision 1");
        byte minor = reader.U8("firmware revision 2");
        byte version = reader.U8("IPMI version");
        reader.Skip(1, "additional device support");
        int manufacturer = reader.U16("manufacturer id") | (reader.U8("manufacturer id") & 0x0f) << 16;
        return new(device, (byte)(revision & 0x0f), $"{major & 0x7f}.{minor >> 4}{minor & 0x0f}", (major & 0x80) != 0,
            $"{version & 0x0f}.{version >> 4}", manufacturer, reader.U16("product id"));
    }
}

/// <summary>What a BMC says of itself.</summary>
/// <param name="Device">Device id.</param>
/// <param name="Revision">Device revision.</param>
/// <param name="Firmware">Firmware version: <c>2.52</c>.</param>
/// <param name="Updating">Firmware or sensor records are being updated.</param>
/// <param name="IpmiVersion"><c>2.0</c>.</param>
/// <param name="ManufacturerId">IANA enterprise number, 20 bits: 11 Hewlett-Packard, 674 Dell.</param>
/// <param name="ProductId">The manufacturer's number of the product.</param>
public sealed record DeviceId(byte Device, byte Revision, string Firmware, bool Updating, string IpmiVersion, int ManufacturerId, int ProductId);
