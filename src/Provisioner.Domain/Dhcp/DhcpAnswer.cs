using Provisioner.Domain.Boot;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>What is said to a DHCP message, if anything, and what becomes of the lease.</summary>
/// <param name="Why">One sentence for a person.</param>
/// <param name="Lease">The lease as it is to stand, or null where nothing changes. An offer is kept in memory; everything else is on disk before a reply leaves.</param>
public abstract record DhcpAnswer(string Why, Lease? Lease)
{
    /// <summary>Send a message.</summary>
    /// <param name="Message">What.</param>
    /// <param name="Destination">Where to.</param>
    public sealed record Reply(DhcpMessage Message, DhcpDestination Destination, string Why, Lease? Lease = null) : DhcpAnswer(Why, Lease)
    {
        /// <summary>The link is to be asked first whether somebody uses the address: this client never had it (RFC 2131 §3.1, step 2).</summary>
        public bool AskFirst { get; init; }
        /// <summary>How long it is held back: some old ROMs miss a reply that comes at once.</summary>
        public TimeSpan Delay { get; init; }
    }

    /// <summary>Say nothing.</summary>
    public sealed record Silence(string Why, Lease? Lease = null) : DhcpAnswer(Why, Lease)
    {
        /// <summary>It is the ordinary course, and no news: another server's client.</summary>
        public bool Expected { get; init; }
    }

    /// <summary>Decides (RFC 2131 §4.3). Total: every message has an answer with a reason.</summary>
    public static DhcpAnswer For(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.IsReply) return new Silence("a reply, not a request: another DHCP server is on this network");
        if (IsNobody(message.ChAddr)) return new Silence($"it comes from {message.ChAddr}, which is no machine's hardware address");
        if (facts.Scope.Vlan.Dhcp == DhcpMode.Proxy) return ProxyAnswer.Offer(message, facts);
        return message.Type switch
        {
            DhcpMessageType.Discover => DhcpExchange.Discover(message, facts, now),
            DhcpMessageType.Request => DhcpExchange.Request(message, facts, now),
            DhcpMessageType.Decline => DhcpExchange.Decline(message, facts, now),
            DhcpMessageType.Release => DhcpExchange.Release(message, facts, now),
            DhcpMessageType.Inform => DhcpExchange.Inform(message, facts),
            DhcpMessageType.None => DhcpExchange.Bootp(message, facts, now),
            var other => new Silence($"message type {(byte)other} is none that a client sends"),
        };
    }

    // None, or a group's: a reply to it would go to everybody.
    private static bool IsNobody(MacAddress mac) => mac == default || (mac.Value >> 40 & 1) != 0;
}

/// <summary>What the decision rests on, besides the message: one look at memory.</summary>
/// <param name="Network">The network that the message came in on.</param>
/// <param name="Scope">Where the client is.</param>
/// <param name="MachineName">Host name of the enlisted machine with this MAC; null for a stranger.</param>
public sealed record DhcpFacts(ServedNetwork Network, DhcpScope Scope, string? MachineName)
{
    /// <summary>Which chain of boot programs the client gets, where it can be started by more than one.</summary>
    public BootChain Chain { get; init; }
}

/// <summary>Where a reply goes (RFC 2131 §4.1).</summary>
public abstract record DhcpDestination
{
    /// <summary>To a relay, UDP port 67.</summary>
    public sealed record Relay(Ipv4Address Address) : DhcpDestination;
    /// <summary>To a client that answers ARP, UDP port 68.</summary>
    public sealed record Client(Ipv4Address Address) : DhcpDestination;
    /// <summary>To everybody on the link, UDP port 68.</summary>
    public sealed record Broadcast : DhcpDestination;
    /// <summary>To a client that has no address yet: by its hardware address, without ARP, UDP port 68.</summary>
    public sealed record Hardware(MacAddress Mac, Ipv4Address Address) : DhcpDestination;
}
