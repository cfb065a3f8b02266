namespace Provisioner.Appliance.Web;

/// <summary>Response headers that keep pages to themselves. Everything comes from this host; nothing is inline; nobody may frame us.</summary>
internal static class Headers
{
    private const string Policy =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:";

    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        if (!Refusal.IsOurs(http.Request)) return next(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // same-origin, not no-referrer: with the latter browsers send Origin: null with forms.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        // What an endpoint doesn't say otherwise is for this reader, now; an answer with an ETag may be kept to be asked about again.
        headers.CacheControl = "no-cache, private";
        return next(http);
    }
}
