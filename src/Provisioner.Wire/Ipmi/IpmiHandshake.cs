using System.Collections.Immutable;
using System.Security.Cryptography;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// From nothing to a session: Get Channel Authentication Capabilities, Open Session, RAKP 1 to 4 (IPMI 2.0 §13.14 to §13.23).
/// It holds no socket: it says what to send and is told what arrived. Five exchanges where the first cipher suite is taken.
/// </summary>
/// <param name="login">Who logs in.</param>
/// <param name="suites">Cipher suites, the most wanted one first; without any, it ends with what the BMC said of itself.</param>
/// <param name="chance">Session id, R_M, initialization vectors.</param>
/// <param name="tries">How often each message is sent.</param>
/// <param name="quirks">What the BMC does otherwise.</param>
public sealed class IpmiHandshake(IpmiLogin login, ImmutableArray<CipherSuite> suites, Chance chance, int tries, IpmiQuirks quirks = IpmiQuirks.None) : IIpmiConversation
{
    private enum Phase { Capabilities, OpenSession, Rakp2, Rakp4 }

    private IIpmiCommand<ChannelAuthenticationCapabilities> _capabilities = new GetChannelAuthenticationCapabilities(login.Privilege);
    private readonly uint _consoleId = NewId(chance);
    private readonly List<string> _refusals = [];
    private readonly ReadOnlyMemory<byte> _username = quirks.HasFlag(IpmiQuirks.Intel20) ? Padded(login.Username) : login.Username;
    private ReadOnlyMemory<byte> _password = login.Password;
    private Phase _phase = Phase.Capabilities;
    private RakpFacts? _facts;
    private SessionKeys? _keys;
    private bool _twoKey;
    private int _suite;
    private int _try;
    private byte _tag;
    private string? _dropped;

    private CipherSuite Suite => suites[_suite];

    /// <summary>The session, once <see cref="IpmiStep.Done"/>: its level is User until Set Session Privilege Level.</summary>
    public IpmiSession? Session { get; private set; }

    /// <summary>What the BMC said of itself first, once it has.</summary>
    public ChannelAuthenticationCapabilities? Offered { get; private set; }

    /// <summary>What a person should know although it went well: a weaker suite, a shortened password.</summary>
    public ImmutableArray<string> Notes { get; private set; } = [];

