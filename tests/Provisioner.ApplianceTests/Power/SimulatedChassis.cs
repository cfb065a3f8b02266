using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The machine behind the simulated BMC: power, what it boots from, its blue light. IPMI 2.0 §28.</summary>
internal sealed class SimulatedChassis(SimulatedBmc bmc)
{
    private readonly Dictionary<byte, byte[]> _bootOptions = new() { [0] = [0], [3] = [0], [4] = [0, 0], [5] = [0, 0, 0, 0, 0] };
    private bool _target;
    private DateTime _follows = DateTime.MinValue;
    private DateTime _flagsSet = DateTime.MaxValue;
    private bool _before;
    private byte _policy = 1;

    /// <summary>How long after an order the state follows.</summary>
    public TimeSpan FollowsAfter { get; set; } = TimeSpan.Zero;

    /// <summary>So many power orders are answered with yes, and nothing is done.</summary>
    public int LiesLeft { get; set; }

    /// <summary>Boot flags are answered with yes and not kept.</summary>
    public bool LosesBootFlags { get; set; }

    /// <summary>So many boot flags are answered with yes and not kept.</summary>
    public int BootFlagLiesLeft { get; set; }

    /// <summary>The boot flags' UEFI bit is not kept.</summary>
    public bool LosesUefi { get; set; }

    /// <summary>Boot flags read back without the mark that they are valid.</summary>
    public bool UnmarksBootFlags { get; set; }

    /// <summary>In UEFI mode the disk is the selector "remote hard disk" (9), and "hard disk" (2) is passed over.</summary>
    public bool UefiDiskIsRemote { get; set; }

    /// <summary>Boot flags lapse so long after they were set, unless parameter 3 says otherwise (§28.12).</summary>
    public TimeSpan FlagsLapseAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>"Off" to a machine that is off is an error.</summary>
    public bool RefusesNeedlessOff { get; set; }

    /// <summary>"Power cycle" does nothing to a machine that is off.</summary>
    public bool CycleNeedsOn { get; set; }

    /// <summary>The BMC restarts with its machine, and is away for so long.</summary>
    public TimeSpan BmcAwayAtPowerOn { get; set; }

    public List<byte> Orders { get; } = [];

    public int Resets { get; private set; }

    /// <summary>What it booted from each time: <c>network, UEFI</c>; <c>default</c> without boot flags.</summary>
    public List<string> Boots { get; } = [];

    /// <summary>The blue light's end; <see cref="DateTime.MaxValue"/> for "until told otherwise".</summary>
    public DateTime LitUntil { get; private set; } = DateTime.MinValue;

    public bool Lit => DateTime.UtcNow < LitUntil;

    public byte[] BootFlags => _bootOptions[5];

    /// <summary>Parameter 0: somebody is changing the boot options.</summary>
    public bool SetInProgress
    {
        get => _bootOptions[0][0] == 1;
        set => _bootOptions[0] = [(byte)(value ? 1 : 0)];
    }

    public bool PowerOn
    {
        get => DateTime.UtcNow >= _follows ? _target : _before;
        set => (_target, _follows) = (value, DateTime.MinValue);
    }

    public (byte, byte[]) Do(byte command, byte[] data) => (command, data.Length) switch
    {
        (0x00, _) => (CompletionCode.Ok, [0x00, 0x20, 0x20, 0x20, 0x20]),
        (0x01, _) => (CompletionCode.Ok, [(byte)(_policy << 5 | (PowerOn ? 1 : 0)), 0x10, (byte)(0x40 | (Lit ? LitUntil == DateTime.MaxValue ? 0x20 : 0x10 : 0)), 0]),
        (0x02, 1) => Control((byte)(data[0] & 0x0f)),
        (0x04, _) => Identify(data),
        (0x06, 1) => Policy(data[0]),
        (0x07, _) => (CompletionCode.Ok, [0x01, SimulatedLan.Channel]),
        (0x08, > 1) => SetBootOption((byte)(data[0] & 0x7f), data[1..]),
        (0x09, 3) => GetBootOption((byte)(data[0] & 0x7f)),
        (0x0f, _) => (CompletionCode.Ok, [60, 0x39, 0x05, 0, 0]),
        (0x02 or 0x06 or 0x08 or 0x09, _) => (0xc7, []),
        _ => (CompletionCode.InvalidCommand, []),
    };

