using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Packages;

/// <summary>An archive did not give what was asked of it. One sentence; the status is the one that the machine gets.</summary>
/// <param name="Unreached">The archive was not reached at all, or is broken: what is in the cache may stand in.</param>
internal sealed class UpstreamException(int status, string message, bool unreached = true) : Exception(message)
{
    public int Status => status;
    public bool Unreached => unreached;
}

/// <summary>
/// Asks archives, over HTTP and HTTPS, with a deadline on everything. It follows redirects only to what the rules allow, and connects to no
/// address of this machine or of a served network: a name that an outsider controls must not open what lies inside.
/// </summary>
internal sealed class Upstream : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(10), HeadersDeadline = TimeSpan.FromSeconds(30), DownFor = TimeSpan.FromSeconds(5);
    private readonly HttpMessageInvoker _http;
    private readonly Func<ArchiveRules> _rules;
    private readonly Func<IPAddress, bool> _isInside;
    private readonly bool _throughProxy;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (long At, string Why)> _down = new();

    /// <param name="rules">What may be fetched, now.</param>
    /// <param name="proxy">Where the way out leads through another proxy.</param>
    /// <param name="isInside">An address is of a served network or of this machine.</param>
    /// <param name="time">The clock.</param>
    public Upstream(Func<ArchiveRules> rules, Uri? proxy, Func<IPAddress, bool> isInside, TimeProvider time)
    {
        (_rules, _isInside, _throughProxy, _time) = (rules, isInside, proxy is not null, time);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : new WebProxy(proxy),
            ConnectTimeout = ConnectDeadline,
            ConnectCallback = ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = 16,
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
        });
    }

    /// <summary>An archive was not reached, and why; or is reached again (null). Called when it changes.</summary>
    public event Action<Archive, string, string?>? Reached;

    /// <summary>Asks for a file; the answer's body is not read yet.</summary>
    /// <param name="file">The file.</param>
    /// <param name="head">Adds headers.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="UpstreamException">there is no answer that could be used.</exception>
    public async Task<HttpResponseMessage> GetAsync(PackageFile file, Action<HttpRequestMessage> head, CancellationToken cancel)
    {
        for (int redirects = 0; ; redirects++)
        {
            var reply = await AskAsync(file, head, cancel);
            if (reply.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return reply;
            using (reply)
            {
                if (redirects == MostRedirects) throw new UpstreamException(502, $"{file.Url.Host} redirects more than {MostRedirects} times");
                if (reply.Headers.Location is not { } location) throw new UpstreamException(502, $"{file.Url.Host} redirects to nowhere");
                var to = location.IsAbsoluteUri ? location : new Uri(file.Url, location);
                file = _rules().Judge(to) is Asked.Allowed allowed ? allowed.File
                    : throw new UpstreamException(502, $"{file.Url.Host} redirects to {to.Host}, which is not among the archives: add it (provisioner packages add), or use a mirror that serves the files itself");
            }
        }
    }

    private async Task<HttpResponseMessage> AskAsync(PackageFile file, Action<HttpRequestMessage> head, CancellationToken cancel)
    {
        string host = file.Url.Authority;
        if (_down.TryGetValue(host, out var down) && _time.GetElapsedTime(down.At) < DownFor) throw new UpstreamException(502, down.Why);
        using var request = new HttpRequestMessage(HttpMethod.Get, file.Url);
        request.Headers.UserAgent.ParseAdd("provisioner-package-cache/1");
        head(request);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(HeadersDeadline);
        try
        {
            var reply = await _http.SendAsync(request, deadline.Token);
            if (_down.TryRemove(host, out _)) Reached?.Invoke(file.Archive, host, null);
            return reply;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Down(file, 504, $"{host} did not answer in {HeadersDeadline.TotalSeconds:0} s");
        }
        catch (HttpRequestException e) when (e.InnerException is UpstreamException refused)
        {
            throw refused;
        }
        catch (HttpRequestException e)
        {
            throw Down(file, e.InnerException is TimeoutException or OperationCanceledException ? 504 : 502, e.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => $"the name {file.Url.Host} can't be resolved: has this appliance a way out, and a DNS server?",
                HttpRequestError.ConnectionError => $"{host} can't be reached ({e.InnerException?.Message ?? e.Message}): has this appliance a way out, or is there a proxy to name with --upstream-proxy?",
                HttpRequestError.SecureConnectionError => $"{host} shows a certificate that can't be trusted ({e.InnerException?.Message ?? e.Message})",
                _ => $"{host} broke off: {e.InnerException?.Message ?? e.Message}",
            });
        }
    }

    private UpstreamException Down(PackageFile file, int status, string why)
    {
        string host = file.Url.Authority;
        bool known = _down.ContainsKey(host);
        _down[host] = (_time.GetTimestamp(), why);
        if (!known) Reached?.Invoke(file.Archive, host, why);
        return new(status, why);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        }
        catch (SocketException e)
        {
            throw new HttpRequestException(HttpRequestError.NameResolutionError, e.Message, e);
        }
        // A proxy of the operator's may stand wherever it stands; it is the proxy then that resolves archives' names.
        if (!_throughProxy && !MayBeInside(host, context.DnsEndPoint.Port))
        {
            var outside = addresses.Where(a => !IsInside(a)).ToArray();
            if (outside.Length == 0 && addresses.Length > 0)
                throw new UpstreamException(502, $"{host} is at {addresses[0]}, inside of what this appliance serves: if that is meant, add the archive with --inside", unreached: false);
            addresses = outside;
        }
        return await ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
    }

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        SocketException? last = null;
        foreach (var address in addresses.OrderBy(a => a.AddressFamily is AddressFamily.InterNetwork ? 0 : 1))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(address, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw new HttpRequestException(HttpRequestError.ConnectionError, last?.Message ?? "it has no address", last);
    }

    private bool MayBeInside(string host, int port) => _rules().Archives.Any(a => a.Inside && (a.HasHost(host) || a.HasHost($"{host}:{port}")));

    private bool IsInside(IPAddress given)
    {
        var address = given.IsIPv4MappedToIPv6 ? given.MapToIPv4() : given;
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any)) return true;
        // This network (0/8), link-local (169.254/16: clouds' metadata), multicast and above (224/3): RFC 6890.
        if (address.AddressFamily is AddressFamily.InterNetwork && address.GetAddressBytes() is [var first, var second, ..] && (first is 0 or >= 224 || (first, second) == (169, 254))) return true;
        return _isInside(address);
    }

    public void Dispose() => _http.Dispose();
}
