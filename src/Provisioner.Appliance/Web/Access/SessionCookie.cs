namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// The session's cookie. Over https it carries the <c>__Host-</c> prefix, which browsers take only with Secure and for this host alone;
/// over http that prefix is impossible, so the name has none.
/// </summary>
internal static class SessionCookie
{
    private static string Name(HttpRequest request) => request.IsHttps ? "__Host-provisioner" : "provisioner";

    public static string? Of(HttpRequest request) => request.Cookies[Name(request)];

    public static void Set(HttpContext http, string secret) => http.Response.Cookies.Append(Name(http.Request), secret, Options(http.Request, AccessBook.SessionLife));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name(http.Request), Options(http.Request, null));

    public static CookieOptions Options(HttpRequest request, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
