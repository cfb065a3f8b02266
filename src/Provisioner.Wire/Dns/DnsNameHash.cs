namespace Provisioner.Wire.Dns;

/// <summary>
/// Hash of a lower-cased name, taken from its end to its beginning (FNV-1a), so that one walk gives the hash of the name and of every
/// name above it.
/// </summary>
public static class DnsNameHash
{
    /// <summary>Hash of nothing.</summary>
    public const uint Basis = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>One octet more, in front.</summary>
    public static uint Step(uint hash, byte octet) => (hash ^ octet) * Prime;

    /// <summary>Spreads it over all bits: tables take the upper ones.</summary>
    public static uint Finish(uint hash)
    {
        hash = (hash ^ hash >> 16) * 0x85ebca6b;
        return hash ^ hash >> 13;
    }

    /// <summary>Hash of a whole lower-cased name.</summary>
    public static uint Of(ReadOnlySpan<byte> lower)
    {
        uint hash = Basis;
        for (int at = lower.Length - 1; at >= 0; at--) hash = Step(hash, lower[at]);
        return Finish(hash);
    }

    // Lengths of labels are under 64 and so never read as letters.
    internal static byte Lower(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
}
