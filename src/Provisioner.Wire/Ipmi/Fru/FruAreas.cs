using System.Collections.Immutable;

namespace Provisioner.Wire.Ipmi;

/// <summary>The chassis area: FRU 1.0 §10.</summary>
/// <param name="Type">SMBIOS chassis type: 17 main server chassis, 23 rack mount, 28 blade.</param>
/// <param name="PartNumber">Part number.</param>
/// <param name="Serial">Serial number.</param>
/// <param name="Extra">What the maker added.</param>
public sealed record FruChassis(byte Type, string PartNumber, string Serial, ImmutableArray<string> Extra)
{
    internal static FruChassis Read(ref FruReader reader)
    {
        reader.Start();
        byte type = reader.U8("chassis type");
        return new(type, reader.Text(), reader.Text(), reader.Rest());
    }
}

/// <summary>The board area: FRU 1.0 §11.</summary>
/// <param name="Made">When it was made, UTC; null where it is not said.</param>
/// <param name="Manufacturer">Maker.</param>
/// <param name="Product">Name.</param>
/// <param name="Serial">Serial number.</param>
/// <param name="PartNumber">Part number.</param>
/// <param name="FileId">Of the file that wrote the inventory.</param>
/// <param name="Extra">What the maker added.</param>
public sealed record FruBoard(DateTimeOffset? Made, string Manufacturer, string Product, string Serial, string PartNumber, string FileId, ImmutableArray<string> Extra)
{
    private static readonly DateTimeOffset Epoch = new(1996, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static FruBoard Read(ref FruReader reader)
    {
        reader.Start();
        reader.U8("language");
        int minutes = reader.U8("date") | reader.U8("date") << 8 | reader.U8("date") << 16;
        return new(minutes == 0 ? null : Epoch.AddMinutes(minutes), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Rest());
    }
}

/// <summary>The product area: FRU 1.0 §12.</summary>
/// <param name="Manufacturer">Maker.</param>
/// <param name="Name">Name.</param>
/// <param name="PartNumber">Part or model number.</param>
/// <param name="Version">Version.</param>
/// <param name="Serial">Serial number.</param>
/// <param name="AssetTag">The owner's mark.</param>
/// <param name="FileId">Of the file that wrote the inventory.</param>
/// <param name="Extra">What the maker added.</param>
public sealed record FruProduct(string Manufacturer, string Name, string PartNumber, string Version, string Serial, string AssetTag, string FileId, ImmutableArray<string> Extra)
{
    internal static FruProduct Read(ref FruReader reader)
    {
        reader.Start();
        reader.U8("language");
        return new(reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.Rest());
    }
}

/// <summary>Reads an area's fields; the mark 0xc1 ends them, and what is asked for after it is empty (§13).</summary>
internal ref struct FruReader(ReadOnlySpan<byte> area)
{
    private const byte End = 0xc1;
    private IpmiReader _reader = new(area, "FRU area");
    private bool _ended;

    public void Start() => _reader.Skip(2, "format and length");

    public byte U8(string field) => _reader.U8(field);

    public string Text() => Next() ?? "";

    public ImmutableArray<string> Rest()
    {
        var rest = ImmutableArray.CreateBuilder<string>();
        while (Next() is { } text)
            if (text.Length > 0) rest.Add(text);
        return rest.ToImmutable();
    }

    private string? Next()
    {
        if (_ended || _reader.Left == 0) return null;
        byte kind = _reader.U8("field");
        _ended = kind == End;
        if (_ended) return null;
        var octets = _reader.Take(kind & 0x3f, "field");
        return kind >> 6 == 0 ? Convert.ToHexStringLower(octets) : IpmiText.Of(kind >> 6, octets);
    }
}
