using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Agent;

/// <summary>Who speaks, and what it said: both are checked here, once, for every agent route.</summary>
internal static class AgentDoor
{
    /// <summary>An inventory of a server with 60 disks and 16 NICs has about 40 KB.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The token of an <c>Authorization: Bearer</c> header.</summary>
    public static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { Length: > 7 and < 200 } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;

    /// <summary>The machine whose agent holds the session token; the boot token is spent by its first use.</summary>
    public static async Task<Machine?> SessionAsync(HttpRequest request, MachineBook book)
    {
        if (Bearer(request) is not { } token) return null;
        string hash = Token.Hash(token);
        var machine = book.All.Values.FirstOrDefault(m => m.SessionTokenHash == hash);
        if (machine?.BootTokenHash is not null) await book.ApplyAsync(machine.Id, new MachineChange.BootTokenSpent(), "agent");
        return machine;
    }

    /// <summary>Reads a body of one type; what is wrong with it is said with the field's name.</summary>
    public static async Task<(T? Value, IResult? Fault)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostBytes;
        try
        {
            var value = await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted);
            return value is null ? (null, Refuse(400, "the body is null")) : (value, null);
        }
        catch (JsonException e)
        {
            return (null, Refuse(400, $"the body is not what {http.Request.Path} takes: {e.Message}"));
        }
        catch (BadHttpRequestException e)
        {
            return (null, Refuse(e.StatusCode, e.StatusCode == 413 ? $"the body is larger than {MostBytes} bytes" : e.Message));
        }
    }

    public static IResult Refuse(int status, string why) => Results.Json(new Error(why), AgentJson.Default.Error, statusCode: status);

    public static IResult Of(Applied applied) => applied switch
    {
        Applied.Ok => Results.NoContent(),
        Applied.Refused refused => Refuse(409, refused.Why),
        Applied.NotFound gone => Refuse(404, $"there is no machine {gone.Id}"),
        _ => throw new InvalidOperationException("an answer without an arm"),
    };
}
