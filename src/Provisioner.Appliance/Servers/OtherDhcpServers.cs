using System.Collections.Immutable;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>What another DHCP server was heard to say.</summary>
/// <param name="At">When.</param>
/// <param name="To">Whose hardware address it answered.</param>
/// <param name="Text">The message in words.</param>
internal sealed record OverheardReply(DateTimeOffset At, MacAddress To, string Text);

/// <summary>Another DHCP server on a served link.</summary>
/// <param name="Interface">The link.</param>
/// <param name="Address">Its server identifier, or where it sent from without one.</param>
/// <param name="Mac">The hardware address that its packets came from: a relay's or router's, where it isn't on the link itself.</param>
/// <param name="First">When it was first heard.</param>
/// <param name="Last">When it was last heard.</param>
/// <param name="Replies">How often.</param>
/// <param name="Recent">The last things it said, oldest first.</param>
internal sealed record OtherDhcpServer(
    string Interface, Ipv4Address Address, MacAddress Mac, DateTimeOffset First, DateTimeOffset Last, long Replies, ImmutableArray<OverheardReply> Recent);

/// <summary>
/// Other DHCP servers that were heard, and the events about them: one an hour and server, for its replies go on for ever. On a link where
/// only boot files are given (proxyDHCP) another server is what is wanted, and no warning.
/// </summary>
internal sealed class OtherDhcpServers(Action<string, string, Level> tell, TimeProvider time)
{
    private const int Most = 64, Remembered = 8;
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Interface, Ipv4Address Address), (OtherDhcpServer Server, DateTimeOffset Told)> _all = [];

    private readonly List<Action> _searches = [];

    /// <summary>A link can be asked from now on, until the result is disposed of.</summary>
    public IDisposable Join(Action search)
    {
        lock (_lock) _searches.Add(search);
        return new Leave(() => { lock (_lock) _searches.Remove(search); });
    }

    /// <summary>Asks all served links; who answers is heard within seconds. The number of links.</summary>
    public int Look()
    {
        Action[] searches;
        lock (_lock) searches = [.. _searches];
        foreach (var search in searches) search();
        return searches.Length;
    }

    /// <summary>All that were heard since the start, in order of interface and address.</summary>
    public IReadOnlyList<OtherDhcpServer> All
    {
        get { lock (_lock) return [.. _all.Values.Select(s => s.Server).OrderBy(s => s.Interface, StringComparer.Ordinal).ThenBy(s => s.Address)]; }
    }

    /// <summary>A server's message was overheard.</summary>
    /// <param name="interfaceName">On which link.</param>
    /// <param name="from">The address that it came from.</param>
    /// <param name="mac">The hardware address that it came from.</param>
    /// <param name="reply">What it says.</param>
    /// <param name="wanted">Another server is expected on this link.</param>
    public void Heard(string interfaceName, Ipv4Address from, MacAddress mac, DhcpMessage reply, bool wanted)
    {
        var now = time.GetUtcNow();
        var address = reply.ServerIdentifier ?? from;
        var said = new OverheardReply(now, reply.ChAddr, OverheardWords.Of(reply));
        lock (_lock)
        {
            bool known = _all.TryGetValue((interfaceName, address), out var before);
            if (!known && _all.Count >= Most) return; // so many servers are one that lies
            var server = known
                ? before.Server with { Mac = mac, Last = now, Replies = before.Server.Replies + 1, Recent = Added(before.Server.Recent, said) }
                : new(interfaceName, address, mac, now, now, 1, [said]);
            bool telling = !known || now - before.Told >= Between;
            _all[(interfaceName, address)] = (server, telling ? now : before.Told);
            if (!telling) return;
        }
        tell("dhcp.other-server", Sentence(interfaceName, address, mac, said.Text, wanted), wanted ? Level.Info : Level.Warning);
    }

    private static ImmutableArray<OverheardReply> Added(ImmutableArray<OverheardReply> recent, OverheardReply said) =>
        recent.Length < Remembered ? recent.Add(said) : recent.RemoveAt(0).Add(said);

    private static string Sentence(string interfaceName, Ipv4Address address, MacAddress mac, string text, bool wanted) =>
        $"another DHCP server answers on {interfaceName}: {address} ({mac}), heard with {text}"
        + (wanted ? "" : "; two servers give machines two minds: switch it off there, or set DHCP of this VLAN to proxy");

    private sealed class Leave(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
