using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Lets an offer out when nobody was found to use its address. Where somebody is, the address is in quarantine and the client gets another
/// at once. One MAC that answers for address after address (proxy ARP, or an attack) is believed no longer.
/// </summary>
internal sealed class OfferCheck(ConflictProbe probe, LeaseBook leases, Action<Sighting> note, TimeProvider time)
{
    private const int MostTries = 4, MostClaims = 16, MostClaimants = 256;
    private readonly Lock _lock = new();
    private readonly Dictionary<MacAddress, HashSet<Ipv4Address>> _claims = [];

    /// <summary>The offer may leave now; else it leaves later by <paramref name="send"/>, or another takes its place by <paramref name="again"/>.</summary>
    /// <param name="message">What is answered.</param>
    /// <param name="offer">The answer.</param>
    /// <param name="tries">How many addresses were tried for this message before.</param>
    /// <param name="send">Sends the offer.</param>
    /// <param name="again">Decides on the message anew.</param>
    public bool Passes(DhcpMessage message, DhcpAnswer.Reply offer, int tries, Action send, Action again)
    {
        if (tries >= MostTries) return true;
        var address = offer.Message.YiAddr;
        switch (probe.Ask(address, message.ChAddr, Found, out var by))
        {
            case ProbeVerdict.Free: return true;
            case ProbeVerdict.Taken when !Believed(by, address): return true;
            case ProbeVerdict.Taken: Found(by); return false;
            default: return false;
        }

        void Found(MacAddress? other)
        {
            if (other is not { } mac || !Believed(mac, address))
            {
                send();
                return;
            }
            string who = mac == default ? "somebody who answers a ping" : mac.ToString();
            leases.NoteConflict(address, who, leases.Clock.Now);
            note(new(message.ChAddr, time.GetUtcNow(), "dhcp.conflict", $"{address} was to be offered, but {who} uses it: nobody gets it for {DhcpTimes.Quarantine.TotalMinutes:0} minutes; look for an address set by hand", Level.Warning));
            again();
        }
    }

    private bool Believed(MacAddress mac, Ipv4Address address)
    {
        if (mac == default) return true;
        lock (_lock)
        {
            if (!_claims.TryGetValue(mac, out var claimed))
            {
                if (_claims.Count >= MostClaimants) _claims.Clear();
                claimed = _claims[mac] = [];
            }
            if (claimed.Contains(address)) return true;
            if (claimed.Count >= MostClaims) return false;
            claimed.Add(address);
            return true;
        }
    }
}