    private (byte, byte[]) Policy(byte policy)
    {
        if ((policy & 7) < 3) _policy = (byte)(policy & 7);
        return (CompletionCode.Ok, [0x07]);
    }

    private (byte, byte[]) Identify(byte[] data)
    {
        bool forced = data.Length > 1 && (data[1] & 1) != 0;
        LitUntil = forced ? DateTime.MaxValue : DateTime.UtcNow.AddSeconds(data.Length > 0 ? data[0] : 15);
        return (CompletionCode.Ok, []);
    }

    private (byte, byte[]) Control(byte order)
    {
        Orders.Add(order);
        bool on = PowerOn;
        if (order > 5) return (0xcc, []);
        if (order == 0 && !on && RefusesNeedlessOff) return (CompletionCode.NotInPresentState, []);
        if (order == 3 && !on) return (CompletionCode.NotInPresentState, []);
        if (LiesLeft > 0)
        {
            LiesLeft--;
            return (CompletionCode.Ok, []);
        }
        if (order == 2 && !on && CycleNeedsOn || order == 4) return (CompletionCode.Ok, []);
        if (order == 3) Resets++;
        (_before, _target, _follows) = (on, order is not (0 or 5), DateTime.UtcNow + FollowsAfter);
        if (order is 2 or 3 || order == 1 && !on) Boot();
        return (CompletionCode.Ok, []);
    }

    // The firmware takes the flags, and the BMC clears their mark unless they are for every boot.
    private void Boot()
    {
        byte[] flags = _bootOptions[5];
        bool holds = (flags[0] & 0x80) != 0 && ((_bootOptions[3][0] & 0x08) != 0 || DateTime.UtcNow - _flagsSet < FlagsLapseAfter);
        bool uefi = (flags[0] & 0x20) != 0;
        int selector = flags[1] >> 2 & 0x0f;
        string? device = selector switch
        {
            1 => "network",
            2 when !(uefi && UefiDiskIsRemote) => "disk",
            9 when uefi && UefiDiskIsRemote => "disk",
            5 => "CD",
            6 => "set-up",
            _ => null,
        };
        Boots.Add(holds && device is not null ? $"{device}, {(uefi ? "UEFI" : "BIOS")}" : "default");
        if ((flags[0] & 0x40) == 0) _bootOptions[5] = [(byte)(flags[0] & 0x7f), .. flags[1..]];
        if (BmcAwayAtPowerOn > TimeSpan.Zero) bmc.Restart(BmcAwayAtPowerOn);
    }

    private (byte, byte[]) GetBootOption(byte option)
    {
        if (!_bootOptions.TryGetValue(option, out byte[]? kept)) return (0x80, []);
        if (option == 5 && UnmarksBootFlags) kept = [(byte)(kept[0] & 0x1f), .. kept[1..]];
        return (CompletionCode.Ok, [1, option, .. kept]);
    }

    private (byte, byte[]) SetBootOption(byte option, byte[] data)
    {
        if (!_bootOptions.TryGetValue(option, out byte[]? kept)) return (0x80, []);
        if (data.Length < kept.Length) return (0xc7, []);
        if (option == 0 && data[0] == 1 && SetInProgress) return (0x81, []);
        if (option == 5 && LosesBootFlags) return (CompletionCode.Ok, []);
        if (option == 5 && BootFlagLiesLeft > 0)
        {
            BootFlagLiesLeft--;
            return (CompletionCode.Ok, []);
        }
        if (option == 5 && LosesUefi) data[0] &= 0xdf;
        if (option == 5) _flagsSet = DateTime.UtcNow;
        _bootOptions[option] = data[..kept.Length];
        return (CompletionCode.Ok, []);
    }
}
