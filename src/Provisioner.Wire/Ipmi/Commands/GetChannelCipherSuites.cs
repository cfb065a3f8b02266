namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Channel Cipher Suites: IPMI 2.0 §22.15. Asked outside of a session; 16 octets of records at a time, fewer at the end.</summary>
/// <param name="Index">Which 16 octets of the list, from 0.</param>
public sealed record GetChannelCipherSuites(byte Index) : IIpmiCommand<ReadOnlyMemory<byte>>
{
    /// <summary>Octets of a full answer.</summary>
    public const int Page = 16;

    private const byte ThisChannel = 0x0e;
    private const byte IpmiPayload = 0x00;
    private const byte ListSuites = 0x80;

    /// <inheritdoc/>
    public string Name => "Get Channel Cipher Suites";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x54;

    /// <inheritdoc/>
    public byte[] ToBytes() => [ThisChannel, IpmiPayload, (byte)(ListSuites | Index & 0x3f)];

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        reader.Skip(1, "channel number");
        return reader.Rest().ToArray();
    }
}

/// <summary>The records of the list: IPMI 2.0 table 22-19.</summary>
public static class CipherSuiteRecords
{
    private const byte Standard = 0xc0;
    private const byte Oem = 0xc1;

    /// <summary>The numbers of the suites, ascending. What comes of itself after a record's start is passed over: some BMCs' records are wrong.</summary>
    public static IReadOnlyList<byte> Parse(ReadOnlySpan<byte> records)
    {
        var suites = new SortedSet<byte>();
        for (int at = 0; at < records.Length; at++)
        {
            // Algorithms carry their kind in the upper two bits: only a start of record has both.
            if (records[at] == Standard && at + 1 < records.Length) suites.Add(records[++at]);
            else if (records[at] == Oem) at += 4;
        }
        return [.. suites];
    }
}
