namespace Provisioner.ApplianceTests.Power;

/// <summary>Who a simulated BMC says it is: IPMI 2.0 §20.1, §20.8, and what it shows of its machine.</summary>
internal sealed record BmcFace
{
    public string Manufacturer { get; init; } = "Simulated";

    public string Product { get; init; } = "Server";

    public string Serial { get; init; } = "SIM00001";

    /// <summary>IANA enterprise number: 11 Hewlett-Packard, 674 Dell.</summary>
    public int IpmiManufacturer { get; init; } = 674;

    public ushort IpmiProduct { get; init; } = 0x0100;

    public byte Device { get; init; } = 0x20;

    /// <summary>Firmware: 2.52.</summary>
    public (byte Major, byte Minor) Firmware { get; init; } = (2, 0x52);

    public byte[] Guid { get; init; } = Convert.FromHexString("3b1cf2a0000711e5a8370800200c9a66");

    /// <summary>How long its own restart takes.</summary>
    public TimeSpan RestartsIn { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>A discrete sensor with an analog reading.</summary>
    public bool DiscreteReadings { get; init; }

    /// <summary>A sensor that says that it is not scanned.</summary>
    public bool SensorsSayUnscanned { get; init; }

    /// <summary>FRU areas with wrong checksums.</summary>
    public bool WrongFruChecksums { get; init; }

    public byte[] DeviceId =>
    [
        Device, 0x01, Firmware.Major, Firmware.Minor, 0x02, 0x9f,
        (byte)IpmiManufacturer, (byte)(IpmiManufacturer >> 8), (byte)(IpmiManufacturer >> 16), (byte)IpmiProduct, (byte)(IpmiProduct >> 8), 0, 0, 0, 0,
    ];
}
