using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The BMC's half of IPMI 1.5 over LAN: §13.4 to §13.13, §22.16, §22.17. MD5 and straight passwords, every message signed.</summary>
internal sealed class SimulatedLanSessions(SimulatedBmc bmc)
{
    private readonly Dictionary<uint, Slot> _slots = [];
    private readonly Lock _turn = new();
    private uint _lastId = 0x15000000;

    private sealed class Slot
    {
        public required SimulatedUser User { get; init; }
        public required byte[] Challenge { get; init; }
        public byte Authentication { get; init; }
        public bool Active { get; set; }
        public uint Inbound { get; set; }
        public uint Outbound { get; set; }
        public Caller? Caller { get; set; }
        public HashSet<uint> Taken { get; } = [];
        public long LastUsed { get; set; } = Environment.TickCount64;
    }

    public int Count
    {
        get { lock (_turn) return _slots.Count(s => s.Value.Active && Environment.TickCount64 - s.Value.LastUsed < bmc.SessionLife.TotalMilliseconds); }
    }

    public void Forget()
    {
        lock (_turn) _slots.Clear();
    }

    public (Stage, byte[])? Answer(ReadOnlySpan<byte> datagram)
    {
        int head = datagram[4] == 0 ? 13 : 29;
        if (datagram.Length <= head || datagram.Length < head + 1 + datagram[head]) return null;
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(datagram[5..]), id = BinaryPrimitives.ReadUInt32LittleEndian(datagram[9..]);
        if (SimulatedMessage.Read(datagram.Slice(head + 1, datagram[head])) is not { } request) return null;
        lock (_turn)
        {
            if (id == 0 && datagram[4] == 0) return Outside(request);
            if (!_slots.TryGetValue(id, out var slot) || slot.Authentication != datagram[4]) return null;
            byte[] message = datagram.Slice(head + 1, datagram[head]).ToArray();
            if (!Code(slot, id, sequence, message).AsSpan().SequenceEqual(datagram.Slice(13, 16))) return null;
            return slot.Active ? InSession(slot, id, sequence, request) : Activate(slot, id, request);
        }
    }

    private (Stage, byte[])? Outside(SimulatedMessage request)
    {
        if ((request.NetFn, request.Command) != (NetFn.App, 0x39) || !(bmc.Speaks15 || bmc.Speaks15Only) || request.Data.Length < 17)
            return SimulatedOutside.Answer(bmc, request) is { } answer ? (Stage.Capabilities, Plain(request.Answer(answer.Code, answer.Data))) : null;
        bmc.Hear("challenge");
        string name = Encoding.UTF8.GetString(request.Data, 1, 16).TrimEnd('\0');
        if (bmc.Users.Find(name) is not { } user) return (Stage.OpenSession, Plain(request.Answer(0x81, [])));
        if (request.Data[0] is not (0x02 or 0x04)) return (Stage.OpenSession, Plain(request.Answer(CompletionCode.InvalidCommand, [])));
        if (_slots.Count >= bmc.MaxSessions) return (Stage.OpenSession, Plain(request.Answer(CompletionCode.NodeBusy, [])));
        var slot = new Slot
        {
            User = user,
            Challenge = RandomNumberGenerator.GetBytes(16),
            Authentication = request.Data[0],
        };
        _slots[++_lastId] = slot;
        return (Stage.OpenSession, Plain(request.Answer(CompletionCode.Ok, [.. BitConverter.GetBytes(_lastId), .. slot.Challenge])));
    }

    private (Stage, byte[])? Activate(Slot slot, uint id, SimulatedMessage request)
    {
        if ((request.NetFn, request.Command) != (NetFn.App, 0x3a) || request.Data.Length < 22) return null;
        bmc.Hear("activate");
        if (!request.Data.AsSpan(2, 16).SequenceEqual(slot.Challenge)) return null;
        slot.Outbound = BinaryPrimitives.ReadUInt32LittleEndian(request.Data.AsSpan(18));
        if ((request.Data[1] & 0x0f) > (byte)slot.User.Highest) return (Stage.Rakp4, Sign(slot, id, request.Answer(0x86, [])));
        (slot.Active, slot.Inbound) = (true, 0x100 + (id & 0xff));
        slot.Caller = new(slot.User.Name, slot.User.Highest, PrivilegeLevel.User)
        {
            Session = id,
            Close = () => _slots.Remove(id),
        };
        return (Stage.Rakp4, Sign(slot, id, request.Answer(CompletionCode.Ok, [slot.Authentication, .. BitConverter.GetBytes(id), .. BitConverter.GetBytes(slot.Inbound), (byte)slot.User.Highest])));
    }

    private (Stage, byte[])? InSession(Slot slot, uint id, uint sequence, SimulatedMessage request)
    {
        // §6.12.13 (1.5): eight ahead of and behind the next number, each once.
        if (Math.Abs((long)sequence - slot.Inbound) > 8 || !slot.Taken.Add(sequence)) return null;
        if (sequence >= slot.Inbound) slot.Inbound = sequence + 1;
        if (Environment.TickCount64 - slot.LastUsed > bmc.SessionLife.TotalMilliseconds) return null;
        slot.LastUsed = Environment.TickCount64;
        bmc.Hear($"{(byte)request.NetFn:x2} {request.Command:x2}");
        return bmc.Do(slot.Caller!, request.NetFn, request.Command, request.Data) is { } answer
            ? (Stage.Command, Sign(slot, id, request.Answer(answer.Code, answer.Data, bmc.WrongChecksums)))
            : null;
    }

    private static byte[] Plain(byte[] message) => [0x06, 0, 0xff, 0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)message.Length, .. message];

    private byte[] Sign(Slot slot, uint id, byte[] message)
    {
        uint sequence = slot.Outbound++;
        return [0x06, 0, 0xff, 0x07, slot.Authentication, .. BitConverter.GetBytes(sequence), .. BitConverter.GetBytes(id), .. Code(slot, id, sequence, message), (byte)message.Length, .. message];
    }

    // §22.17.1: MD5 over password, id, message, number and password; or the password itself.
    private byte[] Code(Slot slot, uint id, uint sequence, byte[] message)
    {
        var password = new byte[16];
        byte[] kept = bmc.Users.Key(slot.User, 16);
        kept.CopyTo(password, 0);
        return slot.Authentication == 0x04 ? password
            : MD5.HashData([.. password, .. BitConverter.GetBytes(id), .. message, .. BitConverter.GetBytes(sequence), .. password]);
    }
}
