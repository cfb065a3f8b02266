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

    private readonly byte[] _wire, _lower;

    private DnsName(byte[] wire)
    {
        _wire = _lower = wire;
        if (wire.AsSpan().ContainsAnyInRange((byte)'A', (byte)'Z')) _lower = [.. wire.Select(DnsNameHash.Lower)];
        Hash = DnsNameHash.Of(_lower);
    }

    /// <summary>Labels with their lengths, ended by the root's zero.</summary>
    public ReadOnlyMemory<byte> Wire => _wire;

    /// <summary>The same in lower case: what is compared.</summary>
    public ReadOnlySpan<byte> Lower => _lower;

    /// <summary><see cref="DnsNameHash"/> of <see cref="Lower"/>.</summary>
    public uint Hash { get; }

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

    /// <summary>Its first label is <c>*</c> (RFC 4592).</summary>
    public bool IsWildcard => _wire is [1, (byte)'*', ..];

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

    /// <summary>Reads labels divided by dots, with or without one at the end; <c>\.</c> and <c>\DDD</c> stand for an octet (RFC 1035 §5.1).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsName? name)
    {
        name = text is "" or "." ? Root : null;
        if (name is not null) return true;
        var wire = new List<byte>(text.Length + 2) { 0 };
        int label = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '.')
            {
                if (wire[label] == 0) return false;
                if (at == text.Length - 1) break;
                label = wire.Count;
                wire.Add(0);
                continue;
            }
            if (Octet(text, ref at) is not { } octet || ++wire[label] > MaximumLabel) return false;
            wire.Add(octet);
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

    /// <summary>One label in front of this name; null where it doesn't fit.</summary>
    public DnsName? Child(string label) =>
        label.Length is > 0 and <= MaximumLabel && Ascii.IsValid(label) && label.Length + 1 + _wire.Length <= MaximumLength
            ? new([(byte)label.Length, .. Encoding.ASCII.GetBytes(label), .. _wire]) : null;

    /// <summary>It is <paramref name="apex"/> or lies under it.</summary>
    public bool IsAtOrUnder(DnsName apex)
    {
        int at = 0;
        while (_lower.Length - at > apex._lower.Length) at += _lower[at] + 1;
        return _lower.AsSpan(at).SequenceEqual(apex._lower);
    }

    /// <inheritdoc/>
    public bool Equals(DnsName? other) => other is not null && Hash == other.Hash && _lower.AsSpan().SequenceEqual(other._lower);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DnsName);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Hash;

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

    // One octet of a label; an escape is read whole.
    private static byte? Octet(string text, ref int at)
    {
        if (!char.IsAscii(text[at]) || text[at] <= ' ') return null;
        if (text[at] != '\\') return (byte)text[at];
        if (at + 3 < text.Length && byte.TryParse(text.AsSpan(at + 1, 3), System.Globalization.NumberStyles.None, null, out byte octet))
        {
            at += 3;
            return octet;
        }
        return ++at < text.Length && char.IsAscii(text[at]) && !char.IsAsciiDigit(text[at]) ? (byte)text[at] : null;
    }
}
