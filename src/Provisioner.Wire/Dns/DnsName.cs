using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Provisioner.Wire.Dns;

/// <summary>A domain name as its labels on the wire, case kept; compared without regard to ASCII case (RFC 4343).</summary>
public sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>Most octets of a name, its root label among them (RFC 1035 §2.3.4).</summary>
    public const int MaximumLength = 255;
    /// <summary>Most octets of a label.</summary>
    public const int MaximumLabel = 63;
    /// <summary>The root.</summary>
    public static readonly DnsName Root = new([0]);

    private readonly byte[] _wire;
    private readonly int _hash;

    private DnsName(byte[] wire)
    {
        _wire = wire;
        var hash = new HashCode();
        foreach (byte octet in wire) hash.Add(Lower(octet));
        _hash = hash.ToHashCode();
    }

    /// <summary>Labels with their lengths, ended by the root's zero.</summary>
    public ReadOnlyMemory<byte> Wire => _wire;

    /// <summary>Labels, the root's not counted.</summary>
    public int Labels
    {
        get
        {
            int count = 0;
            for (int at = 0; _wire[at] != 0; at += _wire[at] + 1) count++;
            return count;
        }
    }

    /// <summary>The name without its first label; null for the root.</summary>
    public DnsName? Parent => _wire[0] == 0 ? null : new(_wire[(_wire[0] + 1)..]);

    /// <summary>Its first label as text, empty for the root.</summary>
    public string FirstLabel => Encoding.Latin1.GetString(_wire, 1, _wire[0] == 0 ? 0 : _wire[0]);

    /// <summary>Takes whole labels off the wire, uncompressed.</summary>
    /// <exception cref="WireException">they are no name.</exception>
    public static DnsName FromWire(ReadOnlySpan<byte> wire)
    {
        if (wire.Length is 0 or > MaximumLength) throw new WireException($"name has {wire.Length} octets, {MaximumLength} at most");
        int at = 0;
        while (wire[at] != 0)
        {
            if (wire[at] > MaximumLabel) throw new WireException($"label has {wire[at]} octets, {MaximumLabel} at most");
            at += wire[at] + 1;
            if (at >= wire.Length) throw new WireException("name has no end");
        }
        return at == wire.Length - 1 ? new(wire.ToArray()) : throw new WireException("name goes on after its root label");
    }

    /// <summary>Reads labels divided by dots, with or without one at the end. Escapes are not known: names of ours have none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text.EndsWith('.')) text = text[..^1];
        if (text.Length == 0)
        {
            name = Root;
            return true;
        }
        var wire = new List<byte>(text.Length + 2);
        foreach (string label in text.Split('.'))
        {
            if (label.Length is 0 or > MaximumLabel || !label.All(char.IsAscii)) return false;
            wire.Add((byte)label.Length);
            wire.AddRange(Encoding.ASCII.GetBytes(label));
        }
        wire.Add(0);
        if (wire.Count > MaximumLength) return false;
        name = new([.. wire]);
        return true;
    }

    /// <summary>Reads what <see cref="TryParse"/> reads.</summary>
    /// <exception cref="FormatException">the text is no domain name.</exception>
    public static DnsName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"\"{text}\" is not a domain name such as node1.rack.internal");

    /// <summary>It is <paramref name="apex"/> or lies under it.</summary>
    public bool IsAtOrUnder(DnsName apex)
    {
        int at = 0;
        while (_wire.Length - at > apex._wire.Length) at += _wire[at] + 1;
        return SameOctets(_wire.AsSpan(at), apex._wire);
    }

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && _hash == other._hash && SameOctets(_wire, other._wire);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>Labels divided by dots, without one at the end; odd octets as \DDD (RFC 1035 §5.1).</summary>
    public override string ToString()
    {
        if (_wire[0] == 0) return ".";
        var text = new StringBuilder();
        for (int at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            if (at > 0) text.Append('.');
            foreach (byte octet in _wire.AsSpan(at + 1, _wire[at]))
            {
                if (octet is (byte)'.' or (byte)'\\') text.Append('\\').Append((char)octet);
                else if (octet is > 0x20 and < 0x7f) text.Append((char)octet);
                else text.Append('\\').Append(octet.ToString("D3"));
            }
        }
        return text.ToString();
    }

    private static bool SameOctets(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length) return false;
        for (int i = 0; i < a.Length; i++)
            if (Lower(a[i]) != Lower(b[i])) return false;
        return true;
    }

    // Lengths of labels are under 64 and so never read as letters.
    private static byte Lower(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
}
