using System.Security.Cryptography;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// From nothing to a session of IPMI 1.5: Get Session Challenge, Activate Session (IPMI 2.0 §13.14, §22.16, §22.17). For BMCs that
/// speak no RMCP+. It holds no socket.
/// </summary>
/// <param name="login">Who logs in; 16 octets of the password are used.</param>
/// <param name="offered">What the BMC said of itself.</param>
/// <param name="authentication">Which of the BMC's authentications to use.</param>
/// <param name="chance">The number of the BMC's first datagram.</param>
/// <param name="tries">How often each message is sent.</param>
/// <param name="quirks">What the BMC does otherwise.</param>
public sealed class LanHandshake(IpmiLogin login, ChannelAuthenticationCapabilities offered, LanAuthentication authentication, Chance chance, int tries,
    IpmiQuirks quirks = IpmiQuirks.None) : IIpmiConversation
{
    private readonly GetSessionChallenge _ask = new(authentication, login.Username);
    private ActivateSession? _activate;
    private uint _temporaryId;
    private int _try;
    private string? _dropped;

    /// <summary>The session, once <see cref="IpmiStep.Done"/>: its level is User until Set Session Privilege Level.</summary>
    public LanSession? Session { get; private set; }

    /// <summary>A message was sent more than once.</summary>
    public bool Repeated { get; private set; }

    /// <inheritdoc/>
    public IpmiStep Start() => Send();

    /// <inheritdoc/>
    public IpmiStep OnTimeout()
    {
        if (_try < tries)
        {
            Repeated = true;
            return Send();
        }
        if (_dropped is not null) return Fail(IpmiFailure.Garbled, $"no usable answer to {(_activate is null ? _ask.Name : _activate.Name)}; the last one was dropped: {_dropped}");
        return _activate is null
            ? Fail(IpmiFailure.Silent, $"the BMC stopped answering at {_ask.Name}")
            // §22.17.1: a datagram with a wrong code is dropped without a word.
            : Fail(IpmiFailure.Credentials, $"wrong password for user {login}, most likely: the BMC stayed silent to {_activate.Name}, as IPMI 1.5 has it for that");
    }

    /// <inheritdoc/>
    public IpmiStep On(ReadOnlySpan<byte> datagram)
    {
        try
        {
            if (IpmiDatagram.Parse(datagram) is not IpmiDatagram.V15 packet) return Drop("an RMCP+ datagram, none was asked for");
            var response = IpmiResponse.Parse(packet.Payload.Span, quirks.HasFlag(IpmiQuirks.NoChecksumCheck));
            return _activate is null ? OnChallenge(response) : OnActive(packet, response);
        }
        catch (WireException wrong)
        {
            return Drop(wrong.Message);
        }
    }

    /// <summary>The best authentication that both have, or null: MD5, MD2; the password in the clear or none only where that was allowed.</summary>
    public static LanAuthentication? Choose(ChannelAuthenticationCapabilities offered, LanAuthentication weakest, IpmiQuirks quirks)
    {
        if (quirks.HasFlag(IpmiQuirks.AuthCap)) return LanAuthentication.Md5;
        foreach (var type in (LanAuthentication[])[LanAuthentication.Md5, LanAuthentication.Md2, LanAuthentication.Straight, LanAuthentication.None])
        {
            if (offered.Authentications.Contains(type)) return type;
            if (type == weakest || type == LanAuthentication.Md2 && weakest == LanAuthentication.Md5) break;
        }
        return null;
    }

    private IpmiStep.Send Send()
    {
        _try++;
        if (_activate is null) return new(IpmiDatagram.WriteV15(Request(_ask, 0)), _try);
        byte[] payload = Request(_activate, 1);
        return new(IpmiDatagram.WriteV15(authentication, 0, _temporaryId,
            LanAuthCode.Of(authentication, login.Password.Span, _temporaryId, 0, payload), payload), _try);
    }

    private static byte[] Request<TAnswer>(IIpmiCommand<TAnswer> command, byte sequence) =>
        new IpmiRequest(sequence, command.NetFn, command.Command, command.ToBytes()).ToBytes();

    private IpmiStep OnChallenge(IpmiResponse response)
    {
        if (response.Command != _ask.Command) return Drop("the answer of another request");
        if (response.Code is 0x81 or 0x82) return Fail(IpmiFailure.Credentials, $"unknown user {login} ({_ask.Name}: {_ask.Explain(response.Code)})");
        if (response.Code != CompletionCode.Ok) return Fail(IpmiFailure.Refused, $"the BMC refused {_ask.Name}: {_ask.Explain(response.Code)}");
        var challenge = _ask.Read(response.Data.Span);
        Span<byte> first = stackalloc byte[2];
        chance(first);
        // Small, so that it does not run over within a session.
        _activate = new(authentication, login.Privilege, challenge.Challenge, BitConverter.ToUInt16(first) + 1u);
        (_temporaryId, _try, _dropped) = (challenge.TemporaryId, 0, null);
        return Send();
    }

    private IpmiStep OnActive(IpmiDatagram.V15 packet, IpmiResponse response)
    {
        if (response.Command != _activate!.Command) return Drop("the answer of another request");
        if (response.Code != CompletionCode.Ok)
        {
            var kind = response.Code is 0x86 or 0xd4 or 0xcc ? IpmiFailure.Credentials : IpmiFailure.Refused;
            return Fail(kind, $"the BMC refused user {login} a session: {_activate.Explain(response.Code)}");
        }
        if (!IsSigned(packet)) return Drop($"{_activate.Name}: the authentication code is wrong");
        var active = _activate.Read(response.Data.Span);
        bool silent = active.Authentication == LanAuthentication.None || offered.PerMessageOff;
        Session = new(login, new(authentication, silent && !quirks.HasFlag(IpmiQuirks.ForcePerMessage) ? LanAuthentication.None : authentication,
            active.SessionId, active.FirstNumber), quirks);
        return new IpmiStep.Done();
    }

    private bool IsSigned(IpmiDatagram.V15 packet) =>
        packet.Authentication == LanAuthentication.None ? authentication == LanAuthentication.None || quirks.HasFlag(IpmiQuirks.NoAuthCodeCheck)
        : quirks.HasFlag(IpmiQuirks.NoAuthCodeCheck) || CryptographicOperations.FixedTimeEquals(packet.Code.Span,
            LanAuthCode.Of(packet.Authentication, login.Password.Span, packet.SessionId, packet.Sequence, packet.Payload.Span));

    private IpmiStep.Wait Drop(string why) => new(_dropped = why);

    private static IpmiStep.Failed Fail(IpmiFailure failure, string why) => new(failure, why);
}
