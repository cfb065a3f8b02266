namespace Provisioner.Wire.Dns;

/// <summary>Writes names one after the other, pointing back to those that were written before (RFC 1035 §4.1.4), as option 119 of DHCP has them.</summary>
internal ref struct DnsWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private readonly Dictionary<DnsName, int> _written = [];

    internal int Length { get; private set; }

    /// <summary>Something didn't fit: what was written is of no use.</summary>
    internal bool Overflowed { get; private set; }

    internal void Name(DnsName name)
    {
        for (var rest = name; rest is not null && rest.Labels > 0; rest = rest.Parent)
        {
            if (_written.TryGetValue(rest, out int at))
            {
                Bytes([(byte)(0xc0 | at >> 8), (byte)at]);
                return;
            }
            if (Length <= DnsReplyWriter.FurthestPointer) _written[rest] = Length;
            var wire = rest.Wire.Span;
            Bytes(wire[..(wire[0] + 1)]);
        }
        Bytes([0]);
    }

    private void Bytes(scoped ReadOnlySpan<byte> octets)
    {
        Overflowed |= octets.Length > _destination.Length - Length;
        if (Overflowed) return;
        octets.CopyTo(_destination[Length..]);
        Length += octets.Length;
    }
}
