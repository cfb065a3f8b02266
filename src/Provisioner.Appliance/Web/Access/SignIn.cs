using System.Globalization;
using Provisioner.Appliance.Web.Pages;

namespace Provisioner.Appliance.Web.Access;

/// <summary>/sign-in, /welcome (where a one-time link leads) and /sign-out.</summary>
internal static class SignIn
{
    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        var open = app.MapGroup("").WithMetadata(Rule.Public).ExcludeFromDescription();
        open.MapGet("/sign-in", Show);
        open.MapPost("/sign-in", Enter);
        open.MapPost("/welcome", Welcome);
        app.MapPost("/sign-out", Leave).WithMetadata(Rule.SignedIn).ExcludeFromDescription();
    }

    private static IResult Show(HttpContext http, AccessBook access, SignInLink link)
    {
        string token = http.Request.Query["token"].ToString(), back = Local(http.Request.Query["return"]);
        if (token.Length > 0)
            return link.Takes(token)
                ? Render.Page<WelcomePage>(200, (nameof(WelcomePage.LinkToken), token))
                : Form(400, access, back, "", "This link was used already, has expired, or a newer one was made. Make another: provisioner sign-in-link --data DIR");
        return http.Features.Get<Caller>() is null ? Form(200, access, back, "", null) : TypedResults.Redirect(back);
    }

    private static async Task<IResult> Enter(HttpContext http, AccessBook access, SignInThrottle throttle, ILoggerFactory logs)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string name = form["name"].ToString().Trim(), password = form["password"].ToString(), back = Local(form["return"]);
        var address = http.Connection.RemoteIpAddress;
        if (throttle.Wait(address, name) is { Ticks: > 0 } wait)
        {
            int seconds = (int)Math.Ceiling(wait.TotalSeconds);
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return Form(429, access, back, name, $"Too many tries: wait {seconds} seconds, then try again.");
        }
        // Counted before it is checked, so that many at once count too.
        throttle.Failed(address, name);
        if (password.Length > Passwords.Longest || AccessBook.NameFault(name) is not null || !await access.KnowsAsync(name, password, http.RequestAborted))
        {
            Log.SignInRefused(logs.CreateLogger("Provisioner.Web"), Quoted(name), address?.ToString() ?? "");
            return Form(403, access, back, name, "Name and password don’t go together.");
        }
        throttle.Succeeded(address, name);
        await OpenAsync(http, access, name, logs);
        return TypedResults.Redirect(back);
    }

    private static async Task<IResult> Welcome(HttpContext http, AccessBook access, SignInLink link, ILoggerFactory logs)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string token = form["token"].ToString(), name = form["name"].ToString().Trim(), password = form["password"].ToString();
        var faults = new List<string>();
        if (AccessBook.NameFault(name) is { } bad) faults.Add(bad);
        if (Passwords.Fault(password) is { } weak) faults.Add(weak);
        if (password != form["again"].ToString()) faults.Add("the two passwords differ");
        if (faults.Count > 0) return Render.Page<WelcomePage>(400, (nameof(WelcomePage.LinkToken), token), (nameof(WelcomePage.Name), name), (nameof(WelcomePage.Faults), faults));
        if (!link.Use(token)) return Form(403, access, "/", name, "This link was used already, has expired, or a newer one was made.");
        await access.SetAccountAsync(name, password, http.RequestAborted);
        await OpenAsync(http, access, name, logs);
        return TypedResults.Redirect("/");
    }

    private static async Task<IResult> Leave(HttpContext http, AccessBook access)
    {
        if (http.Caller().Session is { } session) await access.EndSessionAsync(session);
        SessionCookie.Clear(http);
        return TypedResults.Redirect("/sign-in");
    }

    private static async Task OpenAsync(HttpContext http, AccessBook access, string name, ILoggerFactory logs)
    {
        SessionCookie.Set(http, await access.OpenSessionAsync(name));
        Log.SignedIn(logs.CreateLogger("Provisioner.Web"), name, http.Connection.RemoteIpAddress?.ToString() ?? "");
    }

    private static IResult Form(int status, AccessBook access, string back, string name, string? fault) => Render.Page<SignInPage>(status,
        (nameof(SignInPage.Return), back), (nameof(SignInPage.Name), name), (nameof(SignInPage.Fault), fault), (nameof(SignInPage.HasAccount), access.HasAccount));

    // Only paths of this host: "//elsewhere" and "/\elsewhere" are other hosts to a browser.
    private static string Local(string? path) => path is ['/', ..] && path is not ['/', '/' or '\\', ..] && !path.Any(char.IsControl) && !path.StartsWith("/sign-", StringComparison.Ordinal) ? path : "/";

    // A name may be a password typed into the wrong field, or hold control characters: as little of it as helps goes into the log.
    private static string Quoted(string name) => AccessBook.NameFault(name) is null ? name[..Math.Min(3, name.Length)] + "…" : "(no name)";
}
