using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The machine behind the simulated BMC: power, boot options, and a face.</summary>
internal sealed class SimulatedChassis
{
    private readonly Dictionary<byte, byte[]> _bootOptions = new() { [0] = [0], [3] = [0], [4] = [0, 0], [5] = [0, 0, 0, 0, 0] };
    private bool _target;
    private DateTime _follows = DateTime.MinValue;
    private bool _before;

    /// <summary>How long after an order the state follows.</summary>
    public TimeSpan FollowsAfter { get; set; } = TimeSpan.Zero;

    /// <summary>So many power orders are answered with yes, and nothing is done.</summary>
    public int LiesLeft { get; set; }

    /// <summary>Boot flags are answered with yes and not kept.</summary>
    public bool LosesBootFlags { get; set; }

    /// <summary>The boot flags' UEFI bit is not kept.</summary>
    public bool LosesUefi { get; set; }

    /// <summary>"Off" to a machine that is off is an error.</summary>
    public bool RefusesNeedlessOff { get; set; }

    public List<byte> Orders { get; } = [];

    public int Resets { get; private set; }

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

    public (byte, byte[]) Do(IpmiRequest request, PrivilegeLevel level)
    {
        var data = request.Data.Span;
        switch (request.NetFn, request.Command)
        {
            case (NetFn.App, 0x01):
                return (CompletionCode.Ok, [0x20, 0x01, 0x02, 0x52, 0x02, 0x9f, 0xa2, 0x02, 0x00, 0x00, 0x01, 0, 0, 0, 0]);
            case (NetFn.Chassis, 0x01):
                return (CompletionCode.Ok, [(byte)(PowerOn ? 0x21 : 0x20), 0x10, 0x40]);
            case (NetFn.Chassis, _) when level < PrivilegeLevel.Operator:
                return (CompletionCode.InsufficientPrivilege, []);
            case (NetFn.Chassis, 0x02):
                return Control((byte)(data[0] & 0x0f));
            case (NetFn.Chassis, 0x08):
                return SetBootOption(data[0], data[1..].ToArray());
            case (NetFn.Chassis, 0x09):
                return _bootOptions.TryGetValue((byte)(data[0] & 0x7f), out byte[]? kept) ? (CompletionCode.Ok, [1, data[0], .. kept]) : ((byte)0x80, []);
            default:
                return (CompletionCode.InvalidCommand, []);
        }
    }

    private (byte, byte[]) Control(byte order)
    {
        Orders.Add(order);
        if (order == 0 && !PowerOn && RefusesNeedlessOff) return (CompletionCode.NotInPresentState, []);
        if (order == 3 && !PowerOn) return (CompletionCode.NotInPresentState, []);
        if (LiesLeft > 0)
        {
            LiesLeft--;
            return (CompletionCode.Ok, []);
        }
        if (order == 3) Resets++;
        (_before, _target, _follows) = (PowerOn, order is not (0 or 5), DateTime.UtcNow + FollowsAfter);
        return (CompletionCode.Ok, []);
    }

    private (byte, byte[]) SetBootOption(byte option, byte[] data)
    {
        if (!_bootOptions.ContainsKey(option)) return (0x80, []);
        if (option == 0 && data[0] == 1 && SetInProgress) return (0x81, []);
        if (option == 5 && LosesBootFlags) return (CompletionCode.Ok, []);
        if (option == 5 && LosesUefi) data[0] &= 0xdf;
        _bootOptions[option] = data;
        return (CompletionCode.Ok, []);
    }
}
