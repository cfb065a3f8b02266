namespace Provisioner.Wire.WakeOnLan;

/// <summary>The frame that wakes a network card: AMD, Magic Packet Technology (publication 20213), any payload of any protocol.</summary>
public static class MagicPacket
{
    /// <summary>Length without a password.</summary>
    public const int Length = 6 + (16 * 6);

    /// <summary>Six octets FF, sixteen times the card's address, and the SecureOn password where it has one.</summary>
    /// <param name="mac">The card's address.</param>
    /// <param name="secureOn">No octets, 4 or 6.</param>
    /// <exception cref="ArgumentException">a password of another length.</exception>
    public static byte[] For(MacAddress mac, ReadOnlySpan<byte> secureOn = default)
    {
        if (secureOn.Length is not (0 or 4 or 6)) throw new ArgumentException($"a SecureOn password has 4 or 6 octets, not {secureOn.Length}", nameof(secureOn));
        var packet = new byte[Length + secureOn.Length];
        packet.AsSpan(0, 6).Fill(0xff);
        for (int i = 0; i < 16; i++) mac.WriteTo(packet.AsSpan(6 + (i * 6)));
        secureOn.CopyTo(packet.AsSpan(Length));
        return packet;
    }
}
