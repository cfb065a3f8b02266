using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Commands inside of a session: who may (IPMI 2.0 appendix G), and whose they are.</summary>
internal sealed class SimulatedCommands(SimulatedBmc bmc)
{
    private const NetFn Sensor = (NetFn)0x04, Storage = (NetFn)0x0a, Transport = (NetFn)0x0c;

    /// <summary>Null: it stays silent.</summary>
    public (byte Code, byte[] Data)? Do(Caller caller, NetFn netFn, byte command, byte[] data)
    {
        if (bmc.Refusals.TryGetValue((netFn, command), out byte refusal)) return (refusal, []);
        if (caller.Level < Least(netFn, command)) return (CompletionCode.InsufficientPrivilege, []);
        return netFn switch
        {
            NetFn.Chassis => bmc.Chassis.Do(command, data),
            NetFn.App => App(caller, command, data),
            Sensor => bmc.Records.Sensor(command, data),
            Storage => command switch
            {
                < 0x20 => bmc.Fru.Do(command, data),
                < 0x40 => bmc.Records.Repository(command, data),
                _ => bmc.Log.Do(command, data),
            },
            Transport => command > 0x20 ? bmc.Sol.Configure(command, data) : bmc.Lan.Do(command, data),
            _ => (CompletionCode.InvalidCommand, []),
        };
    }

    private static PrivilegeLevel Least(NetFn netFn, byte command) => (netFn, command) switch
    {
        (NetFn.App, 0x02 or 0x03 or 0x40 or 0x43 or 0x45 or 0x47 or 0x4c or 0x56) => PrivilegeLevel.Administrator,
        (NetFn.App, 0x44 or 0x46) => PrivilegeLevel.Operator,
        (NetFn.Chassis, 0x02 or 0x04 or 0x06 or 0x08 or 0x09) => PrivilegeLevel.Operator,
        (Storage, 0x12 or 0x44 or 0x46 or 0x47 or 0x49) => PrivilegeLevel.Operator,
        (Transport, 0x01 or 0x21) => PrivilegeLevel.Administrator,
        (Transport, 0x02) => PrivilegeLevel.Operator,
        _ => PrivilegeLevel.Callback,
    };

    private (byte, byte[])? App(Caller caller, byte command, byte[] data)
    {
        switch (command)
        {
            case 0x01:
                return (CompletionCode.Ok, bmc.Face.DeviceId);
            case 0x02 or 0x03:
                bmc.Restart(bmc.Face.RestartsIn);
                return null;
            case 0x04:
                return (CompletionCode.Ok, [0x55, 0x00]);
            case 0x08 or 0x37:
                return (CompletionCode.Ok, bmc.Face.Guid);
            case 0x38 or 0x54:
                return SimulatedOutside.Answer(bmc, new(0x20, (byte)NetFn.App << 2, 0x81, 0, command, data));
            case 0x3b when data.Length > 0:
                var wanted = (PrivilegeLevel)(data[0] & 0x0f);
                if (wanted > caller.Highest) return (0x80, []);
                if (wanted != 0) caller.Level = wanted;
                return (CompletionCode.Ok, [(byte)caller.Level]);
            case 0x3c:
                caller.Close();
                return (CompletionCode.Ok, []);
            case 0x3d:
                return (CompletionCode.Ok, [1, (byte)bmc.MaxSessions, (byte)bmc.OpenSessions, 2, (byte)caller.Level, 0x10 | SimulatedLan.Channel]);
            case 0x40 or 0x41 or 0x42 or 0x56:
                return bmc.Lan.Channels(command, data);
            case >= 0x43 and <= 0x47:
                return bmc.Users.Do(command, data, bmc.PasswordRoom);
            case >= 0x48 and <= 0x4f:
                return bmc.Sol.Payloads(caller, command, data, bmc.Lan.Port);
            default:
                return (CompletionCode.InvalidCommand, []);
        }
    }
}