    /// <summary>A message was sent more than once: a failure after that may be an effect of the loss, and another handshake may go well.</summary>
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
        // A BMC that answers the first question and then not the second may not know the suite, and say so by silence.
        if (_phase == Phase.OpenSession && _dropped is null && _suite + 1 < suites.Length) return NextSuite("no answer");
        return GiveUp();
    }

    /// <inheritdoc/>
    public IpmiStep On(ReadOnlySpan<byte> datagram)
    {
        try
        {
            return _phase switch
            {
                Phase.Capabilities => OnCapabilities(IpmiDatagram.Parse(datagram)),
                Phase.OpenSession => OnOpenSession(OpenSessionResponse.Parse(Payload(datagram, PayloadType.OpenSessionResponse))),
                Phase.Rakp2 => OnRakp2(Rakp2.Parse(Payload(datagram, PayloadType.Rakp2))),
                _ => OnRakp4(Rakp4.Parse(Payload(datagram, PayloadType.Rakp4))),
            };
        }
        catch (WireException wrong)
        {
            return Drop(wrong.Message);
        }
    }

    private IpmiStep.Send Send()
    {
        _try++;
        _tag++;
        return new(_phase switch
        {
            Phase.Capabilities => IpmiDatagram.WriteV15(new IpmiRequest(0, _capabilities.NetFn, _capabilities.Command, _capabilities.ToBytes()).ToBytes()),
            Phase.OpenSession => IpmiDatagram.WriteV20(PayloadType.OpenSessionRequest, new OpenSessionRequest(_tag, MaxPrivilege, _consoleId,
                Suite.Authentication.Id, Suite.Integrity.Id, Suite.Confidentiality.Id).ToBytes()),
            Phase.Rakp2 => IpmiDatagram.WriteV20(PayloadType.Rakp1,
                new Rakp1(_tag, _facts!.ManagedId, _facts.ConsoleRandom, _facts.Role, _facts.Username).ToBytes()),
            _ => IpmiDatagram.WriteV20(PayloadType.Rakp3, new Rakp3(_tag, RmcpPlusStatus.Ok, _facts!.ManagedId,
                SessionKeys.Rakp3Code(Suite.Authentication, _password.Span, _facts)).ToBytes()),
        }, _try);
    }

    // 0 asks for the highest that the algorithms allow; some put this octet into the keys where the level of RAKP 1 belongs.
    private byte MaxPrivilege => quirks.HasFlag(IpmiQuirks.OpenSessionPrivilege) ? (byte)login.Privilege : (byte)0;

    private IpmiStep Enter(Phase phase)
    {
        (_phase, _try, _dropped) = (phase, 0, null);
        return Send();
    }

    private IpmiStep OnCapabilities(IpmiDatagram datagram)
    {
        if (datagram is not IpmiDatagram.V15 packet) return Drop("an RMCP+ datagram before a session was asked for");
        var response = IpmiResponse.Parse(packet.Payload.Span);
        if (response.Command != _capabilities.Command || response.NetFn != _capabilities.NetFn) return Drop("the answer of another request");
        if (response.Code != CompletionCode.Ok) return OnNoCapabilities(response.Code);
        Offered = _capabilities.Read(response.Data.Span);
        if (suites.IsEmpty) return Fail(IpmiFailure.Refused, "no cipher suite is allowed here");
        if (!Offered.Ipmi20 && !quirks.HasFlag(IpmiQuirks.AuthCap))
            return Fail(IpmiFailure.Refused, "the BMC speaks IPMI 1.5 only, or RMCP+ is switched off in its settings");
        _twoKey = Offered.TwoKey;
        return Enter(Phase.OpenSession);
    }

    private IpmiStep OnNoCapabilities(byte code)
    {
        // A BMC of version 1.5 may refuse the bit that asks for what 2.0 added (§22.13).
        if (_capabilities is GetChannelAuthenticationCapabilities { Extended: true } asked)
        {
            _capabilities = asked with { Extended = false };
            return Enter(Phase.Capabilities);
        }
        return quirks.HasFlag(IpmiQuirks.AuthCap) ? Enter(Phase.OpenSession)
            : Fail(IpmiFailure.Refused, $"the BMC refused {_capabilities.Name}: {_capabilities.Explain(code)}");
    }

    private IpmiStep OnOpenSession(OpenSessionResponse answer)
    {
        // An answer to an earlier try is as good; one to an earlier suite is not.
        if (answer.Tag > _tag || answer.Tag <= _tag - _try) return Drop($"Open Session Response: message tag {answer.Tag}, wants {_tag}");
        if (answer.Status.RefusesCipherSuite()) return NextSuite(answer.Status.Describe());
        if (answer.Status != RmcpPlusStatus.Ok) return Fail(IpmiFailure.Refused, NoSession("Open Session", answer.Status));
        if (answer.ConsoleId != _consoleId) return Drop("Open Session Response: not our session id");
        if (!Takes(Suite, answer))
            return Fail(IpmiFailure.Cipher, $"the BMC answered {Suite} with algorithms that were not asked for ({answer.Authentication}, {answer.Integrity}, {answer.Confidentiality})");
        var random = new byte[Rakp1.RandomLength];
        chance(random);
        _facts = new(_consoleId, answer.ManagedId, random, default, default, (byte)(Rakp1.NameOnlyLookup | (byte)login.Privilege), _username);
        if (quirks.HasFlag(IpmiQuirks.Intel20) && Suite.Authentication.Hash == HashAlgorithmName.MD5 && login.Password.Length > IpmiLogin.ShortPassword)
            _password = login.Password[..IpmiLogin.ShortPassword];
        return Enter(Phase.Rakp2);
    }

    private IpmiStep OnRakp2(Rakp2 answer)
    {
        // R_C belongs to one RAKP 1: an answer to an earlier try may have been overtaken by a new R_C.
        if (answer.Tag != _tag) return Drop($"RAKP 2: message tag {answer.Tag}, wants {_tag}");
        if (answer.Status != RmcpPlusStatus.Ok) return OnRakpStatus("RAKP 2", answer.Status);
        if (answer.ConsoleId != _consoleId) return Drop("RAKP 2: not our session id");
        if (answer.Code.Length > Suite.Authentication.DigestLength && (quirks & (IpmiQuirks.Supermicro20 | IpmiQuirks.Sun20)) != 0)
            answer = answer with { Code = answer.Code[..Suite.Authentication.DigestLength] };
        if (answer.Code.Length != Suite.Authentication.DigestLength)
            return Drop($"RAKP 2: key exchange code of {answer.Code.Length} octets, wants {Suite.Authentication.DigestLength}");
        _facts = _facts! with { ManagedRandom = answer.ManagedRandom, ManagedGuid = answer.ManagedGuid };
        // Such a BMC's keys may hold the bare level of Open Session, without RAKP 1's lookup bit.
        if (quirks.HasFlag(IpmiQuirks.OpenSessionPrivilege) && !Proves(answer, _password)) _facts = _facts with { Role = (byte)login.Privilege };
        if (!Proves(answer, _password) && !ProvesShortened(answer))
            return Fail(IpmiFailure.Credentials, $"wrong password for user {login} (RAKP 2 HMAC mismatch)") with { LastWord = Refusal() };
        _keys = SessionKeys.Derive(Suite.Authentication, login.Kg.IsEmpty ? _password.Span : login.Kg.Span, _facts) with { Password = _password };
        return Enter(Phase.Rakp4);
    }

    private IpmiStep OnRakp4(Rakp4 answer)
    {
        if (answer.Tag > _tag || answer.Tag <= _tag - _try) return Drop($"RAKP 4: message tag {answer.Tag}, wants {_tag}");
        if (answer.Status != RmcpPlusStatus.Ok) return OnRakpStatus("RAKP 4", answer.Status);
        if (answer.ConsoleId != _consoleId) return Drop("RAKP 4: not our session id");
        if (!CryptographicOperations.FixedTimeEquals(_keys!.Rakp4Check(Suite.Authentication, _facts!), answer.Check.Span))
            return Fail(IpmiFailure.Credentials, _twoKey && login.Kg.IsEmpty
                ? "the BMC wants a K_g key besides the password, and none is known here (RAKP 4 integrity check mismatch)"
                : "the BMC's proof of the session is wrong (RAKP 4 integrity check mismatch): K_g differs, or it is not the BMC it was");
        Session = new(Suite, _keys, _consoleId, _facts!.ManagedId, chance, quirks);
        Notes = [.. Notes, .. _refusals.Select(refusal => $"{refusal}; {Suite} is in use")];
        return new IpmiStep.Done();
    }

    // "Invalid integrity check value" makes the BMC forget the session, of which it has few (§13.22).
    private byte[] Refusal() => IpmiDatagram.WriteV20(PayloadType.Rakp3,
        new Rakp3(++_tag, RmcpPlusStatus.InvalidIntegrityCheck, _facts!.ManagedId, default).ToBytes());

    private bool Proves(Rakp2 answer, ReadOnlyMemory<byte> password) => CryptographicOperations.FixedTimeEquals(
        SessionKeys.Rakp2Code(Suite.Authentication, password.Span, _facts!), answer.Code.Span);

    private bool ProvesShortened(Rakp2 answer)
    {
        if (_password.Length <= IpmiLogin.ShortPassword) return false;
        var shortened = login.Password[..IpmiLogin.ShortPassword];
        if (!Proves(answer, shortened)) return false;
        _password = shortened;
        Notes = [.. Notes, $"the BMC keeps only the first {IpmiLogin.ShortPassword} octets of the password"];
        return true;
    }

    private IpmiStep NextSuite(string why)
    {
        _refusals.Add($"the BMC does not take {Suite} ({why})");
        if (_suite + 1 < suites.Length)
        {
            _suite++;
            return Enter(Phase.OpenSession);
        }
        return Fail(IpmiFailure.Cipher, $"no cipher suite that both take: {string.Join("; ", _refusals)}; enable suite 17 or 3 in the BMC's settings, or allow others in the controller's setting \"suites\"");
    }

    private IpmiStep.Failed OnRakpStatus(string message, RmcpPlusStatus status) => status switch
    {
        RmcpPlusStatus.UnauthorizedName or RmcpPlusStatus.InvalidNameLength or RmcpPlusStatus.UnauthorizedGuid =>
            Fail(IpmiFailure.Credentials, $"unknown user {login} ({message} {status.Describe()})"),
        RmcpPlusStatus.UnauthorizedRole or RmcpPlusStatus.InvalidRole =>
            Fail(IpmiFailure.Credentials, $"user {login} may not log in as {login.Privilege.ToString().ToLowerInvariant()} ({message} {status.Describe()})"),
        RmcpPlusStatus.InvalidIntegrityCheck =>
            Fail(IpmiFailure.Credentials, $"the BMC does not believe our proof of the password of user {login} ({message} {status.Describe()})"),
        RmcpPlusStatus.InvalidSessionId or RmcpPlusStatus.IllegalParameter or RmcpPlusStatus.InactiveSessionId =>
            Fail(IpmiFailure.Credentials, $"user {login} was refused ({message} {status.Describe()}; some BMCs say so of a user that they do not know)"),
        _ => Fail(IpmiFailure.Refused, NoSession(message, status)),
    };

    private static string NoSession(string message, RmcpPlusStatus status) =>
        status is RmcpPlusStatus.NoResources or RmcpPlusStatus.NoResourcesAtRole
            ? $"all sessions of the BMC are taken ({message} {status.Describe()}); it frees unused ones after 60 seconds"
            : $"the BMC refused a session ({message} {status.Describe()})";

    private IpmiStep.Failed GiveUp()
    {
        string asked = _phase switch
        {
            Phase.Capabilities => _capabilities.Name,
            Phase.OpenSession => "Open Session",
            Phase.Rakp2 => "RAKP 1",
            _ => "RAKP 3",
        };
        if (_dropped is not null) return Fail(IpmiFailure.Garbled, $"no usable answer to {asked}; the last one was dropped: {_dropped}");
        return Fail(IpmiFailure.Silent, _phase switch
        {
            Phase.Capabilities => $"no answer to {asked}",
            Phase.Rakp2 => $"the BMC stopped answering at {asked} (some stay silent to a user that they do not know)",
            _ => $"the BMC stopped answering at {asked}",
        });
    }

    private static bool Takes(CipherSuite suite, OpenSessionResponse answer) => answer.Authentication == suite.Authentication.Id
        && answer.Integrity == suite.Integrity.Id && answer.Confidentiality == suite.Confidentiality.Id;

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> datagram, PayloadType wanted) =>
        IpmiDatagram.Parse(datagram) is IpmiDatagram.V20 { Encrypted: false, Authenticated: false, SessionId: 0 } packet && packet.Type == wanted
            ? packet.Payload.Span
            : throw new WireException($"not the {wanted} that was waited for");

    private IpmiStep.Wait Drop(string why) => new(_dropped = why);

    private static IpmiStep.Failed Fail(IpmiFailure failure, string why) => new(failure, why);

    private static byte[] Padded(ReadOnlyMemory<byte> name)
    {
        var padded = new byte[Rakp1.MaxUsername];
        name.CopyTo(padded);
        return padded;
    }

    // 0 is the id of no session (§13.17).
    private static uint NewId(Chance chance)
    {
        Span<byte> id = stackalloc byte[4];
        chance(id);
        uint value = BitConverter.ToUInt32(id);
        return value == 0 ? 1 : value;
    }
}
