using System.Net;
using System.Net.Sockets;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// The addresses that Kestrel listens on, as configuration that it watches: serving another interface adds one while it runs.
/// </summary>
internal sealed class HttpAddresses : ConfigurationProvider, IConfigurationSource
{
    private readonly Lock _lock = new();

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Adds an address, after a look whether it is free: Kestrel itself only logs what it can't bind to.</summary>
    /// <exception cref="StartException">the port is taken, or the address isn't this machine's.</exception>
    /// <param name="address">The address.</param>
    /// <param name="port">The port.</param>
    /// <param name="flag">The flag that chooses another.</param>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    public void Add(IPAddress address, int port, string flag = "--http-port", string scheme = "http")
    {
        lock (_lock)
        {
            string key = KeyOf(address, port, scheme);
            if (Data.ContainsKey(key)) return;
            Try(address, port, flag);
            Data[key] = $"{scheme}://{(address.AddressFamily is AddressFamily.InterNetworkV6 ? $"[{address}]" : address)}:{port}";
        }
        OnReload();
    }

    /// <summary>Takes an address away.</summary>
    public void Remove(IPAddress address, int port, string scheme = "http")
    {
        lock (_lock) Data.Remove(KeyOf(address, port, scheme));
        OnReload();
    }

    private static string KeyOf(IPAddress address, int port, string scheme) => $"Endpoints:{scheme}_{address.ToString().Replace(':', '_')}_{port}:Url";

    private static void Try(IPAddress address, int port, string flag)
    {
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            probe.Bind(new IPEndPoint(address, port));
            probe.Listen(1);
        }
        catch (SocketException e)
        {
            throw new StartException(e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"TCP port {port} on {address} is taken by another program: stop it (ss -ltnp 'sport = :{port}' names it), or choose another with {flag}",
                SocketError.AddressNotAvailable => $"{address} is not an address of this machine: choose another with --listen",
                SocketError.AccessDenied => $"TCP port {port} needs the right to open ports below 1024: start as root, give CAP_NET_BIND_SERVICE, or choose another with {flag}",
                _ => $"TCP port {port} on {address} can't be opened: {e.Message}",
            }, e);
        }
    }
}
