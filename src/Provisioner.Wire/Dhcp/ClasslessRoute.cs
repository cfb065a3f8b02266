namespace Provisioner.Wire.Dhcp;

/// <summary>One route of option 121 (RFC 3442).</summary>
/// <param name="Network">Destination, host bits zero.</param>
/// <param name="PrefixLength">0 to 32; 0 is the default route.</param>
/// <param name="Router">Next hop; 0.0.0.0 for a destination on the link itself.</param>
public readonly record struct ClasslessRoute(Ipv4Address Network, int PrefixLength, Ipv4Address Router)
{
    /// <summary>The option: of each destination only the octets that its prefix reaches into.</summary>
    public static DhcpOption ToOption(IReadOnlyList<ClasslessRoute> routes)
    {
        var octets = new List<byte>(routes.Count * 9);
        Span<byte> address = stackalloc byte[Ipv4Address.Length];
        foreach (var route in routes)
        {
            octets.Add((byte)route.PrefixLength);
            route.Network.WriteTo(address);
            octets.AddRange(address[..((route.PrefixLength + 7) / 8)]);
            route.Router.WriteTo(address);
            octets.AddRange(address);
        }
        return new(DhcpOptionCode.ClasslessRoutes, octets.ToArray());
    }

    /// <summary>Reads the option's octets.</summary>
    /// <exception cref="WireException">a route is cut short, or its prefix longer than 32.</exception>
    public static IReadOnlyList<ClasslessRoute> Read(ReadOnlySpan<byte> octets)
    {
        var routes = new List<ClasslessRoute>();
        Span<byte> network = stackalloc byte[Ipv4Address.Length];
        while (octets.Length > 0)
        {
            int prefix = octets[0], known = (prefix + 7) / 8;
            if (prefix > 32) throw new WireException($"a route of option 121 has a prefix of {prefix}, 32 at most");
            if (octets.Length < 1 + known + Ipv4Address.Length) throw new WireException("a route of option 121 is cut short");
            network.Clear();
            octets.Slice(1, known).CopyTo(network);
            routes.Add(new(Ipv4Address.FromBytes(network), prefix, Ipv4Address.FromBytes(octets[(1 + known)..])));
            octets = octets[(1 + known + Ipv4Address.Length)..];
        }
        return routes;
    }

    /// <summary><c>10.0.0.0/8 via 10.77.0.254</c>.</summary>
    public override string ToString() => $"{Network}/{PrefixLength} via {Router}";
}
