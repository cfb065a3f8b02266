using System.Collections.Frozen;
using System.Globalization;

namespace Provisioner.Wire.Dns;

/// <summary>Record types (IANA DNS parameters) that are known by name here; any other travels as a number (RFC 3597).</summary>
public enum DnsType : ushort
{
    /// <summary>RFC 1035 §3.4.1.</summary>
    A = 1,
    /// <summary>RFC 1035 §3.3.11.</summary>
    Ns = 2,
    /// <summary>RFC 1035 §3.3.1.</summary>
    Cname = 5,
    /// <summary>RFC 1035 §3.3.13.</summary>
    Soa = 6,
    /// <summary>RFC 1035 §3.3.12.</summary>
    Ptr = 12,
    /// <summary>RFC 1035 §3.3.9.</summary>
    Mx = 15,
    /// <summary>RFC 1035 §3.3.14.</summary>
    Txt = 16,
    /// <summary>RFC 3596.</summary>
    Aaaa = 28,
    /// <summary>RFC 2782.</summary>
    Srv = 33,
    /// <summary>Another name for a whole tree, RFC 6672: passed on, never made here.</summary>
    Dname = 39,
    /// <summary>RFC 6891.</summary>
    Opt = 41,
    /// <summary>Delegation signer, RFC 4034 §5: the one type at a zone cut that the parent answers for.</summary>
    Ds = 43,
    /// <summary>Fingerprint of an SSH host key, RFC 4255.</summary>
    Sshfp = 44,
    /// <summary>Signature, RFC 4034 §3: passed on to who asks with DO.</summary>
    Rrsig = 46,
    /// <summary>RFC 4034 §4.</summary>
    Nsec = 47,
    /// <summary>RFC 5155.</summary>
    Nsec3 = 50,
    /// <summary>Incremental transfer, RFC 1995.</summary>
    Ixfr = 251,
    /// <summary>Whole transfer, RFC 5936.</summary>
    Axfr = 252,
    /// <summary>Any: RFC 8482.</summary>
    Any = 255,
}

/// <summary>Names of record types.</summary>
public static class DnsTypeName
{
    private static readonly FrozenDictionary<string, DnsType> ByName =
        Enum.GetValues<DnsType>().ToFrozenDictionary(t => t.ToString().ToUpperInvariant(), StringComparer.OrdinalIgnoreCase);

    /// <summary><c>AAAA</c>; <c>TYPE65280</c> for what has no name here (RFC 3597 §5).</summary>
    public static string Of(DnsType type) => Enum.IsDefined(type) ? type.ToString().ToUpperInvariant() : $"TYPE{(ushort)type}";

    /// <summary>Reads what <see cref="Of"/> writes, in any case.</summary>
    public static bool TryParse(string text, out DnsType type)
    {
        if (ByName.TryGetValue(text, out type)) return true;
        bool numbered = text.StartsWith("TYPE", StringComparison.OrdinalIgnoreCase);
        bool known = ushort.TryParse(numbered ? text.AsSpan(4) : default, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number);
        type = (DnsType)number;
        return known;
    }
}
