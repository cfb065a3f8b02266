namespace Provisioner.Wire.Ipmi;

/// <summary>RAKP Message 4: IPMI 2.0 §13.23, table 13-14.</summary>
/// <param name="Tag">RAKP 3's.</param>
/// <param name="Status">Anything but <see cref="RmcpPlusStatus.Ok"/>: no session.</param>
/// <param name="ConsoleId">The console's session id.</param>
/// <param name="Check">Integrity check value: the BMC has the same session integrity key.</param>
public sealed record Rakp4(byte Tag, RmcpPlusStatus Status, uint ConsoleId, ReadOnlyMemory<byte> Check)
{
    /// <summary>Reads the message.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static Rakp4 Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "RAKP 4");
        byte tag = reader.U8("message tag");
        var status = (RmcpPlusStatus)reader.U8("status");
        if (status != RmcpPlusStatus.Ok) return new(tag, status, 0, default);
        reader.Skip(2, "reserved");
        return new(tag, status, reader.U32("remote console session id"), reader.Rest().ToArray());
    }

    /// <summary>The message as a payload: the BMC's half.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[40]);
        writer.U8(Tag);
        writer.U8((byte)Status);
        writer.Zeros(2);
        writer.U32(ConsoleId);
        writer.Bytes(Check.Span);
        return writer.ToArray();
    }
}
