using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>Style, scripts and the icon: a fixed set out of the program itself, under names that carry their hash and may be kept for ever.</summary>
internal static class Embedded
{
    private sealed record Asset(byte[] Bytes, string Type, string Hash);

    private static readonly FrozenDictionary<string, Asset> All = Load().ToFrozenDictionary();

    /// <summary>The path of an asset: <c>/assets/app.css?v=…</c>.</summary>
    public static string Path(string name) => $"/assets/{name}?v={All[name].Hash}";

    public static void MapAssets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/assets/{name}", Get).WithMetadata(Rule.Public).ExcludeFromDescription();
        app.MapGet("/favicon.ico", (HttpContext http) => Get("icon.svg", http)).WithMetadata(Rule.Public).ExcludeFromDescription();
    }

    private static IResult Get(string name, HttpContext http)
    {
        if (!All.TryGetValue(name, out var asset)) return Refusal.Page(http, 404, $"there is no asset {name}");
        if (http.Request.Query["v"] == asset.Hash) http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(asset.Bytes, asset.Type, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}\""));
    }

    private static IEnumerable<KeyValuePair<string, Asset>> Load()
    {
        var assembly = typeof(Embedded).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("wwwroot/", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            yield return new(name["wwwroot/".Length..], new(bytes, TypeOf(name), Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))));
        }
    }

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
