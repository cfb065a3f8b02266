namespace Provisioner.Wire.Ipmi;

/// <summary>RAKP Message 3: IPMI 2.0 §13.22, table 13-13.</summary>
/// <param name="Tag">Comes back in RAKP 4.</param>
/// <param name="Status">Anything but <see cref="RmcpPlusStatus.Ok"/> ends the handshake: the BMC forgets the session.</param>
/// <param name="ManagedId">The BMC's session id.</param>
/// <param name="Code">Key exchange authentication code: the console's proof that it knows the password.</param>
public sealed record Rakp3(byte Tag, RmcpPlusStatus Status, uint ManagedId, ReadOnlyMemory<byte> Code)
{
    /// <summary>The message as a payload.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[72]);
        writer.U8(Tag);
        writer.U8((byte)Status);
        writer.Zeros(2);
        writer.U32(ManagedId);
        writer.Bytes(Code.Span);
        return writer.ToArray();
    }

    /// <summary>Reads the message: the BMC's half.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static Rakp3 Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "RAKP 3");
        byte tag = reader.U8("message tag");
        var status = (RmcpPlusStatus)reader.U8("status");
        reader.Skip(2, "reserved");
        return new(tag, status, reader.U32("managed system session id"), reader.Rest().ToArray());
    }
}
