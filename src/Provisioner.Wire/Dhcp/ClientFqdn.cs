using System.Text;
using Provisioner.Wire.Dns;

namespace Provisioner.Wire.Dhcp;

/// <summary>Option 81 (RFC 4702 §2): the name that a client wants in DNS, or the one that it has.</summary>
/// <param name="Flags">Who writes what.</param>
/// <param name="Name">Fully qualified, or one label; without a dot at its end; empty where the client has no name.</param>
public sealed record ClientFqdn(FqdnFlags Flags, string Name)
{
    // RFC 4702 §2.2: the RCODE fields are 255 from a server and mean nothing any more.
    private const byte RCode = 255;

    /// <summary>Reads it off a message; null without the option, and where its name is none (then the client is served without it).</summary>
    public static ClientFqdn? Of(DhcpOptions options)
    {
        if (options.Find(DhcpOptionCode.ClientFqdn) is not { Length: >= 3 } value) return null;
        var flags = (FqdnFlags)(value.Span[0] & 0x0f);
        var name = value.Span[3..];
        return (flags & FqdnFlags.Encoded) != 0 ? FromLabels(flags, name) : new(flags, DhcpText.Read(name).TrimEnd('.'));
    }

    /// <summary>The option. With <see cref="FqdnFlags.Encoded"/> the name is written as labels, without as ASCII (§2.3.1).</summary>
    /// <exception cref="WireException">the name is no domain name.</exception>
    public DhcpOption ToOption()
    {
        byte[] name = (Flags & FqdnFlags.Encoded) == 0 ? Encoding.ASCII.GetBytes(Name)
            : DnsName.TryParse(Name, out var parsed) ? parsed.Wire.ToArray() : throw new WireException($"\"{Name}\" is no domain name");
        return new(DhcpOptionCode.ClientFqdn, (byte[])[(byte)Flags, RCode, RCode, .. name]);
    }

    // A name of one label comes without the root's zero (§2.3.1).
    private static ClientFqdn? FromLabels(FqdnFlags flags, ReadOnlySpan<byte> labels)
    {
        try
        {
            if (labels.IsEmpty) return new(flags, "");
            var name = DnsName.FromWire(labels[^1] == 0 ? labels : [.. labels, 0]);
            return new(flags, name.Labels == 0 ? "" : name.ToString());
        }
        catch (WireException)
        {
            return null;
        }
    }
}

/// <summary>RFC 4702 §2.1.</summary>
[Flags]
public enum FqdnFlags : byte
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary>S: the server writes the A record.</summary>
    ServerUpdates = 1,
    /// <summary>O: the server did not do as the client's S said.</summary>
    Overridden = 2,
    /// <summary>E: the name is labels as in DNS, not ASCII.</summary>
    Encoded = 4,
    /// <summary>N: the server writes nothing.</summary>
    NoUpdates = 8,
}
