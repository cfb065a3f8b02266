using System.Collections.Concurrent;
using System.Net;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

/// <summary>The demo's network, messages of clients, and captures: what the tests of this folder speak with.</summary>
internal static class Rack
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    public static readonly MacAddress Ana = MacAddress.Parse("52:54:00:00:00:0a"), Ben = MacAddress.Parse("52:54:00:00:00:0b");

    private static readonly ConcurrentDictionary<string, byte[]> Read = new();

    public static readonly ServedNetwork Network = new("prov0", IPAddress.Parse("10.77.0.1"), 24, "rack.internal", 5240);

    /// <summary>The model of its network with another range.</summary>
    public static NetworkModel Served(string first, string last) => Models.Of(Network, first, last, "10.77.0.254", "10.77.0.2");

    public static Ipv4Address Ip(string text) => Ipv4Address.Parse(text);

    public static MacAddress Mac(int n) => new(0x0200_0000_0000 + (ulong)n);

    /// <summary>A fresh copy of a capture; where it came from stands in tests/golden/dhcp/README.md.</summary>
    public static byte[] Golden(string name) => (byte[])Read.GetOrAdd(name, n => Convert.FromHexString(string.Concat(File.ReadAllText(PathOf(n)).Where(char.IsAsciiHexDigit)))).Clone();

    public static string PathOf(string golden) => Path.Combine(AppContext.BaseDirectory, $"golden/dhcp/{golden}.hex");

    public static DhcpMessage Message(DhcpMessageType type, MacAddress from, params DhcpOption[] more) => new()
    {
        Xid = 7,
        ChAddr = from,
        Options = new([DhcpOption.Of(DhcpOptionCode.MessageType, (byte)type), .. more]),
    };

    public static DhcpOption ForUs => DhcpOption.Of(DhcpOptionCode.ServerIdentifier, Ip("10.77.0.1"));

    public static DhcpOption Wants(string address) => DhcpOption.Of(DhcpOptionCode.RequestedAddress, Ip(address));
}

/// <summary>A server without sockets: asks the decision and keeps the leases that it gives.</summary>
internal sealed class Desk
{
    private readonly MacAddress[] _machines;
    private readonly SubnetPool[] _pools;
    private readonly DhcpScopes _scopes;

    public Desk(params MacAddress[] machines) : this(Rack.Served("10.77.0.100", "10.77.0.199"), machines) { }

    public Desk(NetworkModel model, params MacAddress[] machines)
    {
        _machines = machines;
        var own = Ipv4Address.From(Network.Address);
        _pools = [.. model.Subnets.Select(s => new SubnetPool(model, s, s.Cidr.Contains(own) ? own : null, machines.Contains))];
        _scopes = new(model, _pools);
    }

    public ServedNetwork Network => Rack.Network;
    /// <summary>The pool of the subnet that the appliance itself stands in.</summary>
    public SubnetPool Leases => PoolOf(Network.Address.ToString());
    public IEnumerable<Lease> All => _pools.SelectMany(p => p.All);
    public DateTimeOffset Now { get; set; } = Rack.Noon;

    public SubnetPool PoolOf(string address) => _pools.Single(p => p.Subnet.Cidr.Contains(Rack.Ip(address)));

    public DhcpAnswer Ask(DhcpMessage message)
    {
        if (Facts(message, out var nobody) is not { } facts) return new DhcpAnswer.Silence(nobody!);
        var answer = DhcpAnswer.For(message, facts, Now);
        if (answer.Lease is { } lease) PoolOf(lease.Address.ToString()).Put(lease);
        return answer;
    }

    /// <summary>The same on port 4011.</summary>
    public DhcpAnswer AskBootServer(DhcpMessage message) =>
        Facts(message, out var nobody) is { } facts ? ProxyAnswer.For(message, facts, Now) : new DhcpAnswer.Silence(nobody!);

    public DhcpExplanation Explain(DhcpQuestion question) => Facts(question.ToMessage(), out var nobody) is { } facts
        ? DhcpExplanation.Of(question, facts, _scopes.How(question.ToMessage()), Now) : DhcpExplanation.Of(Network, new DhcpAnswer.Silence(nobody!));

    private DhcpFacts? Facts(DhcpMessage message, out string? nobody) =>
        _scopes.Of(message, Network, out nobody) is { } scope ? new(Network, scope, NameOf(message.ChAddr)) : null;

    public string? NameOf(MacAddress mac) => _machines.Contains(mac) ? "node1" : null;

    public DhcpAnswer.Reply Reply(DhcpMessage message) => Assert.IsType<DhcpAnswer.Reply>(Ask(message));

    public string Silence(DhcpMessage message) => Assert.IsType<DhcpAnswer.Silence>(Ask(message)).Why;

    public Ipv4Address? Offered(MacAddress mac) => Ask(Rack.Message(DhcpMessageType.Discover, mac)) is DhcpAnswer.Reply reply ? reply.Message.YiAddr : null;

    public Ipv4Address Bind(MacAddress mac)
    {
        var address = Offered(mac)!.Value;
        var ack = Reply(Rack.Message(DhcpMessageType.Request, mac, Rack.ForUs, Rack.Wants(address.ToString())));
        Assert.Equal(DhcpMessageType.Ack, ack.Message.Type);
        return ack.Message.YiAddr;
    }
}
