using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Packages;
using Provisioner.Wire;

namespace Provisioner.Appliance.Packages;

/// <summary>
/// The package cache's own port: who comes in by it never gets to pages and API. Answers carry <c>X-Cache</c>; refusals are one sentence, in
/// the reason phrase too, because that is what apt shows.
/// </summary>
internal sealed class PackageDoor(ApplianceOptions options, PackageSettings settings, PackageCache cache, PackageFigures figures, NetworkBook networks)
{
    /// <summary>Answers what came in by the cache's port; all else goes on.</summary>
    public Task InvokeAsync(HttpContext http, RequestDelegate next) =>
        options.PackagePort == 0 || http.Connection.LocalPort != options.PackagePort ? next(http) : AnswerAsync(http);

    private async Task AnswerAsync(HttpContext http)
    {
        if (!IsServed(http.Connection.RemoteIpAddress))
        {
            figures.Refuse();
            await RefuseAsync(http, 403, "the package cache answers machines of the served networks only");
            return;
        }
        try
        {
            switch (settings.Rules.Judge(http.Request.Method, http.Features.Get<IHttpRequestFeature>()!.RawTarget))
            {
                case Asked.Itself:
                    await http.Response.WriteAsync(Usage(http));
                    break;
                case Asked.Refused refused:
                    figures.Refuse();
                    await RefuseAsync(http, refused.Status, refused.Why);
                    break;
                case Asked.Allowed allowed:
                    await SendAsync(http, allowed.File);
                    break;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The machine hung up; what was on its way comes in all the same.
        }
        catch (Exception e) when (e is IOException or TimeoutException or HttpRequestException)
        {
            if (http.Response.HasStarted) http.Abort(); // a cut body must not look like a whole one: the machine asks for the rest
            else await RefuseAsync(http, 504, e is TimeoutException ? "the archive takes too long: ask again" : e.Message);
        }
    }

    private async Task SendAsync(HttpContext http, PackageFile file)
    {
        bool noCache = http.Request.GetTypedHeaders().CacheControl is { NoCache: true };
        switch (await cache.GetAsync(file, noCache, http.RequestAborted))
        {
            case PackageAnswer.Refused refused:
                await RefuseAsync(http, refused.Status, refused.Why);
                break;
            case PackageAnswer.Passed passed:
                await PassAsync(http, passed.Reply);
                break;
            case PackageAnswer.File answer:
                http.Response.Headers["X-Cache"] = answer.Verdict.ToString().ToUpperInvariant();
                if (answer.Verdict is CacheVerdict.Stale) http.Response.Headers.Warning = "110 provisioner \"Response is Stale: the archive can't be reached\""; // RFC 7234 §5.5.1
                http.Response.Headers.Age = Math.Max(0, (long)(DateTimeOffset.UtcNow - answer.Record.FetchedAt).TotalSeconds).ToString(CultureInfo.InvariantCulture);
                var tag = answer.Record.ETag is { } text && EntityTagHeaderValue.TryParse(text, out var parsed) ? parsed : null;
                await TypedResults.Stream(answer.Body, answer.Record.ContentType ?? "application/octet-stream", null, answer.Record.LastModified, tag, enableRangeProcessing: answer.Body.CanSeek).ExecuteAsync(http);
                break;
        }
    }

    private async Task PassAsync(HttpContext http, HttpResponseMessage reply)
    {
        using (reply)
        {
            http.Response.StatusCode = (int)reply.StatusCode;
            http.Response.Headers["X-Cache"] = "PASSED";
            http.Response.ContentLength = reply.Content.Headers.ContentLength;
            http.Response.Headers.LastModified = reply.Content.Headers.LastModified?.ToString("R");
            http.Response.ContentType = reply.Content.Headers.ContentType?.ToString();
            if (HttpMethods.IsGet(http.Request.Method)) await reply.Content.CopyToAsync(http.Response.Body, http.RequestAborted);
        }
    }

    private bool IsServed(IPAddress? from)
    {
        if (from is null) return false;
        if (from.IsIPv4MappedToIPv6) from = from.MapToIPv4();
        if (IPAddress.IsLoopback(from)) return true;
        // Any subnet that operators have put into the model: machines behind a relay come from others than our own.
        return from.AddressFamily is AddressFamily.InterNetwork && networks.Model.SubnetOf(Ipv4Address.From(from)) is not null;
    }

    private static Task RefuseAsync(HttpContext http, int status, string why)
    {
        // Of a sentence with other than ASCII, Kestrel would make an error of its own.
        string ascii = new([.. why.Select(c => c is >= ' ' and <= '~' ? c : '?')]);
        http.Response.StatusCode = status;
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = ascii;
        http.Response.ContentType = "text/plain; charset=utf-8";
        if (status == 405) http.Response.Headers.Allow = "GET, HEAD";
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.WriteAsync(why + "\n");
    }

    private string Usage(HttpContext http)
    {
        string here = $"http://{http.Connection.LocalIpAddress?.MapToIPv4()}:{options.PackagePort}";
        return $"""
            Provisioner's package cache.

            apt: Acquire::http::Proxy "{here}";           in /etc/apt/apt.conf.d/90proxy
            dnf: proxy={here}                             in /etc/dnf/dnf.conf
            or as a mirror: {here}/deb.debian.org/debian

            Sources have to be written with http://, packages are signed. Archives:

            {string.Join('\n', settings.Rules.Archives.Select(a => $"{a.Name,-16}{string.Join(' ', a.Hosts)}"))}

            """;
    }
}
