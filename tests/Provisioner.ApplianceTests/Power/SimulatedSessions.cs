using System.Security.Cryptography;
using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>The BMC's half of RMCP+: sessions from Open Session to Close Session.</summary>
internal sealed class SimulatedSessions(BmcSimulator bmc)
{
    private static readonly byte[] Guid = Convert.FromHexString("3b1cf2a0000711e5a8370800200c9a66");
    private readonly Dictionary<uint, Slot> _slots = [];
    private uint _lastId = 0x02000000;

    private sealed class Slot
    {
        public required uint ConsoleId { get; init; }
        public required uint ManagedId { get; init; }
        public required CipherSuite Suite { get; init; }
        public RakpFacts? Facts { get; set; }
        public byte[] Password { get; set; } = [];
        public PrivilegeLevel Highest { get; set; }
        public PrivilegeLevel Level { get; set; } = PrivilegeLevel.User;
        public IpmiSession? Session { get; set; }
    }

    public int Count
    {
        get { lock (_slots) return _slots.Count; }
    }

    public void Forget()
    {
        lock (_slots) _slots.Clear();
    }

    public (Stage, byte[])? Answer(byte[] datagram)
    {
        lock (_slots)
        {
            return IpmiDatagram.Parse(datagram) switch
            {
                IpmiDatagram.V15 packet => Plain(IpmiRequest.Parse(packet.Payload.Span)),
                IpmiDatagram.V20 { Type: PayloadType.OpenSessionRequest } packet => Open(OpenSessionRequest.Parse(packet.Payload.Span)),
                IpmiDatagram.V20 { Type: PayloadType.Rakp1 } packet => Rakp1Came(Rakp1.Parse(packet.Payload.Span)),
                IpmiDatagram.V20 { Type: PayloadType.Rakp3 } packet => Rakp3Came(Rakp3.Parse(packet.Payload.Span)),
                IpmiDatagram.V20 { SessionId: 0, Type: PayloadType.Ipmi } packet => Plain20(IpmiRequest.Parse(packet.Payload.Span)),
                IpmiDatagram.V20 packet => Command(packet.SessionId, datagram),
                _ => null,
            };
        }
    }

    private (Stage, byte[]) Plain(IpmiRequest request) => (Stage.Capabilities, IpmiDatagram.WriteV15(Outside(request).ToBytes()));

    private (Stage, byte[]) Plain20(IpmiRequest request) => (Stage.Capabilities, IpmiDatagram.WriteV20(PayloadType.Ipmi, Outside(request).ToBytes()));

    private IpmiResponse Outside(IpmiRequest request)
    {
        bmc.Heard.Enqueue(request.Command == 0x38 ? "capabilities" : $"outside {request.Command:x2}");
        if (request is not { NetFn: NetFn.App, Command: 0x38 }) return new(request.Sequence, request.NetFn, request.Command, CompletionCode.InvalidCommand, default);
        // Channel 1; IPMI 2.0 data; K_g status and non-null users; RMCP+ (and 1.5 where that is all).
        byte status = (byte)(0x04 | (bmc.Kg.Length > 0 ? 0x20 : 0));
        byte[] data = bmc.Speaks15Only ? [1, 0x04, status, 0, 0, 0, 0, 0] : [1, 0x80, status, 0x02, 0, 0, 0, 0];
        return new(request.Sequence, request.NetFn, request.Command, CompletionCode.Ok, data);
    }

    private (Stage, byte[]) Open(OpenSessionRequest request)
    {
        var suite = CipherSuite.Preferred.FirstOrDefault(s => s.Authentication.Id == request.Authentication
            && s.Integrity.Id == request.Integrity && s.Confidentiality.Id == request.Confidentiality);
        bmc.Heard.Enqueue($"open {suite?.Id}");
        OpenSessionResponse answer;
        if (suite is null || !bmc.Suites.Contains(suite.Id)) answer = new(request.Tag, RmcpPlusStatus.NoCipherSuite, request.ConsoleId, 0, 0, 0, 0);
        else if (_slots.Count >= bmc.MaxSessions) answer = new(request.Tag, RmcpPlusStatus.NoResources, request.ConsoleId, 0, 0, 0, 0);
        else
        {
            var slot = new Slot { ConsoleId = request.ConsoleId, ManagedId = ++_lastId, Suite = suite };
            _slots[slot.ManagedId] = slot;
            answer = new(request.Tag, RmcpPlusStatus.Ok, slot.ConsoleId, slot.ManagedId, request.Authentication, request.Integrity, request.Confidentiality);
        }
        byte[] payload = answer.ToBytes();
        // Maximum privilege level: ipmipower looks at it.
        payload[2] = (byte)PrivilegeLevel.Administrator;
        return (Stage.OpenSession, IpmiDatagram.WriteV20(PayloadType.OpenSessionResponse, payload));
    }

