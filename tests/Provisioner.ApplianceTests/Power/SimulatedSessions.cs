using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The BMC's half of RMCP+: sessions from Open Session to Close Session. IPMI 2.0 §13.14 to §13.23.</summary>
internal sealed class SimulatedSessions(SimulatedBmc bmc)
{
    private readonly Dictionary<uint, Slot> _slots = [];
    private readonly Lock _turn = new();
    private uint _lastId = 0x02000000;

    private sealed class Slot
    {
        public required uint ConsoleId { get; init; }
        public required uint ManagedId { get; init; }
        public required SimulatedSuite Suite { get; init; }
        public required byte OpenLevel { get; init; }
        public byte[] ConsoleRandom { get; set; } = [];
        public byte[] ManagedRandom { get; set; } = [];
        public byte[] NameFields { get; set; } = [];
        public byte[] Password { get; set; } = [];
        public string User { get; set; } = "";
        public PrivilegeLevel Highest { get; set; }
        public Caller? Caller { get; set; }
        public SimulatedSeal? Seal { get; set; }
        public long LastUsed { get; set; } = Environment.TickCount64;
    }

    public int Count
    {
        get { lock (_turn) { Expire(); return _slots.Count; } }
    }

    public void Forget()
    {
        lock (_turn) _slots.Clear();
    }

    public (Stage, byte[])? Answer(ReadOnlySpan<byte> datagram, Action<Stage, byte[]>? send)
    {
        if (datagram.Length < 16 || datagram.Length < 16 + BinaryPrimitives.ReadUInt16LittleEndian(datagram[14..])) return Garbage();
        uint id = BinaryPrimitives.ReadUInt32LittleEndian(datagram[6..]);
        byte type = (byte)(datagram[5] & 0x3f);
        byte[] payload = datagram.Slice(16, BinaryPrimitives.ReadUInt16LittleEndian(datagram[14..])).ToArray();
        lock (_turn)
        {
            Expire();
            return (id, type) switch
            {
                (0, 0x10) => payload.Length < 32 ? Garbage() : Open(payload),
                (0, 0x12) => payload.Length < 28 ? Garbage() : Rakp1Came(payload),
                (0, 0x14) => payload.Length < 8 ? Garbage() : Rakp3Came(payload),
                (0, 0x00) => Outside(payload),
                _ => InSession(id, type, datagram.ToArray(), send),
            };
        }
    }

    private (Stage, byte[])? Garbage()
    {
        bmc.Hear("garbage");
        return null;
    }

    private void Expire()
    {
        long longAgo = Environment.TickCount64 - (long)bmc.SessionLife.TotalMilliseconds;
        foreach (uint id in _slots.Where(s => s.Value.LastUsed < longAgo).Select(s => s.Key).ToArray()) _slots.Remove(id);
    }

    // A question outside of any session, in the frame of 2.0.
    private (Stage, byte[])? Outside(byte[] payload)
    {
        if (SimulatedMessage.Read(payload) is not { } request) return Garbage();
        return SimulatedOutside.Answer(bmc, request) is { } answer ? (Stage.Capabilities, Plain(0x00, request.Answer(answer.Code, answer.Data))) : null;
    }

    private (Stage, byte[])? Open(byte[] request)
    {
        // Logins that wait after a wrong password wait in silence.
        if (Environment.TickCount64 < bmc.LoginsFrom) return null;
        uint console = BinaryPrimitives.ReadUInt32LittleEndian(request.AsSpan(4));
        var (a, i, c) = ((byte)(request[12] & 0x3f), (byte)(request[20] & 0x3f), (byte)(request[28] & 0x3f));
        var suite = Array.Find(SimulatedSuite.All, s => (s.Authentication, s.Integrity, s.Confidentiality) == (a, i, c));
        bmc.Hear($"open {suite?.Id}");
        byte status = suite is null || !bmc.Suites.Contains(suite.Id) ? (byte)0x11
            : _slots.Count >= bmc.MaxSessions ? (byte)0x01 : (byte)0x00;
        // Maximum privilege level: ipmipower looks at it.
        var answer = new List<byte> { request[0], status, (byte)PrivilegeLevel.Administrator, 0 };
        answer.AddRange(BitConverter.GetBytes(console));
        if (status != 0) return (Stage.OpenSession, Plain(0x11, [.. answer]));
        var slot = new Slot
        {
            ConsoleId = console,
            ManagedId = ++_lastId,
            Suite = suite!,
            OpenLevel = request[1],
        };
        _slots[slot.ManagedId] = slot;
        answer.AddRange([.. BitConverter.GetBytes(slot.ManagedId), 0, 0, 0, 8, a, 0, 0, 0, 1, 0, 0, 8, i, 0, 0, 0, 2, 0, 0, 8, c, 0, 0, 0]);
        return (Stage.OpenSession, Plain(0x11, [.. answer]));
    }

