using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;

namespace Provisioner.Appliance.Web.Api;

/// <summary>Answers with an entity tag that is the content's own hash: it changes when, and only when, the answer would (RFC 9110 §8.8.3).</summary>
internal static class Tagged
{
    /// <summary>The answer to a reader.</summary>
    /// <param name="value">What.</param>
    /// <param name="type">Its shape.</param>
    /// <param name="lasting">What the tag stands for, where a part of the answer changes by itself.</param>
    public static IResult Of<T>(T value, JsonTypeInfo<T> type, T? lasting = default)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return TypedResults.Bytes(json, "application/json; charset=utf-8", entityTag: new EntityTagHeaderValue(Tag(lasting is null ? json : JsonSerializer.SerializeToUtf8Bytes(lasting, type))));
    }

    /// <summary>The answer to whoever changed it. Without the framework's own look at If-Match, which is about what was there before.</summary>
    public static IResult After<T>(T value, JsonTypeInfo<T> type, int status, T? lasting = default)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return new Changed(json, Tag(lasting is null ? json : JsonSerializer.SerializeToUtf8Bytes(lasting, type)), status);
    }

    /// <summary>The request's If-Match, if it has one, names this content.</summary>
    public static bool Matches<T>(HttpContext http, T value, JsonTypeInfo<T> type)
    {
        var wanted = http.Request.GetTypedHeaders().IfMatch;
        return wanted.Count == 0 || wanted.Contains(EntityTagHeaderValue.Any) || wanted.Any(w => w.Tag == Tag(JsonSerializer.SerializeToUtf8Bytes(value, type)));
    }

    private static string Tag(byte[] json) => $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 12))}\"";

    private sealed class Changed(byte[] json, string tag, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext http)
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.Headers.ETag = tag;
            return http.Response.Body.WriteAsync(json).AsTask();
        }
    }
}
