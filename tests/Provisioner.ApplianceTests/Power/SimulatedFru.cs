using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>FRU 0, the machine: IPMI 2.0 §34; Platform Management FRU Information Storage Definition 1.0.</summary>
internal sealed class SimulatedFru
{
    private readonly byte[] _data;

    public SimulatedFru(BmcFace face)
    {
        byte[] chassis = Area([0x17, .. Field("CH-1"), .. Field(face.Serial)], face.WrongFruChecksums);
        byte[] board = Area([0, 0x00, 0x12, 0xc8, .. Field(face.Manufacturer), .. Field($"{face.Product} Board"), .. Field($"{face.Serial}B"), .. Field("PN-100"), .. Field("")], face.WrongFruChecksums);
        byte[] product = Area([0, .. Field(face.Manufacturer), .. Field(face.Product), .. Field("PN-200"), .. Field("01"), .. Field(face.Serial), .. Field("asset-7"), .. Field("")], face.WrongFruChecksums);
        int boardAt = 1 + chassis.Length / 8, productAt = boardAt + board.Length / 8;
        byte[] header = [1, 0, 1, (byte)boardAt, (byte)productAt, 0, 0];
        _data = [.. header, Check(header), .. chassis, .. board, .. product];
    }

    public (byte, byte[]) Do(byte command, byte[] data)
    {
        if (data.Length == 0 || data[0] != 0) return (0xcb, []);
        if (command == 0x10) return (CompletionCode.Ok, [(byte)_data.Length, (byte)(_data.Length >> 8), 0]);
        if (command != 0x11 || data.Length != 4) return (CompletionCode.InvalidCommand, []);
        int offset = data[1] | data[2] << 8;
        if (offset >= _data.Length) return (0xc9, []);
        byte[] part = [.. _data.Skip(offset).Take(data[3])];
        return (CompletionCode.Ok, [(byte)part.Length, .. part]);
    }

    private static byte[] Area(byte[] body, bool wrong)
    {
        int length = (2 + body.Length + 1 + 1 + 7) / 8 * 8;
        var area = new byte[length];
        (area[0], area[1]) = (1, (byte)(length / 8));
        body.CopyTo(area, 2);
        area[2 + body.Length] = 0xc1;
        area[^1] = (byte)(Check(area) + (wrong ? 1 : 0));
        return area;
    }

    private static byte[] Field(string text) => [(byte)(0xc0 | text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte Check(byte[] octets) => (byte)-octets.Sum(o => o);
}
