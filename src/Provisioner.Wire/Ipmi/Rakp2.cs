namespace Provisioner.Wire.Ipmi;

/// <summary>RAKP Message 2: IPMI 2.0 §13.21, table 13-12.</summary>
/// <param name="Tag">RAKP 1's.</param>
/// <param name="Status">Anything but <see cref="RmcpPlusStatus.Ok"/> leaves the fields after it empty.</param>
/// <param name="ConsoleId">The console's session id.</param>
/// <param name="ManagedRandom">R_C: 16 octets.</param>
/// <param name="ManagedGuid">GUID_C: 16 octets.</param>
/// <param name="Code">Key exchange authentication code: the BMC's proof that it knows the password.</param>
public sealed record Rakp2(byte Tag, RmcpPlusStatus Status, uint ConsoleId, ReadOnlyMemory<byte> ManagedRandom,
    ReadOnlyMemory<byte> ManagedGuid, ReadOnlyMemory<byte> Code)
{
    /// <summary>Octets of the BMC's GUID.</summary>
    public const int GuidLength = 16;

    /// <summary>Reads the message.</summary>
    /// <exception cref="WireException">truncated.</exception>
    public static Rakp2 Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "RAKP 2");
        byte tag = reader.U8("message tag");
        var status = (RmcpPlusStatus)reader.U8("status");
        if (status != RmcpPlusStatus.Ok) return new(tag, status, 0, default, default, default);
        reader.Skip(2, "reserved");
        uint console = reader.U32("remote console session id");
        byte[] random = reader.Take(Rakp1.RandomLength, "managed system random number").ToArray();
        byte[] guid = reader.Take(GuidLength, "managed system GUID").ToArray();
        return new(tag, status, console, random, guid, reader.Rest().ToArray());
    }

    /// <summary>The message as a payload: the BMC's half.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[104]);
        writer.U8(Tag);
        writer.U8((byte)Status);
        writer.Zeros(2);
        writer.U32(ConsoleId);
        if (Status != RmcpPlusStatus.Ok) return writer.ToArray();
        writer.Bytes(ManagedRandom.Span);
        writer.Bytes(ManagedGuid.Span);
        writer.Bytes(Code.Span);
        return writer.ToArray();
    }
}
