using System.Text;

namespace Provisioner.Wire.Snmp;

/// <summary>
/// A question over version 3: finds out the engine where it is not known (RFC 3414 §4), asks, and asks again where the engine has started anew.
/// Every try has an id of its own, so that no answer to an earlier question is taken.
/// </summary>
/// <param name="engine">What is known of the agent; is changed.</param>
/// <param name="context">contextName; empty for the usual one.</param>
/// <param name="ask">The question.</param>
/// <param name="firstId">Chance; the ids of messages count up from it.</param>
/// <param name="tries">How often each message is sent at most.</param>
public sealed class V3Conversation(UsmEngine engine, string context, SnmpPdu ask, int firstId, int tries) : ISnmpConversation
{
    /// <summary>How often the clock or the engine may turn out to be another one: more is a fault of the agent's.</summary>
    private const int MostTurns = 3;

    private static readonly byte[] Nobody = [];
    private readonly byte[] _context = Encoding.UTF8.GetBytes(context);
    private int _try, _turns, _id = firstId & 0x3fffffff, _oldest = firstId & 0x3fffffff;
    private bool _discovering;
    private string? _last;

    /// <inheritdoc/>
    public SnmpStep Start(long now)
    {
        _try = 0;
        _oldest = _id + 1;
        _discovering = engine.Keys is null;
        return Send(now);
    }

    /// <inheritdoc/>
    public SnmpStep OnTimeout(long now)
    {
        if (_try < tries) return Send(now);
        return _last is null
            ? new SnmpStep.Failed(SnmpFailure.Silent, Silence)
            : new SnmpStep.Failed(SnmpFailure.Garbled, $"it does not answer the question; the last that came: {_last}");
    }

    /// <inheritdoc/>
    public SnmpStep On(ReadOnlySpan<byte> datagram, long now)
    {
        try
        {
            var message = V3Message.Parse(datagram);
            if (message.Id < _oldest || message.Id > _id) return Wait("a message with another id");
            return _discovering ? Discovered(message, now) : Answered(message, datagram, now);
        }
        catch (WireException e)
        {
            return Wait(e.Message);
        }
    }

    // net-snmp 5.9 drops what it can't decrypt without a report (seen).
    private string Silence => _discovering ? "it does not answer: check its address, its access list, and that SNMPv3 is switched on"
        : engine.IsProved || engine.User.Priv is UsmPriv.None ? "it does not answer any more"
        : $"it says who it is and answers no question: a wrong privacy password of \"{engine.User.Name}\" looks like that, or another protocol than {engine.User.Priv.ToString().ToLowerInvariant()} there";

    private SnmpStep.Send Send(long now)
    {
        _id++;
        _try++;
        if (_discovering)
        {
            // RFC 3414 §4: an empty engine id and no user bring back a report with the right id.
            var question = new ScopedPdu(Nobody, Nobody, SnmpPdu.Get(ask.RequestId));
            return new(new V3Message(_id, V3Flags.Reportable, Nobody, 0, 0, Nobody, Nobody, Nobody, question.ToBytes()).ToBytes(), _try);
        }
        bool signs = engine.User.Auth is not UsmAuth.None;
        byte[] salt = engine.User.Priv is UsmPriv.None ? [] : engine.NextSalt();
        return new(engine.Keys!.Seal(_id, reportable: true, engine.Id, signs ? engine.Boots : 0, signs ? engine.TimeAt(now) : 0, salt, new(engine.Id, _context, ask)), _try);
    }

    private SnmpStep Discovered(V3Message message, long now)
    {
        // RFC 3411 §5, SnmpEngineID.
        if (message.EngineId.Length < 5) return Wait($"a report with an engine id of {message.EngineId.Length} octets");
        if (ScopedPdu.Parse(message.Data.Span, padded: false).Pdu.Type is not SnmpPduType.Report) return Wait("no report to the question for its engine");
        engine.Discover(message.EngineId, message.Boots, message.Time, now);
        return Again(now);
    }

    private SnmpStep Answered(V3Message message, ReadOnlySpan<byte> datagram, long now)
    {
        bool signed = engine.Keys!.HasSigned(message, datagram) && message.EngineId.Span.SequenceEqual(engine.Id.Span);
        if (message.Flags.HasFlag(V3Flags.Auth) && !signed) return Wait("a message whose signature is wrong");
        // A notInTimeWindow report is how the engine's clock is learnt: it is taken before the window is looked at.
        bool fresh = !signed || engine.Take(message, now);
        var pdu = Open(message).Pdu;
        if (pdu.Type is SnmpPduType.Report) return Reported(pdu, signed, now);
        if (!fresh) return Wait("a message that is older than 150 s");
        // RFC 3412 §7.2.12: as protected as the question.
        if ((message.Flags & (V3Flags.Auth | V3Flags.Priv)) != engine.User.Level) return Wait("a response that is less protected than the question");
        return Answers.Fault(ask, pdu) is { } fault ? Wait(fault) : new SnmpStep.Done(pdu);
    }

    private ScopedPdu Open(V3Message message) => engine.Keys!.Open(message);

    private SnmpStep Reported(SnmpPdu report, bool signed, long now)
    {
        var name = report.Bindings is [var first, ..] ? first.Name : null;
        if (name is null) return Wait("a report without a counter");
        string user = engine.User.Name;
        switch (UsmReports.Of(name))
        {
            case UsmReport.NotInTimeWindow:
                // Signed, its clock was taken just now; unsigned, the engine is asked anew.
                if (!signed) engine.Forget();
                return Turn(now, "it says again and again that the time of messages is wrong: its clock or its count of starts does not hold (notInTimeWindow)", SnmpFailure.Garbled);
            case UsmReport.UnknownEngineId:
                engine.Forget();
                return Turn(now, "it gives one engine id and wants another (unknownEngineID)", SnmpFailure.Garbled);
            case UsmReport.UnknownUserName:
                return Refused($"it knows no user \"{user}\" (unknownUserName)");
            case UsmReport.WrongDigest:
                return Refused($"wrong authentication password of \"{user}\", or another protocol than {engine.User.Auth.ToString().ToLowerInvariant()} there (wrongDigest)");
            case UsmReport.DecryptionError:
                return Refused($"wrong privacy password of \"{user}\", or another protocol than {engine.User.Priv.ToString().ToLowerInvariant()} there (decryptionError)");
            case UsmReport.UnsupportedSecurityLevel:
                return Refused($"the user \"{user}\" is not set up there for {engine.User.LevelInWords} (unsupportedSecurityLevel)");
            default:
                return Wait($"a report of {name}");
        }
    }

    private SnmpStep Turn(long now, string why, SnmpFailure failure) => ++_turns > MostTurns ? new SnmpStep.Failed(failure, why) : Again(now);

    private SnmpStep Again(long now)
    {
        _last = null;
        return Start(now);
    }

    // The keys are kept no longer: a password that was mended there gives others.
    private SnmpStep.Failed Refused(string why)
    {
        engine.Forget();
        return new(SnmpFailure.Credentials, why);
    }

    private SnmpStep.Wait Wait(string why) => new(_last = why);
}