    private (Stage, byte[])? Rakp1Came(byte[] message)
    {
        bmc.Hear("rakp1");
        if (!_slots.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4)), out var slot)) return Rakp(0x13, message[0], 0x02, 0);
        int length = message[27];
        if (length > 16 || message.Length < 28 + length) return Refuse(slot, Rakp(0x13, message[0], 0x0c, slot.ConsoleId));
        string name = Encoding.UTF8.GetString(message, 28, length).TrimEnd('\0');
        if (bmc.Users.Find(name) is not { } user) return Refuse(slot, Rakp(0x13, message[0], 0x0d, slot.ConsoleId));
        if ((message[24] & 0x0f) > (byte)user.Highest) return Refuse(slot, Rakp(0x13, message[0], 0x0a, slot.ConsoleId));
        slot.ConsoleRandom = message[8..24];
        slot.ManagedRandom = RandomNumberGenerator.GetBytes(16);
        byte role = bmc.HashesOpenSessionLevel && slot.OpenLevel != 0 ? slot.OpenLevel : message[24];
        slot.NameFields = [role, (byte)length, .. message[28..(28 + length)]];
        (slot.User, slot.Highest, slot.Password) = (name, user.Highest, bmc.Users.Key(user, bmc.PasswordRoom));
        byte[] code = slot.Suite.Prove(slot.Password, BitConverter.GetBytes(slot.ConsoleId), BitConverter.GetBytes(slot.ManagedId),
            slot.ConsoleRandom, slot.ManagedRandom, bmc.Face.Guid, slot.NameFields);
        return Rakp(0x13, message[0], 0, slot.ConsoleId, [.. slot.ManagedRandom, .. bmc.Face.Guid, .. code]);
    }

    private (Stage, byte[])? Rakp3Came(byte[] message)
    {
        bmc.Hear("rakp3");
        if (!_slots.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(4)), out var slot) || slot.ManagedRandom.Length == 0) return null;
        // A console that saw a wrong code says so, and wants no answer (§13.22).
        if (message[1] != 0) return WrongPassword(slot, null);
        byte[] expected = slot.Suite.Prove(slot.Password, slot.ManagedRandom, BitConverter.GetBytes(slot.ConsoleId), slot.NameFields);
        if (!expected.AsSpan().SequenceEqual(message.AsSpan(8))) return WrongPassword(slot, Rakp(0x15, message[0], 0x0f, slot.ConsoleId));
        byte[] sik = slot.Suite.Prove(bmc.Kg.Length > 0 ? bmc.Kg : slot.Password, slot.ConsoleRandom, slot.ManagedRandom, slot.NameFields);
        slot.Seal ??= new(slot.Suite, sik, slot.ConsoleId);
        byte[] check = slot.Suite.Prove(sik, slot.ConsoleRandom, BitConverter.GetBytes(slot.ManagedId), bmc.Face.Guid);
        return Rakp(0x15, message[0], 0, slot.ConsoleId, check[..slot.Suite.CheckLength]);
    }

    private (Stage, byte[])? InSession(uint id, byte type, byte[] datagram, Action<Stage, byte[]>? send)
    {
        if (!_slots.TryGetValue(id, out var slot) || slot.Seal is not { } seal || seal.Open(datagram) is not { } payload) return Garbage();
        slot.LastUsed = Environment.TickCount64;
        slot.Caller ??= new(slot.User, slot.Highest, PrivilegeLevel.User)
        {
            Session = id,
            Close = () =>
            {
                _slots.Remove(id);
                bmc.Sol.Ended(id);
            },
            // By itself: who prints holds the console's lock, who is in here holds the sessions'.
            SendSol = send is null ? null : octets => Task.Run(() => send(Stage.Sol, Sealed(seal, 0x01, octets))),
        };
        if (type == 0x01) return bmc.Sol.Came(id, payload) is { } said ? (Stage.Sol, Sealed(seal, 0x01, said)) : null;
        if (type != 0x00 || SimulatedMessage.Read(payload) is not { } request) return Garbage();
        bmc.Hear($"{(byte)request.NetFn:x2} {request.Command:x2}");
        return bmc.Do(slot.Caller, request.NetFn, request.Command, request.Data) is { } answer
            ? (Stage.Command, Sealed(seal, 0x00, request.Answer(answer.Code, answer.Data, bmc.WrongChecksums)))
            : null;
    }

    private byte[] Sealed(SimulatedSeal seal, byte type, byte[] payload)
    {
        lock (_turn) return seal.Seal(type, payload);
    }

    private (Stage, byte[])? WrongPassword(Slot slot, (Stage, byte[])? answer)
    {
        bmc.LoginsFrom = Environment.TickCount64 + (long)bmc.LoginDelay.TotalMilliseconds;
        return Refuse(slot, answer);
    }

    private (Stage, byte[])? Refuse(Slot slot, (Stage, byte[])? answer)
    {
        _slots.Remove(slot.ManagedId);
        return answer;
    }

    private static (Stage, byte[]) Rakp(byte type, byte tag, byte status, uint console, params byte[] rest) =>
        (type == 0x13 ? Stage.Rakp2 : Stage.Rakp4, Plain(type, [tag, status, 0, 0, .. BitConverter.GetBytes(console), .. rest]));

    private static byte[] Plain(byte type, byte[] payload) =>
        [0x06, 0, 0xff, 0x07, 0x06, type, 0, 0, 0, 0, 0, 0, 0, 0, (byte)payload.Length, (byte)(payload.Length >> 8), .. payload];
}
