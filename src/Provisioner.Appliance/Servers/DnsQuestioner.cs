using Provisioner.Appliance.Serving;
using Provisioner.Domain.Dns;
using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>Asks as a machine of a served network would, without the network: what people are shown is what machines are told.</summary>
internal sealed class DnsQuestioner(NameBook names, DnsForwarder forwarder, TimeProvider time)
{
    private static readonly DnsCookies None = new(new byte[SipHash.KeyLength]);

    /// <summary>The answer, and the reason for it.</summary>
    public async Task<(string Why, DnsMessage Answer)> AskAsync(DnsName name, DnsType type)
    {
        var octets = new byte[DnsCodec.HeaderLength + name.Wire.Length + 4 + DnsQuery.OptLength];
        DnsCodec.WriteQuery(octets, 0, name.Wire.Span, type, dnssecOk: false, checkingDisabled: false);
        var responder = new DnsResponder(None);
        var reply = new byte[DnsCodec.TcpMaximum];
        var asker = new DnsAsker(Ipv4Address.Any, Served: true, Tcp: true, (uint)time.GetUtcNow().ToUnixTimeSeconds());
        var decision = responder.Answer(DnsQuery.Read(octets, responder.Name), names.Zones, asker, reply);
        if (decision.Step == DnsStep.Ask)
        {
            var found = Cached(octets, responder, asker.Now) ?? await forwarder.AskAsync(responder.Wanted.From(0).ToArray(), type, false, false).ConfigureAwait(false);
            decision = responder.Answer(DnsQuery.Read(octets, responder.Name), names.Zones, asker with { Now = Math.Max(asker.Now, found.At) }, reply, found);
        }
        return (decision.Why, DnsCodec.Parse(reply.AsSpan(0, decision.Length)));
    }

    private ResolvedAnswer? Cached(byte[] octets, DnsResponder responder, uint now) =>
        forwarder.Cache.Find(DnsCacheKey.Of(DnsQuery.Read(octets, new()), responder.Wanted), now);
}
