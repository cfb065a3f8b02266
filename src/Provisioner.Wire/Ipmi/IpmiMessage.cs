namespace Provisioner.Wire.Ipmi;

/// <summary>A request as it stands in an IPMI payload: IPMI 2.0 §13.8 (IPMI LAN message format).</summary>
/// <param name="Sequence">The console's number of the request, 0 to 63; a repeated request keeps it, so that the BMC can tell.</param>
/// <param name="NetFn">Network function: even.</param>
/// <param name="Command">Command within the network function.</param>
/// <param name="Data">What the command takes.</param>
public sealed record IpmiRequest(byte Sequence, NetFn NetFn, byte Command, ReadOnlyMemory<byte> Data)
{
    /// <summary>Reads a request: the BMC's half.</summary>
    /// <exception cref="WireException">truncated, or a checksum is wrong.</exception>
    public static IpmiRequest Parse(ReadOnlySpan<byte> payload)
    {
        var fields = LanMessage.Parse(payload, "IPMI request");
        if ((fields.NetFn & 1) != 0) throw new WireException($"IPMI request: network function 0x{fields.NetFn:x2} is that of a response");
        return new(fields.Sequence, (NetFn)fields.NetFn, fields.Command, fields.Body.ToArray());
    }

    /// <summary>The request as a payload.</summary>
    public byte[] ToBytes() => LanMessage.Write(LanMessage.BmcAddress, LanMessage.ConsoleAddress, (byte)NetFn, Sequence, Command, Data.Span);
}

/// <summary>A response as it stands in an IPMI payload: IPMI 2.0 §13.8.</summary>
/// <param name="Sequence">The number of the request that it answers.</param>
/// <param name="NetFn">Network function of the request: even.</param>
/// <param name="Command">Command that it answers.</param>
/// <param name="Code">Completion code: <see cref="CompletionCode"/>.</param>
/// <param name="Data">What follows the completion code.</param>
public sealed record IpmiResponse(byte Sequence, NetFn NetFn, byte Command, byte Code, ReadOnlyMemory<byte> Data)
{
    /// <summary>Reads a response.</summary>
    /// <param name="payload">The payload.</param>
    /// <param name="anyChecksum">Checksums are not looked at: <see cref="IpmiQuirks.NoChecksumCheck"/>.</param>
    /// <exception cref="WireException">truncated, a request, or a checksum is wrong.</exception>
    public static IpmiResponse Parse(ReadOnlySpan<byte> payload, bool anyChecksum = false)
    {
        var fields = LanMessage.Parse(payload, "IPMI response", anyChecksum);
        if ((fields.NetFn & 1) == 0) throw new WireException($"IPMI response: network function 0x{fields.NetFn:x2} is that of a request");
        if (fields.Body.Length == 0) throw new WireException("IPMI response: ends in completion code");
        return new(fields.Sequence, (NetFn)(fields.NetFn - 1), fields.Command, fields.Body[0], fields.Body[1..].ToArray());
    }

    /// <summary>The response as a payload: the BMC's half.</summary>
    public byte[] ToBytes() =>
        LanMessage.Write(LanMessage.ConsoleAddress, LanMessage.BmcAddress, (byte)(NetFn + 1), Sequence, Command, [Code, .. Data.Span]);
}

/// <summary>The network functions in use here: IPMI 2.0 §5.1.</summary>
public enum NetFn : byte
{
    /// <summary>Chassis.</summary>
    Chassis = 0x00,
    /// <summary>Sensors and events.</summary>
    Sensor = 0x04,
    /// <summary>Application: sessions, device, messaging.</summary>
    App = 0x06,
    /// <summary>Event log, sensor records, FRU inventories.</summary>
    Storage = 0x0a,
    /// <summary>LAN and serial.</summary>
    Transport = 0x0c,
    /// <summary>Other bodies' commands: the first octet of the data names the body.</summary>
    Group = 0x2c,
}

/// <summary>The frame that requests and responses share: addresses, two checksums.</summary>
internal static class LanMessage
{
    public const byte BmcAddress = 0x20;
    /// <summary>"Remote console software ID 1": IPMI 2.0 §5.5.</summary>
    public const byte ConsoleAddress = 0x81;

    public readonly ref struct Fields
    {
        public byte NetFn { get; init; }
        public byte Sequence { get; init; }
        public byte Command { get; init; }
        public ReadOnlySpan<byte> Body { get; init; }
    }

    public static Fields Parse(ReadOnlySpan<byte> payload, string message, bool anyChecksum = false)
    {
        if (payload.Length < 7) throw new WireException($"{message}: {payload.Length} octets, 7 are the least");
        if (!anyChecksum && Sum(payload[..3]) != 0) throw new WireException($"{message}: the header's checksum is wrong");
        if (!anyChecksum && Sum(payload[3..]) != 0) throw new WireException($"{message}: the body's checksum is wrong");
        return new()
        {
            NetFn = (byte)(payload[1] >> 2),
            Sequence = (byte)(payload[4] >> 2),
            Command = payload[5],
            Body = payload[6..^1],
        };
    }

    public static byte[] Write(byte to, byte from, byte netFn, byte sequence, byte command, ReadOnlySpan<byte> body)
    {
        var message = new byte[7 + body.Length];
        message[0] = to;
        message[1] = (byte)(netFn << 2);
        message[2] = (byte)-Sum(message.AsSpan(0, 2));
        message[3] = from;
        message[4] = (byte)(sequence << 2);
        message[5] = command;
        body.CopyTo(message.AsSpan(6));
        message[^1] = (byte)-Sum(message.AsSpan(3, message.Length - 4));
        return message;
    }

    private static byte Sum(ReadOnlySpan<byte> octets)
    {
        byte sum = 0;
        foreach (byte octet in octets) sum += octet;
        return sum;
    }
}
