namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get System GUID: IPMI 2.0 §22.14. What SMBIOS calls the UUID, where the maker did it right.</summary>
public sealed record GetSystemGuid : IIpmiCommand<Guid>
{
    /// <inheritdoc/>
    public string Name => "Get System GUID";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x37;

    /// <inheritdoc/>
    public byte[] ToBytes() => [];

    /// <inheritdoc/>
    public Guid Read(ReadOnlySpan<byte> data)
    {
        var octets = new IpmiReader(data, Name).Take(16, "GUID");
        // SMBIOS order, as most BMCs send it: the first three fields least significant octet first (§20.8, and what ipmitool calls "smbios").
        return new(octets);
    }
}
