using Microsoft.AspNetCore.Http.Features;
using Provisioner.Appliance.Store;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// Keeps other sites from sending forms in an operator's name, three times over: the cookie is SameSite=Strict; the request's Origin must be
/// this host; and the form must hold a token that is derived from the cookie, which no other site can read. A program with a key has no cookie
/// and needs none of it.
/// </summary>
internal static class FormGuard
{
    public const string Field = "_form", Header = "X-Form-Token";
    private const string VisitorCookie = "provisioner-visitor";

    /// <summary>The token for forms of this visitor: SHA-256 of the session's secret, or before sign-in of a visitor's cookie.</summary>
    public static string TokenFor(HttpContext http) => TokenOf(SessionSecret(http) ?? VisitorSecret(http));

    public static async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!Applies(http)) await next(http);
        else if (!IsOwnOrigin(http.Request)) await Refusal.WriteAsync(http, 403, "this form came from another site and was not taken");
        else if (!await HasTokenAsync(http)) await Refusal.WriteAsync(http, 403, "this form is out of date: load the page again and repeat");
        else await next(http);
    }

    private static bool Applies(HttpContext http) =>
        !Gate.IsSafe(http.Request.Method) && http.GetEndpoint()?.Metadata.OfType<Rule>().Cast<Rule?>().LastOrDefault() switch
        {
            Rule.SignedIn => http.Features.Get<Caller>() is { Session: not null },
            Rule.Public => true,
            _ => false,
        };

    /// <summary>The request comes from a page of this host, or from no page. Authorities are compared and not schemes: a proxy may end TLS in front of us.</summary>
    public static bool IsOwnOrigin(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        if (origin.Length == 0) return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
        return Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<bool> HasTokenAsync(HttpContext http)
    {
        string? secret = SessionSecret(http) ?? http.Request.Cookies[VisitorCookie];
        if (secret is null) return false;
        string? sent = http.Request.Headers[Header];
        if (sent is null && http.Request.HasFormContentType)
        {
            if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = Limits.Body;
            sent = (await http.Request.ReadFormAsync(http.RequestAborted))[Field];
        }
        return Token.Matches(sent, Token.Hash(TokenOf(secret)));
    }

    private static string TokenOf(string secret) => Token.Hash("form:" + secret);

    private static string? SessionSecret(HttpContext http) => http.Features.Get<Caller>() is { Session: not null } ? SessionCookie.Of(http.Request) : null;

    private static string VisitorSecret(HttpContext http)
    {
        if (http.Request.Cookies[VisitorCookie] is { Length: > 20 } known) return known;
        if (http.Items[VisitorCookie] is string made) return made;
        string secret = Token.New();
        http.Items[VisitorCookie] = secret;
        http.Response.Cookies.Append(VisitorCookie, secret, SessionCookie.Options(http.Request, null));
        return secret;
    }
}
