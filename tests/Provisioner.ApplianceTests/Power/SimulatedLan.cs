using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Channel 1, the LAN: its parameters and who may use it. IPMI 2.0 §23, §22.22 to §22.25.</summary>
internal sealed class SimulatedLan(SimulatedBmc bmc)
{
    public const byte Channel = 0x01;
    private static readonly HashSet<byte> ReadOnly = [1, 22, 23];

    private readonly Dictionary<byte, byte[]> _parameters = new()
    {
        [0] = [0],
        [1] = [0x14],
        [2] = [0x14, 0x14, 0x14, 0x14, 0],
        [3] = [192, 0, 2, 77],
        [4] = [1],
        [5] = [0x52, 0x54, 0x00, 0x12, 0x34, 0x56],
        [6] = [255, 255, 255, 0],
        [7] = [0x40, 0x40, 0x10],
        [10] = [0x02],
        [11] = [0x04],
        [12] = [192, 0, 2, 1],
        [13] = [0, 0, 0, 0, 0, 0],
        [14] = [0, 0, 0, 0],
        [15] = [0, 0, 0, 0, 0, 0],
        [16] = [.. "public"u8, .. new byte[12]],
        [20] = [0, 0],
        [21] = [0],
        [24] = [0, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44, 0x44],
    };

    private byte _access = 0x3a, _limit = 0x04;

    /// <summary>The UDP port that SOL names.</summary>
    public int Port { get; set; } = 623;

    /// <summary>A parameter's data.</summary>
    public byte[] this[byte parameter]
    {
        get => _parameters[parameter];
        set => _parameters[parameter] = value;
    }

    public (byte, byte[]) Do(byte command, byte[] data) => command switch
    {
        0x01 when data.Length > 2 => Set(data[0], data[1], data[2..]),
        0x02 when data.Length == 4 => Get(data[0], data[1]),
        0x01 or 0x02 => (0xc7, []),
        _ => (CompletionCode.InvalidCommand, []),
    };

    /// <summary>Set and Get Channel Access, Get Channel Info, Set Channel Security Keys.</summary>
    public (byte, byte[]) Channels(byte command, byte[] data)
    {
        if (data.Length == 0 || !Ours(data[0])) return (0xcc, []);
        switch (command)
        {
            case 0x40 when data.Length >= 3:
                if ((data[1] & 0xc0) != 0) (_access, bmc.LanAccess) = ((byte)(data[1] & 0x3f), (data[1] & 7) == 2);
                if ((data[2] & 0xc0) != 0) _limit = (byte)(data[2] & 0x0f);
                return (CompletionCode.Ok, []);
            case 0x41:
                return (CompletionCode.Ok, [(byte)(_access & 0xf8 | (bmc.LanAccess ? 2 : 0)), _limit]);
            case 0x42:
                return (CompletionCode.Ok, [Channel, 0x04, 0x01, (byte)(0x80 | bmc.OpenSessions), 0xf2, 0x1b, 0x00, 0, 0]);
            case 0x56 when data.Length >= 3 && data[2] == 1:
                if (data[1] == 1 && data.Length >= 23) bmc.Kg = data[3..23].AsSpan().ContainsAnyExcept((byte)0) ? data[3..23] : [];
                return (CompletionCode.Ok, [0]);
            default:
                return (0xcc, []);
        }
    }

    private static bool Ours(byte channel) => (channel & 0x0f) is Channel or 0x0e;

    private (byte, byte[]) Set(byte channel, byte parameter, byte[] data)
    {
        if (!Ours(channel)) return (0xcc, []);
        if (ReadOnly.Contains(parameter)) return (0x82, []);
        if (!_parameters.TryGetValue(parameter, out byte[]? kept)) return (0x80, []);
        if (parameter == 0 && data[0] == 1 && kept[0] == 1) return (0x81, []);
        if (data.Length < kept.Length) return (0xc7, []);
        _parameters[parameter] = data[..kept.Length];
        return (CompletionCode.Ok, []);
    }

    private (byte, byte[]) Get(byte channel, byte parameter)
    {
        if (!Ours(channel)) return (0xcc, []);
        if ((channel & 0x80) != 0) return (CompletionCode.Ok, [0x11]);
        byte[]? data = parameter switch
        {
            22 => [(byte)bmc.Suites.Length],
            23 => [0, .. bmc.Suites.Order(), .. new byte[16 - bmc.Suites.Length]],
            _ => _parameters.GetValueOrDefault(parameter),
        };
        return data is null ? (0x80, []) : (CompletionCode.Ok, [0x11, .. data]);
    }
}
