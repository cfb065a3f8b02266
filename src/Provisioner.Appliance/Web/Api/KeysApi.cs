using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/keys: keys for programs.</summary>
internal static class KeysApi
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("keys");
        keys.MapGet("", (AccessBook access) => TypedResults.Json(new KeyList([.. access.Keys.Select(Describe.Of)]), ApiJson.Default.KeyList))
            .Produces<KeyList>().WithSummary("Keys that work, without their secrets");
        keys.MapPost("", Make).Accepts<KeyBody>("application/json").Produces<NewKeyDto>(201).ProducesProblem(400).WithSummary("Make a key; its secret is shown this once");
        keys.MapDelete("/{id}", Revoke).Produces(204).ProducesProblem(404).WithSummary("Revoke a key, at once");
    }

    private static async Task<IResult> Make(HttpContext http, AccessBook access, ILoggerFactory logs)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string name = fields.Text("name", 64, required: true) ?? "";
        bool readOnly = fields.Flag("readOnly") ?? false;
        int days = fields.Number("expiresInDays", 1, 3650) ?? 365;
        if (name.Any(char.IsControl)) fields.Fault("name must not hold control characters");
        if (fields.Problem() is { } faults) return faults;
        var (key, secret) = await access.MakeKeyAsync(name, readOnly, TimeSpan.FromDays(days), http.Caller().Name);
        Log.KeyMade(logs.CreateLogger("Provisioner.Web"), http.Caller().Name, key.Id, key.Name);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Location = $"/api/v1/keys/{key.Id}";
        return TypedResults.Json(new NewKeyDto(Describe.Of(key), secret), ApiJson.Default.NewKeyDto, statusCode: 201);
    }

    private static async Task<IResult> Revoke(string id, HttpContext http, AccessBook access, ILoggerFactory logs)
    {
        if (!await access.RevokeKeyAsync(id)) return Refusal.Problem(404, $"there is no key \"{id}\"");
        Log.KeyRevoked(logs.CreateLogger("Provisioner.Web"), http.Caller().Name, id);
        return TypedResults.NoContent();
    }
}
