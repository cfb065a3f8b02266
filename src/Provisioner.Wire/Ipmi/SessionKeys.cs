using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>What both ends know once RAKP 2 has arrived: the input of every key and proof of a session.</summary>
/// <param name="ConsoleId">SID_M: the console's session id.</param>
/// <param name="ManagedId">SID_C: the BMC's session id.</param>
/// <param name="ConsoleRandom">R_M: 16 octets.</param>
/// <param name="ManagedRandom">R_C: 16 octets.</param>
/// <param name="ManagedGuid">GUID_C: 16 octets.</param>
/// <param name="Role">Role_M as it stood in RAKP 1, lookup bit included.</param>
/// <param name="Username">UName_M.</param>
public sealed record RakpFacts(uint ConsoleId, uint ManagedId, ReadOnlyMemory<byte> ConsoleRandom, ReadOnlyMemory<byte> ManagedRandom,
    ReadOnlyMemory<byte> ManagedGuid, byte Role, ReadOnlyMemory<byte> Username);

/// <summary>The keys of a session: IPMI 2.0 §13.31 and §13.32.</summary>
/// <param name="Sik">Session integrity key.</param>
/// <param name="K1">Key of the integrity codes.</param>
/// <param name="K2">Its first 16 octets are the AES key.</param>
public sealed record SessionKeys(ReadOnlyMemory<byte> Sik, ReadOnlyMemory<byte> K1, ReadOnlyMemory<byte> K2)
{
    /// <summary>The password, for MD5-128, whose codes are made of it and of no key.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>Octets of a password or K_g that IPMI 2.0 takes; 16-octet BMCs are the older ones (§22.30).</summary>
    public const int MaxKey = 20;

    // Const_1 and Const_2 have 20 octets whatever the hash: §13.32, and ipmitool with suite 17.
    private const int ConstantLength = 20;

    /// <summary>Derives SIK, K1 and K2. <paramref name="kg"/> is the BMC's key, or the password again where it has none (§13.31).</summary>
    public static SessionKeys Derive(AuthenticationAlgorithm algorithm, ReadOnlySpan<byte> kg, RakpFacts facts)
    {
        var writer = new IpmiWriter(stackalloc byte[64]);
        writer.Bytes(facts.ConsoleRandom.Span);
        writer.Bytes(facts.ManagedRandom.Span);
        WriteName(ref writer, facts);
        byte[] sik = Hmac(algorithm.Hash, kg, writer.Written);
        return new(sik, HmacOfConstant(algorithm, sik, 0x01), HmacOfConstant(algorithm, sik, 0x02));
    }

    /// <summary>The key exchange code of RAKP 2: the BMC knows the password (§13.31).</summary>
    public static byte[] Rakp2Code(AuthenticationAlgorithm algorithm, ReadOnlySpan<byte> password, RakpFacts facts)
    {
        var writer = new IpmiWriter(stackalloc byte[96]);
        writer.U32(facts.ConsoleId);
        writer.U32(facts.ManagedId);
        writer.Bytes(facts.ConsoleRandom.Span);
        writer.Bytes(facts.ManagedRandom.Span);
        writer.Bytes(facts.ManagedGuid.Span);
        WriteName(ref writer, facts);
        return Hmac(algorithm.Hash, password, writer.Written);
    }

    /// <summary>The key exchange code of RAKP 3: the console knows the password (§13.31).</summary>
    public static byte[] Rakp3Code(AuthenticationAlgorithm algorithm, ReadOnlySpan<byte> password, RakpFacts facts)
    {
        var writer = new IpmiWriter(stackalloc byte[64]);
        writer.Bytes(facts.ManagedRandom.Span);
        writer.U32(facts.ConsoleId);
        WriteName(ref writer, facts);
        return Hmac(algorithm.Hash, password, writer.Written);
    }

    /// <summary>The integrity check value of RAKP 4: both have the same SIK (§13.31).</summary>
    public byte[] Rakp4Check(AuthenticationAlgorithm algorithm, RakpFacts facts)
    {
        var writer = new IpmiWriter(stackalloc byte[64]);
        writer.Bytes(facts.ConsoleRandom.Span);
        writer.U32(facts.ManagedId);
        writer.Bytes(facts.ManagedGuid.Span);
        return Hmac(algorithm.Hash, Sik.Span, writer.Written)[..algorithm.CheckLength];
    }

    /// <summary>MD5 of password, octets and password again, the password padded with zeros to 20 octets (§13.28.3).</summary>
    internal static byte[] KeyedMd5(ReadOnlySpan<byte> password, ReadOnlySpan<byte> signed)
    {
        Span<byte> padded = stackalloc byte[MaxKey];
        padded.Clear();
        password.CopyTo(padded);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData(padded);
        md5.AppendData(signed);
        md5.AppendData(padded);
        return md5.GetHashAndReset();
    }

    private static void WriteName(ref IpmiWriter writer, RakpFacts facts)
    {
        writer.U8(facts.Role);
        writer.U8(facts.Username.Length);
        writer.Bytes(facts.Username.Span);
    }

    private static byte[] HmacOfConstant(AuthenticationAlgorithm algorithm, ReadOnlySpan<byte> sik, byte constant)
    {
        Span<byte> octets = stackalloc byte[ConstantLength];
        octets.Fill(constant);
        return Hmac(algorithm.Hash, sik, octets);
    }

    // A key shorter than the hash's block is padded with zeros by HMAC itself, as §13.31 pads K_UID to 20 octets.
    internal static byte[] Hmac(HashAlgorithmName hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) =>
        CryptographicOperations.HmacData(hash, key, message);
}
