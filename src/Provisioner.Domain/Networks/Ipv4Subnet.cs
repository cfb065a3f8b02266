using Provisioner.Wire;

namespace Provisioner.Domain.Networks;

/// <summary>An IPv4 subnet.</summary>
/// <param name="Network">Its first address, host bits zero.</param>
/// <param name="PrefixLength">Bits of the prefix, 0 to 32.</param>
public readonly record struct Ipv4Subnet(Ipv4Address Network, int PrefixLength)
{
    /// <summary>The subnet that an address lies in.</summary>
    public static Ipv4Subnet Of(Ipv4Address address, int prefixLength) =>
        new(new(address.Value & MaskBits(prefixLength)), prefixLength);

    /// <summary>The mask, 255.255.255.0.</summary>
    public Ipv4Address Mask => new(MaskBits(PrefixLength));

    /// <summary>The directed broadcast address.</summary>
    public Ipv4Address Broadcast => new(Network.Value | ~MaskBits(PrefixLength));

    /// <summary>The address lies in it, its first and last among them.</summary>
    public bool Contains(Ipv4Address address) => (address.Value & MaskBits(PrefixLength)) == Network.Value;

    /// <summary>The address could be a host's: neither the network's nor the broadcast address, where the subnet has such (RFC 3021).</summary>
    public bool HasHost(Ipv4Address address) =>
        Contains(address) && (PrefixLength >= 31 || address != Network && address != Broadcast);

    /// <summary>Reads <c>10.77.0.0/24</c>; bits behind the prefix may be set, and are kept.</summary>
    public static bool TryParse(string? text, out Ipv4Subnet subnet)
    {
        subnet = default;
        if (text?.Split('/') is not [var address, var prefix] || prefix.Length is 0 or > 2 || !prefix.All(char.IsAsciiDigit)) return false;
        if (!Ipv4Address.TryParse(address, out var network) || int.Parse(prefix, System.Globalization.CultureInfo.InvariantCulture) is not (<= 32 and var length)) return false;
        subnet = new(network, length);
        return true;
    }

    /// <summary><c>10.77.0.0/24</c>.</summary>
    public override string ToString() => $"{Network}/{PrefixLength}";

    private static uint MaskBits(int prefixLength) => prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength);
}
