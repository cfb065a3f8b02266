using System.Text;

namespace Provisioner.Wire.Snmp;

/// <summary>A question over version 1 or 2c. The same datagram is sent again: the agent may answer twice, and the first answer counts.</summary>
/// <param name="version">V1 or V2c.</param>
/// <param name="community">The community.</param>
/// <param name="ask">The question.</param>
/// <param name="tries">How often it is asked at most.</param>
public sealed class CommunityConversation(SnmpVersion version, string community, SnmpPdu ask, int tries) : ISnmpConversation
{
    private readonly byte[] _community = Encoding.UTF8.GetBytes(community);
    private int _try;
    private string? _last;

    /// <inheritdoc/>
    public SnmpStep Start(long now) => new SnmpStep.Send(new CommunityMessage(version, _community, ask).ToBytes(), ++_try);

    /// <inheritdoc/>
    public SnmpStep On(ReadOnlySpan<byte> datagram, long now)
    {
        try
        {
            var message = CommunityMessage.Parse(datagram);
            if (message.Version != version || !message.Community.Span.SequenceEqual(_community)) return Wait("an answer of another version or community");
            return Answers.Fault(ask, message.Pdu) is { } fault ? Wait(fault) : new SnmpStep.Done(message.Pdu);
        }
        catch (WireException e)
        {
            return Wait(e.Message);
        }
    }

    /// <inheritdoc/>
    public SnmpStep OnTimeout(long now) => _try < tries ? Start(now) : _last is null
        ? new SnmpStep.Failed(SnmpFailure.Silent, "it does not answer; a wrong community looks the same, and so do an access list without this appliance and a version of SNMP that is switched off")
        : new SnmpStep.Failed(SnmpFailure.Garbled, $"it does not answer the question; the last that came: {_last}");

    private SnmpStep.Wait Wait(string why) => new(_last = why);
}

/// <summary>Whether a response is the one to a question.</summary>
internal static class Answers
{
    /// <summary>What is wrong with it, or null.</summary>
    public static string? Fault(SnmpPdu ask, SnmpPdu answer)
    {
        if (answer.Type is not SnmpPduType.Response) return $"{answer.Type} instead of a response";
        if (answer.RequestId != ask.RequestId) return "a response to another request";
        // RFC 3416 §4.2.1: the names come back as they were asked; with an error in version 1 the values are those of the question.
        if (answer.Error is SnmpError.None && !answer.Bindings.Select(b => b.Name).SequenceEqual(ask.Bindings.Select(b => b.Name))) return "a response for other objects than were asked for";
        return null;
    }
}
