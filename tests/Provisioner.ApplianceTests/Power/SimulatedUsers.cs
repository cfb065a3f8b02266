using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>A user's slot.</summary>
internal sealed record SimulatedUser(byte Id, string Name, byte[] Password, PrivilegeLevel Highest, bool Enabled);

/// <summary>The BMC's users: IPMI 2.0 §22.26 to §22.30. Ten slots; the first is the anonymous one.</summary>
internal sealed class SimulatedUsers
{
    private const int Slots = 10;
    private readonly SimulatedUser[] _users = [.. Enumerable.Range(0, Slots + 1).Select(id => new SimulatedUser((byte)id, "", [], (PrivilegeLevel)0x0f, false))];

    public SimulatedUsers()
    {
        Set(2, "admin", "a-password-of-20-oct", PrivilegeLevel.Administrator);
        Set(3, "oper", "operatorpass1234", PrivilegeLevel.Operator);
        Set(4, "reader", "readerpass123456", PrivilegeLevel.User);
    }

    public void Set(byte id, string name, string password, PrivilegeLevel highest, bool enabled = true) =>
        _users[id] = new(id, name, Encoding.UTF8.GetBytes(password), highest, enabled);

    public SimulatedUser? Find(string name) => Array.Find(_users, u => u.Enabled && u.Name == name && u.Id > 0 && u.Highest <= PrivilegeLevel.Administrator);

    /// <summary>The octets of a password that count; freeipmi and ipmitool pad with zeros, as HMAC does.</summary>
#pragma warning disable CA1822 // It stands where the users are.
    public byte[] Key(SimulatedUser user, int room) => user.Password[..Math.Min(user.Password.Length, room)];
#pragma warning restore CA1822

    public (byte, byte[]) Do(byte command, byte[] data, int room)
    {
        int at = command is 0x43 or 0x44 ? 1 : 0;
        if (data.Length <= at) return (0xc7, []);
        int id = data[at] & 0x3f;
        if (id is 0 or > Slots) return (0xcc, []);
        var user = _users[id];
        switch (command)
        {
            case 0x43 when data.Length >= 3:
                _users[id] = user with { Highest = (PrivilegeLevel)(data[2] & 0x0f) };
                return (CompletionCode.Ok, []);
            case 0x44:
                byte enabled = (byte)_users.Count(u => u.Enabled);
                return (CompletionCode.Ok, [Slots, (byte)(enabled | (user.Enabled ? 0x40 : 0x80)), 1, (byte)((user.Enabled ? 0x30 : 0) | (byte)user.Highest)]);
            case 0x45 when data.Length >= 17:
                if (id == 1) return (0xcc, []);
                _users[id] = user with { Name = Encoding.UTF8.GetString(data, 1, 16).TrimEnd('\0') };
                return (CompletionCode.Ok, []);
            case 0x46:
                var name = new byte[16];
                Encoding.UTF8.GetBytes(user.Name).CopyTo(name, 0);
                return (CompletionCode.Ok, name);
            case 0x47 when data.Length >= 2:
                return Password(user, data, room);
            default:
                return (0xc7, []);
        }
    }

    private (byte, byte[]) Password(SimulatedUser user, byte[] data, int room)
    {
        byte[] given = [.. data.Skip(2)];
        byte[] trimmed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(given).TrimEnd('\0'));
        switch (data[1] & 3)
        {
            case 0 or 1:
                _users[user.Id] = user with { Enabled = (data[1] & 1) != 0 };
                return (CompletionCode.Ok, []);
            case 2:
                if (given.Length is not (16 or 20)) return (0xc7, []);
                _users[user.Id] = user with { Password = trimmed[..Math.Min(trimmed.Length, room)] };
                return (CompletionCode.Ok, []);
            default:
                return (trimmed.AsSpan().SequenceEqual(user.Password) ? CompletionCode.Ok : (byte)0x80, []);
        }
    }
}
