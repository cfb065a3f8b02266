namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// Lets a request through to its endpoint, or not, by the endpoint's <see cref="Rule"/>. An endpoint without one is shut. An operator is
/// recognised by the session's cookie or by <c>Authorization: Bearer prov_…</c>; X-Forwarded-For and its kin are not looked at.
/// </summary>
internal static class Gate
{
    public static Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        // What is no route is the framework's own answer: 405 or 415, without anything behind it.
        if (http.GetEndpoint() is not RouteEndpoint endpoint) return next(http);
        if (endpoint.Metadata.OfType<Rule>().Cast<Rule?>().LastOrDefault() is not { } rule)
            return Refusal.WriteAsync(http, 500, $"{http.Request.Path} has no access rule and stays shut: a fault of this program");
        if (rule is not (Rule.SignedIn or Rule.Public)) return next(http);
        var caller = Recognise(http);
        if (caller is not null) http.Features.Set(caller);
        if (rule is Rule.Public) return next(http);
        if (caller is null) return ChallengeAsync(http);
        return caller.ReadOnly && !IsSafe(http.Request.Method)
            ? Refusal.WriteAsync(http, 403, "this key may only read: make one that may write on the page Keys")
            : next(http);
    }

    public static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static Caller? Recognise(HttpContext http)
    {
        var access = http.RequestServices.GetRequiredService<AccessBook>();
        string header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return access.ByKey(header["Bearer ".Length..].Trim());
        return SessionCookie.Of(http.Request) is { } secret ? access.BySession(secret) : null;
    }

    private static Task ChallengeAsync(HttpContext http)
    {
        if (Refusal.WantsPage(http.Request))
        {
            bool htmx = http.Request.Headers.ContainsKey("HX-Request");
            string back = HttpMethods.IsGet(http.Request.Method) && !htmx ? http.Request.Path + http.Request.QueryString : "/";
            string signIn = $"/sign-in?return={Uri.EscapeDataString(back)}";
            if (!htmx)
            {
                http.Response.Redirect(signIn);
                return Task.CompletedTask;
            }
            http.Response.Headers["HX-Redirect"] = signIn;
        }
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"provisioner\"";
        return Refusal.WriteAsync(http, 401, http.Request.Headers.Authorization.Count > 0
            ? "this key is not known, was revoked or has expired: make one on the page Keys, or read DATA/admin.key as root"
            : "sign in, or send a key as \"Authorization: Bearer prov_…\"; keys are made on the page Keys");
    }
}

internal static class CallerOf
{
    /// <summary>Who asks, on an endpoint for <see cref="Rule.SignedIn"/>.</summary>
    public static Caller Caller(this HttpContext http) => http.Features.Get<Caller>() ?? throw new InvalidOperationException("nobody has signed in");
}
