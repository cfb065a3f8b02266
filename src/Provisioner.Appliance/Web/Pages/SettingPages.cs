using System.Globalization;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>/interfaces and /keys.</summary>
internal static class SettingPages
{
    public static void MapInterfaces(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/interfaces", () => Render.Page<InterfacesPage>(200));
        pages.MapPost("/interfaces/serve", Serve);
        pages.MapPost("/interfaces/stop", Stop);
    }

    public static void MapKeyPage(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/keys", () => Render.Page<KeysPage>(200));
        pages.MapPost("/keys", MakeKey);
        pages.MapPost("/keys/{id}/revoke", RevokeKey);
    }

    private static async Task<IResult> Serve(HttpContext http, ISurroundings surroundings)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string name = form["name"].ToString();
        if (surroundings.Interfaces.FirstOrDefault(i => i.Name == name) is not { } chosen) return Interfaces(404, $"there is no interface \"{name}\" any more");
        if (chosen.IsUplink && form["sure"] != "yes") return Interfaces(409, $"{name} is the way to the outer network: tick that you know");
        return await surroundings.ServeAsync(name, http.Caller().Name) is { } fault ? Interfaces(409, fault) : TypedResults.LocalRedirect("/interfaces");
    }

    private static async Task<IResult> Stop(HttpContext http, ISurroundings surroundings)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return await surroundings.StopServingAsync(form["name"].ToString(), http.Caller().Name) is { } fault ? Interfaces(409, fault) : TypedResults.LocalRedirect("/interfaces");
    }

    private static IResult Interfaces(int status, string fault) => Render.Page<InterfacesPage>(status, (nameof(InterfacesPage.Fault), fault));

    private static async Task<IResult> MakeKey(HttpContext http, AccessBook access, ILoggerFactory logs)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string name = form["name"].ToString().Trim();
        if (name.Length is 0 or > 64 || name.Any(char.IsControl)) return Render.Page<KeysPage>(400, (nameof(KeysPage.Fault), "a key needs a name of at most 64 characters"));
        if (!int.TryParse(form["days"], CultureInfo.InvariantCulture, out int days) || days is < 1 or > 3650) return Render.Page<KeysPage>(400, (nameof(KeysPage.Fault), "a key works for 1 to 3650 days"));
        var (key, secret) = await access.MakeKeyAsync(name, form["readOnly"] == "yes", TimeSpan.FromDays(days), http.Caller().Name);
        Log.KeyMade(logs.CreateLogger("Provisioner.Web"), http.Caller().Name, key.Id, key.Name);
        http.Response.Headers.CacheControl = "no-store";
        return Render.Page<KeysPage>(200, (nameof(KeysPage.Secret), secret));
    }

    private static async Task<IResult> RevokeKey(string id, HttpContext http, AccessBook access, ILoggerFactory logs)
    {
        if (!await access.RevokeKeyAsync(id)) return Render.Page<KeysPage>(404, (nameof(KeysPage.Fault), "this key is gone already"));
        Log.KeyRevoked(logs.CreateLogger("Provisioner.Web"), http.Caller().Name, id);
        return TypedResults.LocalRedirect("/keys");
    }
}
