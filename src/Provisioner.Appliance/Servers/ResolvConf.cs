using System.Net;

namespace Provisioner.Appliance.Servers;

/// <summary>Upstream servers as the host's own resolver has them (resolv.conf(5)): read again when the file changed.</summary>
internal sealed class ResolvConf(string path = "/etc/resolv.conf")
{
    private DateTime _readAt = DateTime.MinValue;
    private IReadOnlyList<IPEndPoint> _servers = [];

    /// <summary>The servers; none where the file is missing.</summary>
    public IReadOnlyList<IPEndPoint> Servers
    {
        get
        {
            try
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (written == _readAt) return _servers;
                _servers = [.. File.ReadLines(path).Select(Server).OfType<IPAddress>().Select(a => new IPEndPoint(a, DnsServer.Port))];
                _readAt = written;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _servers = [];
            }
            return _servers;
        }
    }

    private static IPAddress? Server(string line) =>
        line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var address, ..] && IPAddress.TryParse(address, out var parsed) ? parsed : null;
}
