using Provisioner.Appliance.Servers;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Serving;

/// <summary>The servers of one served network, started and stopped together.</summary>
internal sealed class NetworkServers : IDisposable
{
    private readonly IDisposable[] _servers;

    private NetworkServers(ServedNetwork network, IDisposable[] servers) => (Network, _servers) = (network, servers);

    /// <summary>What they serve.</summary>
    public ServedNetwork Network { get; }

    /// <summary>Starts all, or none.</summary>
    /// <exception cref="StartException">one of them can't open its port.</exception>
    public static NetworkServers Start(ServedNetwork network, ServerParts parts)
    {
        var dhcp = new DhcpServer(network, parts.Leases, parts.Note, parts.Time);
        var proxy = new ProxyDhcpServer(network, parts.Leases, parts.Note, parts.Time);
        var tftp = new TftpServer(network, parts.BootFiles, parts.Leases, parts.Note, parts.Time);
        var dns = new DnsServer([network], parts.Zone, parts.UpstreamDns, parts.Time);
        var advertiser = new RouterAdvertiser(network);
        var servers = new NetworkServers(network, [dhcp, proxy, tftp, dns, advertiser]);
        try
        {
            advertiser.Start();
            dns.Start();
            tftp.Start();
            proxy.Start();
            dhcp.Start(); // last: a machine that is answered finds everything else open
            return servers;
        }
        catch (ServerStartException e)
        {
            servers.Dispose();
            throw new StartException(e.Message, e);
        }
    }

    public void Dispose()
    {
        foreach (var server in _servers) server.Dispose();
    }
}