    private (Stage, byte[])? Rakp1Came(Rakp1 message)
    {
        bmc.Heard.Enqueue("rakp1");
        if (!_slots.TryGetValue(message.ManagedId, out var slot)) return Rakp2Out(new(message.Tag, RmcpPlusStatus.InvalidSessionId, 0, default, default, default));
        if (!bmc.Users.TryGetValue(Encoding.UTF8.GetString(message.Username.Span), out var user))
            return Refuse(slot, Rakp2Out(new(message.Tag, RmcpPlusStatus.UnauthorizedName, slot.ConsoleId, default, default, default)));
        if ((message.Role & 0x0f) > (byte)user.Highest)
            return Refuse(slot, Rakp2Out(new(message.Tag, RmcpPlusStatus.UnauthorizedRole, slot.ConsoleId, default, default, default)));
        byte[] password = Encoding.UTF8.GetBytes(user.Password);
        (slot.Password, slot.Highest) = (password[..Math.Min(password.Length, bmc.PasswordRoom)], user.Highest);
        slot.Facts = new(slot.ConsoleId, slot.ManagedId, message.ConsoleRandom, RandomNumberGenerator.GetBytes(16), Guid, message.Role, message.Username);
        return Rakp2Out(new(message.Tag, RmcpPlusStatus.Ok, slot.ConsoleId, slot.Facts.ManagedRandom, Guid,
            SessionKeys.Rakp2Code(slot.Suite.Authentication, slot.Password, slot.Facts)));
    }

    private (Stage, byte[])? Rakp3Came(Rakp3 message)
    {
        bmc.Heard.Enqueue("rakp3");
        if (!_slots.TryGetValue(message.ManagedId, out var slot) || slot.Facts is null) return null;
        // A console that saw a wrong code says so, and wants no answer (§13.22).
        if (message.Status != RmcpPlusStatus.Ok) return Refuse(slot, null);
        byte[] expected = SessionKeys.Rakp3Code(slot.Suite.Authentication, slot.Password, slot.Facts);
        if (!expected.AsSpan().SequenceEqual(message.Code.Span))
            return Refuse(slot, Rakp4Out(new(message.Tag, RmcpPlusStatus.InvalidIntegrityCheck, slot.ConsoleId, default)));
        var keys = SessionKeys.Derive(slot.Suite.Authentication, bmc.Kg.Length > 0 ? bmc.Kg : slot.Password, slot.Facts);
        slot.Session ??= new(slot.Suite, keys, slot.ManagedId, slot.ConsoleId, RandomNumberGenerator.Fill);
        return Rakp4Out(new(message.Tag, RmcpPlusStatus.Ok, slot.ConsoleId, keys.Rakp4Check(slot.Suite.Authentication, slot.Facts)));
    }

    private (Stage, byte[])? Command(uint id, byte[] datagram)
    {
        if (!_slots.TryGetValue(id, out var slot) || slot.Session is null) return null;
        var request = IpmiRequest.Parse(slot.Session.Open(datagram, PayloadType.Ipmi));
        bmc.Heard.Enqueue($"{(byte)request.NetFn:x2} {request.Command:x2}");
        var (code, data) = bmc.Refusals.TryGetValue((request.NetFn, request.Command), out byte refusal) ? (refusal, []) : Do(slot, request);
        byte[] answer = slot.Session.Seal(PayloadType.Ipmi, new IpmiResponse(request.Sequence, request.NetFn, request.Command, code, data).ToBytes());
        return (Stage.Command, answer);
    }

    private (byte, byte[]) Do(Slot slot, IpmiRequest request)
    {
        switch (request.NetFn, request.Command)
        {
            case (NetFn.App, 0x3b):
                var wanted = (PrivilegeLevel)request.Data.Span[0];
                if (wanted > slot.Highest) return (0x80, []);
                if (wanted != 0) slot.Level = wanted;
                return (CompletionCode.Ok, [(byte)slot.Level]);
            case (NetFn.App, 0x3c):
                _slots.Remove(slot.ManagedId);
                return (CompletionCode.Ok, []);
            default:
                return bmc.Chassis.Do(request, slot.Level);
        }
    }

    private (Stage, byte[])? Refuse(Slot slot, (Stage, byte[])? answer)
    {
        _slots.Remove(slot.ManagedId);
        return answer;
    }

    private static (Stage, byte[]) Rakp2Out(Rakp2 message) => (Stage.Rakp2, IpmiDatagram.WriteV20(PayloadType.Rakp2, message.ToBytes()));

    private static (Stage, byte[]) Rakp4Out(Rakp4 message) => (Stage.Rakp4, IpmiDatagram.WriteV20(PayloadType.Rakp4, message.ToBytes()));
}
