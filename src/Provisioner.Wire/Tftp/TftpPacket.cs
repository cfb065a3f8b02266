namespace Provisioner.Wire.Tftp;

/// <summary>A TFTP packet: RFC 1350 §5, options RFC 2347.</summary>
public abstract record TftpPacket
{
    /// <summary>RRQ, opcode 1.</summary>
    /// <param name="FileName">As the client wrote it.</param>
    /// <param name="Mode"><c>octet</c>, <c>netascii</c> …, in lower case.</param>
    /// <param name="Options">Names in lower case, values as they came; of two with one name the first counts.</param>
    public sealed record ReadRequest(string FileName, string Mode, IReadOnlyList<KeyValuePair<string, string>> Options) : TftpPacket
    {
        /// <summary>An option as a number, or null where it is missing or no number.</summary>
        public long? Option(string name)
        {
            foreach (var (key, value) in Options)
                if (key == name) return value.Length <= 18 && value.Length > 0 && value.All(char.IsAsciiDigit) ? long.Parse(value) : null;
            return null;
        }
    }

    /// <summary>WRQ, opcode 2.</summary>
    public sealed record WriteRequest(string FileName) : TftpPacket;

    /// <summary>DATA, opcode 3.</summary>
    public sealed record Data(ushort Block, ReadOnlyMemory<byte> Payload) : TftpPacket;

    /// <summary>ACK, opcode 4.</summary>
    public sealed record Ack(ushort Block) : TftpPacket;

    /// <summary>ERROR, opcode 5.</summary>
    public sealed record Error(TftpError Code, string Message) : TftpPacket;

    /// <summary>OACK, opcode 6 (RFC 2347).</summary>
    public sealed record OptionAck(IReadOnlyList<KeyValuePair<string, string>> Options) : TftpPacket;
}

/// <summary>Error codes: RFC 1350 appendix, 8 by RFC 2347.</summary>
public enum TftpError : ushort
{
    /// <summary>See the message.</summary>
    NotDefined = 0,
    /// <summary>File not found.</summary>
    FileNotFound = 1,
    /// <summary>Access violation.</summary>
    AccessViolation = 2,
    /// <summary>Disk full.</summary>
    DiskFull = 3,
    /// <summary>Illegal TFTP operation.</summary>
    IllegalOperation = 4,
    /// <summary>Unknown transfer id.</summary>
    UnknownTransfer = 5,
    /// <summary>File already exists.</summary>
    FileExists = 6,
    /// <summary>No such user.</summary>
    NoSuchUser = 7,
    /// <summary>Options are not to the client's liking: EDK2 ends its probe for the size with it.</summary>
    OptionsRefused = 8,
}
