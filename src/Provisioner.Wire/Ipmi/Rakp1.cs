namespace Provisioner.Wire.Ipmi;

/// <summary>RAKP Message 1: IPMI 2.0 §13.20, table 13-11.</summary>
/// <param name="Tag">Comes back in RAKP 2.</param>
/// <param name="ManagedId">The BMC's session id.</param>
/// <param name="ConsoleRandom">R_M: 16 octets.</param>
/// <param name="Role">Privilege level asked for, with <see cref="NameOnlyLookup"/>.</param>
/// <param name="Username">At most 16 octets.</param>
public sealed record Rakp1(byte Tag, uint ManagedId, ReadOnlyMemory<byte> ConsoleRandom, byte Role, ReadOnlyMemory<byte> Username)
{
    /// <summary>In the role: the user is found by name alone, whatever its privilege level.</summary>
    public const byte NameOnlyLookup = 0x10;

    /// <summary>Octets of a user name: §22.28.</summary>
    public const int MaxUsername = 16;

    /// <summary>Octets of each side's random number.</summary>
    public const int RandomLength = 16;

    /// <summary>The message as a payload.</summary>
    public byte[] ToBytes()
    {
        var writer = new IpmiWriter(stackalloc byte[28 + MaxUsername]);
        writer.U8(Tag);
        writer.Zeros(3);
        writer.U32(ManagedId);
        writer.Bytes(ConsoleRandom.Span);
        writer.U8(Role);
        writer.Zeros(2);
        writer.U8(Username.Length);
        writer.Bytes(Username.Span);
        return writer.ToArray();
    }

    /// <summary>Reads the message: the BMC's half.</summary>
    /// <exception cref="WireException">truncated, or the name is too long.</exception>
    public static Rakp1 Parse(ReadOnlySpan<byte> payload)
    {
        var reader = new IpmiReader(payload, "RAKP 1");
        byte tag = reader.U8("message tag");
        reader.Skip(3, "reserved");
        uint managed = reader.U32("managed system session id");
        byte[] random = reader.Take(RandomLength, "remote console random number").ToArray();
        byte role = reader.U8("requested maximum privilege level");
        reader.Skip(2, "reserved");
        int length = reader.U8("user name length");
        if (length > MaxUsername) throw new WireException($"RAKP 1: user name of {length} octets, {MaxUsername} are the most");
        return new(tag, managed, random, role, reader.Take(length, "user name").ToArray());
    }
}
