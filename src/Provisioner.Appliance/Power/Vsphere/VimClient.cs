using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using Provisioner.Wire.Vim;

namespace Provisioner.Appliance.Power.Vsphere;

/// <summary>Asks one vSphere server over HTTPS: its certificate is pinned, its session is a cookie, every call has a deadline, a fault is one sentence.</summary>
internal sealed class VimClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private const string Cookie = "vmware_soap_session";
    private readonly Uri _url;
    private readonly HttpClient _http;
    private string _pinned;
    private string? _shown;
    private string? _session;

    /// <param name="url"><c>https://HOST/sdk</c>.</param>
    /// <param name="fingerprint">SHA-256 of the certificate, hex; empty: the first that is seen.</param>
    public VimClient(Uri url, string fingerprint)
    {
        (_url, _pinned) = (url, fingerprint);
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // ESXi 5.5 speaks TLS 1.0 as it comes: what the system's own policy allows is what is spoken.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate) },
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>SHA-256 of the certificate that is pinned, hex.</summary>
    public string Fingerprint => _pinned;

    /// <summary>Asks.</summary>
    /// <exception cref="HypervisorException">no answer, a fault, or no SOAP.</exception>
    public async Task<XElement> AskAsync(byte[] request, CancellationToken cancel, TimeSpan? deadline = null)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(deadline ?? Deadline);
        try
        {
            var (status, body) = await SendAsync(request, time.Token);
            var (answer, fault) = VimReply.Parse(body);
            if (fault is not null) throw VsphereFault.Of(fault);
            return status is HttpStatusCode.OK ? answer! : throw new HypervisorException(PowerFailure.Garbled, $"it answered {(int)status}: is that an ESXi or vCenter?");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new HypervisorException(PowerFailure.Silent, $"it did not answer within {(deadline ?? Deadline).TotalSeconds:0} s");
        }
        catch (WireException e)
        {
            throw new HypervisorException(PowerFailure.Garbled, $"{e.Message}: is that an ESXi or vCenter?", e);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (IOException e)
        {
            throw new HypervisorException(PowerFailure.Silent, $"the connection broke ({e.Message})", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(HttpStatusCode, ReadOnlyMemory<byte>)> SendAsync(byte[] request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(request) };
        message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/xml; charset=utf-8");
        message.Headers.Add("SOAPAction", $"\"{VimRequest.Action}\"");
        if (_session is not null) message.Headers.Add("Cookie", _session);
        using var reply = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
        // As it came, quotes and all: some versions want exactly that back.
        if (reply.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.FirstOrDefault(c => c.StartsWith(Cookie, StringComparison.Ordinal)) is { } cookie) _session = cookie.Split(';')[0];
        using var body = new MemoryStream();
        await using var stream = await reply.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancel)) > 0;)
        {
            if (body.Length + read > VimReply.MostBytes) throw new WireException($"the answer is larger than {VimReply.MostBytes >> 20} MiB");
            body.Write(buffer, 0, read);
        }
        return (reply.StatusCode, body.ToArray());
    }

    // The first certificate of a host is trusted, and from then on that one: ESXi makes its own, which nobody has signed.
    private bool IsPinned(X509Certificate? certificate)
    {
        if (certificate is null) return false;
        _shown = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.GetRawCertData()));
        if (_pinned.Length == 0) _pinned = _shown;
        return _pinned == _shown;
    }

    private HypervisorException Unreachable(HttpRequestException e)
    {
        if (_shown is not null && _shown != _pinned)
            return new(PowerFailure.Untrusted, $"its certificate changed: {_pinned} is known, it shows {_shown}; if that is meant (a renewed certificate), trust it with `provisioner hosts set NAME --fingerprint {_shown}`", e);
        for (Exception? inner = e.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }) return new(PowerFailure.Silent, "its name has no address", e);
            if (inner is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return new(PowerFailure.Silent, $"nothing listens on port {_url.Port} there", e);
            if (inner is SocketException socket) return new(PowerFailure.Silent, $"it can't be reached ({socket.Message})", e);
            if (inner is AuthenticationException tls) return new(PowerFailure.Garbled, $"it does not speak TLS as it should ({tls.Message.TrimEnd('.')})", e);
            if (inner is TimeoutException) return new(PowerFailure.Silent, "it did not answer within 10 s", e);
        }
        return new(PowerFailure.Silent, $"the connection broke ({e.Message.TrimEnd('.')})", e);
    }
}
