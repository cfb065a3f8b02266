namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Payload Activation Status, of Serial over LAN: IPMI 2.0 §24.4.</summary>
public sealed record GetPayloadActivationStatus : IIpmiCommand<PayloadActivation>
{
    /// <inheritdoc/>
    public string Name => "Get Payload Activation Status";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x4a;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)PayloadType.Sol];

    /// <inheritdoc/>
    public PayloadActivation Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new(reader.U8("instance capacity") & 0x0f, reader.U16("activation status"));
    }
}

/// <summary>Consoles of a BMC.</summary>
/// <param name="Instances">How many can be open at once.</param>
/// <param name="Active">One bit an instance that is.</param>
public sealed record PayloadActivation(int Instances, ushort Active);
