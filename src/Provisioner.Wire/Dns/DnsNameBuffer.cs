namespace Provisioner.Wire.Dns;

/// <summary>
/// A name that is looked up: in lower case, with the place of each label and the hash of the name from there on. One a thread, filled anew for
/// each query, so that a lookup allocates nothing.
/// </summary>
public sealed class DnsNameBuffer
{
    private const int MostLabels = 127;
    private readonly byte[] _lower = new byte[DnsName.MaximumLength];
    private readonly byte[] _starts = new byte[MostLabels + 1];
    private readonly uint[] _hashes = new uint[MostLabels + 1];

    /// <summary>Octets, the root's zero among them.</summary>
    public int Length { get; private set; }

    /// <summary>Labels, the root's not counted.</summary>
    public int Labels { get; private set; }

    /// <summary>The name without its first <paramref name="skipped"/> labels, in lower case.</summary>
    public ReadOnlySpan<byte> From(int skipped) => _lower.AsSpan(_starts[skipped], Length - _starts[skipped]);

    /// <summary>Where that begins, counted from the name's first octet.</summary>
    public int StartOf(int skipped) => _starts[skipped];

    /// <summary>Its hash: <see cref="DnsNameHash"/>.</summary>
    public uint HashOf(int skipped) => DnsNameHash.Finish(_hashes[skipped]);

    /// <summary>Hash of <c>*</c> in front of it (RFC 4592).</summary>
    public uint WildcardHashOf(int skipped) => DnsNameHash.Finish(DnsNameHash.Step(DnsNameHash.Step(_hashes[skipped], (byte)'*'), 1));

    /// <summary>
    /// Reads an uncompressed name, as a question's is: nothing stands before it that it could point to. False where it is none; then the
    /// buffer holds nothing of use.
    /// </summary>
    /// <param name="end">The octet after it.</param>
    public bool TryRead(ReadOnlySpan<byte> message, int at, out int end)
    {
        end = at;
        int length = 0, labels = 0;
        while (true)
        {
            if (at + length >= message.Length) return false;
            int label = message[at + length];
            if (label > DnsName.MaximumLabel || length + 1 + label > DnsName.MaximumLength - (label == 0 ? 0 : 1)) return false;
            _starts[labels] = (byte)length;
            if (label == 0) break;
            if (at + length + 1 + label > message.Length) return false;
            length += label + 1;
            labels++;
        }
        (Length, Labels, end) = (length + 1, labels, at + length + 1);
        Fill(message.Slice(at, Length));
        return true;
    }

    // From its end to its beginning, in one walk: lower case, and a hash for each label.
    private void Fill(ReadOnlySpan<byte> name)
    {
        var lower = _lower.AsSpan(0, name.Length);
        uint hash = DnsNameHash.Basis;
        int label = Labels, start = _starts[label];
        for (int at = name.Length - 1; at >= 0; at--)
        {
            byte octet = DnsNameHash.Lower(name[at]);
            lower[at] = octet;
            hash = DnsNameHash.Step(hash, octet);
            if (at != start) continue;
            _hashes[label] = hash;
            if (label > 0) start = _starts[--label];
        }
    }
}
