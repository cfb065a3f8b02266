using System.Collections.Immutable;

namespace Provisioner.Wire.Ipmi;

/// <summary>What a part says that it is: Platform Management FRU Information Storage Definition 1.0 rev 1.3 §8 to §12.</summary>
/// <param name="Chassis">The case, or null.</param>
/// <param name="Board">The board, or null.</param>
/// <param name="Product">The product, or null.</param>
/// <param name="Faults">What of it could not be read, and why.</param>
public sealed record FruInventory(FruChassis? Chassis, FruBoard? Board, FruProduct? Product, ImmutableArray<string> Faults)
{
    private const int Unit = 8;

    /// <summary>Reads an inventory. An area that is broken is a fault, and the others are read all the same.</summary>
    /// <exception cref="WireException">the common header is missing or its checksum is wrong: an empty or foreign memory.</exception>
    public static FruInventory Parse(ReadOnlySpan<byte> octets)
    {
        var header = new IpmiReader(octets, "FRU inventory").Take(Unit, "common header");
        if ((header[0] & 0x0f) != 1) throw new WireException($"FRU inventory: format {header[0] & 0x0f}, wants 1");
        if (Sum(header) != 0) throw new WireException("FRU inventory: the header's checksum is wrong");
        var faults = ImmutableArray.CreateBuilder<string>();
        var chassis = Area(octets, header[2], FruChassis.Read, faults);
        var board = Area(octets, header[3], FruBoard.Read, faults);
        var product = Area(octets, header[4], FruProduct.Read, faults);
        return new(chassis, board, product, faults.ToImmutable());
    }

    /// <summary>How far an inventory goes, as far as its areas say: no more of the memory needs to be read.</summary>
    /// <param name="header">The common header.</param>
    public static IReadOnlyList<int> Areas(ReadOnlySpan<byte> header) =>
        header.Length < Unit || Sum(header[..Unit]) != 0 ? [] : [.. new[] { header[2], header[3], header[4] }.Where(at => at > 0).Select(at => at * Unit)];

    private delegate T Reads<out T>(ref FruReader reader);

    private static T? Area<T>(ReadOnlySpan<byte> octets, int at, Reads<T> read, ImmutableArray<string>.Builder faults) where T : class
    {
        if (at == 0) return null;
        try
        {
            var area = new IpmiReader(octets, "FRU inventory");
            area.Skip(at * Unit, "area");
            var rest = area.Rest();
            if (rest.Length < 2) throw new WireException($"FRU inventory: an area at {at * Unit}, and only {octets.Length} octets");
            int length = rest[1] * Unit;
            if (length == 0 || length > rest.Length) throw new WireException($"FRU inventory: an area of {length} octets at {at * Unit}, and only {octets.Length} in all");
            if (Sum(rest[..length]) != 0) faults.Add($"the checksum of the area at {at * Unit} is wrong");
            var reader = new FruReader(rest[..length]);
            return read(ref reader);
        }
        catch (WireException wrong)
        {
            faults.Add(wrong.Message);
            return null;
        }
    }

    private static byte Sum(ReadOnlySpan<byte> octets)
    {
        byte sum = 0;
        foreach (byte octet in octets) sum += octet;
        return sum;
    }
}
