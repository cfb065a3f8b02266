namespace Provisioner.Wire.Ipmi;

/// <summary>RMCP+ Open Session Request: IPMI 2.0 §13.17, table 13-9.</summary>
/// <param name="Tag">Comes back in the response.</param>
/// <param name="MaxPrivilege">Highest level of the session; 0 asks for the highest that the algorithms allow.</param>
/// <param name="ConsoleId">The console's session id, not 0.</param>
/// <param name="Authentication">Authentication algorithm's number.</param>
/// <param name="Integrity">Integrity algorithm's number.</param>
/// <param name="Confidentiality">Confidentiality algorithm's number.</param>
public sealed record OpenSessionRequest(byte Tag, byte MaxPrivilege, uint ConsoleId, byte Authentication, byte Integrity, byte Confidentiality)
{
    /// <summary>The message as a payload.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[32]);
        writer.U8(Tag);
        writer.U8(MaxPrivilege);
        writer.Zeros(2);
        writer.U32(ConsoleId);
        Algorithms.Write(ref writer, Authentication, Integrity, Confidentiality);
        return writer.ToArray();
    }

    /// <summary>Reads the message: the BMC's half.</summary>
    /// <exception cref="WireException">truncated, or the algorithms are not in their order.</exception>
    public static OpenSessionRequest Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "Open Session Request");
        byte tag = reader.U8("message tag");
        byte privilege = reader.U8("maximum privilege level");
        reader.Skip(2, "reserved");
        uint console = reader.U32("remote console session id");
        var (authentication, integrity, confidentiality) = Algorithms.Read(ref reader);
        return new(tag, privilege, console, authentication, integrity, confidentiality);
    }
}

/// <summary>RMCP+ Open Session Response: IPMI 2.0 §13.18, table 13-10.</summary>
/// <param name="Tag">The request's.</param>
/// <param name="Status">Anything but <see cref="RmcpPlusStatus.Ok"/> leaves the fields after it 0.</param>
/// <param name="ConsoleId">The console's session id.</param>
/// <param name="ManagedId">The BMC's session id.</param>
/// <param name="Authentication">Authentication algorithm's number.</param>
/// <param name="Integrity">Integrity algorithm's number.</param>
/// <param name="Confidentiality">Confidentiality algorithm's number.</param>
public sealed record OpenSessionResponse(byte Tag, RmcpPlusStatus Status, uint ConsoleId, uint ManagedId,
    byte Authentication, byte Integrity, byte Confidentiality)
{
    /// <summary>Reads the message.</summary>
    /// <exception cref="WireException">truncated, or the algorithms are not in their order.</exception>
    public static OpenSessionResponse Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "Open Session Response");
        byte tag = reader.U8("message tag");
        var status = (RmcpPlusStatus)reader.U8("status");
        // An error ends after the status or after the console's id, as the BMC likes (§13.18).
        if (status != RmcpPlusStatus.Ok) return new(tag, status, 0, 0, 0, 0, 0);
        reader.Skip(2, "maximum privilege level");
        uint console = reader.U32("remote console session id");
        uint managed = reader.U32("managed system session id");
        var (authentication, integrity, confidentiality) = Algorithms.Read(ref reader);
        return new(tag, status, console, managed, authentication, integrity, confidentiality);
    }

    /// <summary>The message as a payload: the BMC's half.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[36]);
        writer.U8(Tag);
        writer.U8((byte)Status);
        writer.Zeros(2);
        writer.U32(ConsoleId);
        if (Status != RmcpPlusStatus.Ok) return writer.ToArray();
        writer.U32(ManagedId);
        Algorithms.Write(ref writer, Authentication, Integrity, Confidentiality);
        return writer.ToArray();
    }
}

/// <summary>Three records of 8 octets: type, length, algorithm.</summary>
internal static class Algorithms
{
    private const byte RecordLength = 8;

    public static void Write(ref IpmiWriter writer, params ReadOnlySpan<byte> algorithms)
    {
        for (int type = 0; type < algorithms.Length; type++)
        {
            writer.U8(type);
            writer.Zeros(2);
            writer.U8(RecordLength);
            writer.U8(algorithms[type]);
            writer.Zeros(3);
        }
    }

    public static (byte Authentication, byte Integrity, byte Confidentiality) Read(ref IpmiReader reader) =>
        (ReadOne(ref reader, 0, "authentication payload"), ReadOne(ref reader, 1, "integrity payload"), ReadOne(ref reader, 2, "confidentiality payload"));

    private static byte ReadOne(ref IpmiReader reader, byte wanted, string name)
    {
        var record = reader.Take(RecordLength, name);
        if (record[0] != wanted) throw new WireException($"Open Session: {name} has type {record[0]}, wants {wanted}");
        return (byte)(record[4] & 0x3f);
    }
}
