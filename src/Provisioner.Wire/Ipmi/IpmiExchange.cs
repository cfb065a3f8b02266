namespace Provisioner.Wire.Ipmi;

/// <summary>
/// One request of an established session and its answer. A repeated request keeps its number and takes a new place in the
/// session's count, so that the BMC can tell a repetition from a replay (IPMI 2.0 §6.12.13, §13.8).
/// </summary>
/// <param name="session">The session.</param>
/// <param name="request">The request.</param>
/// <param name="name">The command's name, for sentences.</param>
/// <param name="tries">How often it is sent.</param>
public sealed class IpmiExchange(IIpmiSession session, IpmiRequest request, string name, int tries) : IIpmiConversation
{
    private readonly byte[] _payload = request.ToBytes();
    private int _try;
    private string? _dropped;

    /// <summary>The answer, once <see cref="IpmiStep.Done"/>.</summary>
    public IpmiResponse? Response { get; private set; }

    /// <inheritdoc/>
    public IpmiStep Start() => new IpmiStep.Send(session.Seal(PayloadType.Ipmi, _payload), ++_try);

    /// <inheritdoc/>
    public IpmiStep On(ReadOnlySpan<byte> datagram)
    {
        try
        {
            return On(session.Open(datagram));
        }
        catch (WireException wrong)
        {
            return new IpmiStep.Wait(_dropped = wrong.Message);
        }
    }

    /// <summary>A payload of the session arrived, for whoever opens datagrams himself.</summary>
    /// <exception cref="WireException">it is no IPMI message.</exception>
    public IpmiStep On(SessionPayload payload)
    {
        if (payload.Type != PayloadType.Ipmi) return new IpmiStep.Wait($"payload type 0x{(byte)payload.Type:x2}");
        var response = IpmiResponse.Parse(payload.Octets, session.Quirks.HasFlag(IpmiQuirks.NoChecksumCheck));
        if (response.Sequence != request.Sequence || response.NetFn != request.NetFn || response.Command != request.Command)
            return new IpmiStep.Wait("the answer of another request");
        Response = response;
        return new IpmiStep.Done();
    }

    /// <inheritdoc/>
    public IpmiStep OnTimeout()
    {
        if (_try < tries) return Start();
        return _dropped is null
            ? new IpmiStep.Failed(IpmiFailure.Silent, $"the BMC stopped answering at {name}")
            : new IpmiStep.Failed(IpmiFailure.Garbled, $"no usable answer to {name}; the last one was dropped: {_dropped}");
    }
}
