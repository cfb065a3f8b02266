using System.Collections.Immutable;
using System.Text;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Serving;

/// <summary>The servers of one served network, started and stopped together.</summary>
internal sealed class NetworkServers : IDisposable
{
    private readonly IDisposable[] _servers;

    private NetworkServers(ServedNetwork network, IDisposable[] servers) => (Network, _servers) = (network, servers);

    /// <summary>What they serve.</summary>
    public ServedNetwork Network { get; }

    /// <summary>What is not served though it should be, one sentence each.</summary>
    public ImmutableArray<string> Without { get; private set; } = [];

    /// <summary>Starts all that machines can't boot without, or none; of the rest what can be had.</summary>
    /// <exception cref="StartException">one of them can't open its port.</exception>
    public static NetworkServers Start(ServedNetwork network, ServerParts parts)
    {
        var watch = new LinkWatch(network, parts.Neighbours, parts.OtherDhcp, parts.Time) { OthersWanted = () => parts.Leases.ModeOn(network) == DhcpMode.Proxy };
        var dhcp = new DhcpServer(network, parts.Leases, parts.Note, parts.Time) { Watch = watch, Ports = parts.Ports };
        var proxy = new ProxyDhcpServer(network, parts.Leases, parts.Note, parts.Time);
        var grub = new MemoryFile("grub.cfg", Encoding.UTF8.GetBytes(new GrubScript(network.Address, network.HttpPort, network.FilePort).Loader));
        var tftp = new TftpServer(network, new(new(parts.BootFiles, grub.Path), parts.Serves), new(parts.Leases, parts.Note, parts.Time), parts.Time);
        var files = new FileServer(network, new(parts.BootFiles, parts.Images, grub.Path), parts.Serves, new(parts.Leases, parts.Note, parts.Time), parts.Time);
        var dns = new DnsServer(network, parts.Dns, parts.Time);
        var advertiser = new RouterAdvertiser(network);
        var ntp = new NtpServer(network, parts.Time);
        var syslog = new SyslogServer(network, SyslogServer.Port, parts.Leases, parts.Note, parts.Time);
        var ipxeSyslog = new SyslogServer(network, SyslogServer.IpxePort, parts.Leases, parts.Note, parts.Time);
        var servers = new NetworkServers(network, [watch, dhcp, proxy, tftp, files, dns, advertiser, ntp, syslog, ipxeSyslog, grub]);
        try
        {
            watch.Start();
            advertiser.Start();
            // A host that serves time has a daemon for it, and that answers machines on this very address.
            servers.TryStart(ntp.Start, "machines get the time from that");
            servers.TryStart(syslog.Start, "lines of installers are on no timeline");
            servers.TryStart(ipxeSyslog.Start, "lines that machines send there are on no timeline");
            dns.Start();
            tftp.Start();
            files.Start();
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

    private void TryStart(Action start, string instead)
    {
        try
        {
            start();
        }
        catch (ServerStartException e)
        {
            Without = Without.Add($"{e.Message}; until then {instead}");
        }
    }

    public void Dispose()
    {
        foreach (var server in _servers) server.Dispose();
    }
}
