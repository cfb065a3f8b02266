using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>How datagrams of an IPMI 1.5 session are signed: IPMI 2.0 table 13-8, authentication type.</summary>
public enum LanAuthentication : byte
{
    /// <summary>Not at all.</summary>
    None = 0,
    /// <summary>MD2 of password, session and message.</summary>
    Md2 = 1,
    /// <summary>MD5 of the same.</summary>
    Md5 = 2,
    /// <summary>The password itself, in the clear.</summary>
    Straight = 4,
}

/// <summary>The authentication code of an IPMI 1.5 datagram: IPMI 2.0 §22.17.1.</summary>
public static class LanAuthCode
{
    /// <summary>Octets of a code, and of a password: it is padded with zeros.</summary>
    public const int Length = 16;

    /// <summary>Password, session id, payload, sequence number, password again, under the hash; or the password where that is the code.</summary>
    public static byte[] Of(LanAuthentication authentication, ReadOnlySpan<byte> password, uint session, uint sequence, ReadOnlySpan<byte> payload)
    {
        if (authentication == LanAuthentication.None) return [];
        var writer = new IpmiWriter(stackalloc byte[2 * Length + 8 + 255]);
        Pad(ref writer, password);
        if (authentication == LanAuthentication.Straight) return writer.ToArray();
        writer.U32(session);
        writer.Bytes(payload);
        writer.U32(sequence);
        Pad(ref writer, password);
        return authentication == LanAuthentication.Md2 ? Md2.Hash(writer.Written) : MD5.HashData(writer.Written);
    }

    private static void Pad(ref IpmiWriter writer, ReadOnlySpan<byte> password)
    {
        var taken = password[..Math.Min(password.Length, Length)];
        writer.Bytes(taken);
        writer.Zeros(Length - taken.Length);
    }
}
