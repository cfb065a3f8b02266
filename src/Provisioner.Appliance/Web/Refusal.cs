using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Provisioner.Appliance.Web.Pages;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Web;

/// <summary>Says no: to programs as problem+json (RFC 9457), to people as a page, to htmx as a notice; always one sentence.</summary>
internal static class Refusal
{
    /// <summary>A path of machines: their endpoints answer for themselves.</summary>
    private static readonly string[] MachinePaths = ["/boot", "/agent", "/hosts"];

    public static bool IsOurs(HttpRequest request) => !MachinePaths.Any(p => request.Path.StartsWithSegments(p));

    public static bool WantsPage(HttpRequest request) => IsOurs(request) && !request.Path.StartsWithSegments("/api") && !request.Headers.Accept.ToString().Contains("event-stream");

    public static ProblemHttpResult Problem(int status, string sentence, IDictionary<string, object?>? more = null) =>
        TypedResults.Problem(sentence, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status), extensions: more);

    public static Task WriteAsync(HttpContext http, int status, string sentence)
    {
        if (http.Response.HasStarted) return Task.CompletedTask;
        return WantsPage(http.Request) ? Page(http, status, sentence).ExecuteAsync(http) : Problem(status, sentence).ExecuteAsync(http);
    }

    public static IResult Page(HttpContext http, int status, string sentence) =>
        http.Request.Headers.ContainsKey("HX-Request")
            ? Render.Fragment<Notice>(status, (nameof(Notice.Faults), new[] { sentence }))
            : Render.Page<ErrorPage>(status, (nameof(ErrorPage.Status), status), (nameof(ErrorPage.Sentence), sentence));

    /// <summary>The last resort: what an endpoint threw, and statuses without a body.</summary>
    public static async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (!IsOurs(http.Request) || http.Response.HasStarted || http.Response.ContentLength is > 0 || http.Response.ContentType is not null) return;
            if (Sentence(http) is { } sentence) await WriteAsync(http, http.Response.StatusCode, sentence);
        }
        catch (BadHttpRequestException e) when (IsOurs(http.Request))
        {
            await WriteAsync(http, e.StatusCode, e.StatusCode == 413 ? $"the body is larger than {Limits.Body} bytes" : e.Message);
        }
        catch (InvalidDataException e) when (IsOurs(http.Request) && http.Request.HasFormContentType)
        {
            await WriteAsync(http, 400, $"the form can't be read: {e.Message}");
        }
        catch (StoreSuspendedException e) when (IsOurs(http.Request))
        {
            await WriteAsync(http, 503, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The other side hung up: there is nobody to answer.
        }
        catch (Exception e) when (IsOurs(http.Request))
        {
            Log.Broken(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Provisioner.Web"), http.Request.Method, http.Request.Path, e);
            await WriteAsync(http, 500, "something broke here, and it is in the appliance's log; nothing was half done");
        }
    }

    private static string? Sentence(HttpContext http) => http.Response.StatusCode switch
    {
        404 => $"there is nothing at {http.Request.Path}",
        405 => $"{http.Request.Method} is not possible at {http.Request.Path}; possible: {http.Response.Headers.Allow}",
        413 => $"the body is larger than {Limits.Body} bytes",
        415 => "the body must be JSON: send Content-Type: application/json",
        _ => null,
    };
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} broke")]
    public static partial void Broken(ILogger log, string method, string path, Exception why);

    [LoggerMessage(2, LogLevel.Information, "{Name} signed in from {Address}")]
    public static partial void SignedIn(ILogger log, string name, string address);

    [LoggerMessage(3, LogLevel.Warning, "sign-in as {Name} from {Address} was refused")]
    public static partial void SignInRefused(ILogger log, string name, string address);

    [LoggerMessage(4, LogLevel.Information, "{By} made the key {Id} ({Name})")]
    public static partial void KeyMade(ILogger log, string by, string id, string name);

    [LoggerMessage(5, LogLevel.Information, "{By} revoked the key {Id}")]
    public static partial void KeyRevoked(ILogger log, string by, string id);
}
