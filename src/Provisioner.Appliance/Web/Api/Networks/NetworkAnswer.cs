using System.Text.Json.Serialization.Metadata;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Networks;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>What a change of the network model is answered with.</summary>
internal static class NetworkAnswer
{
    /// <summary>Makes a change and answers with what stands afterwards: 404 or 409 with all that is wrong, or the thing.</summary>
    /// <param name="book">The model's writer.</param>
    /// <param name="http">Who asks; <c>If-Match</c> with the tag of what was read before is honoured (RFC 9110 §13.1.1).</param>
    /// <param name="change">The change.</param>
    /// <param name="shown">What to answer with, by the model after it.</param>
    /// <param name="type">Its shape.</param>
    /// <param name="status">200, or 201 where something was added.</param>
    /// <param name="before">What the caller should have read before; null where it is new.</param>
    public static async Task<IResult> ChangeAsync<T>(
        NetworkBook book, HttpContext http, NetworkChange change, Func<NetworkModel, T> shown, JsonTypeInfo<T> type, int status, T? before = default)
    {
        if (before is not null && !Tagged.Matches(http, before, type))
            return Refusal.Problem(412, "it was changed since you read it: read it again, look, and repeat");
        return await book.ApplyAsync(change, http.Caller().Name) is var outcome && Refused(outcome) is { } refused ? refused : Tagged.After(shown(((NetworkOutcome.Changed)outcome).Model), type, status);
    }

    /// <summary>Takes something away: 204.</summary>
    public static async Task<IResult> RemoveAsync(NetworkBook book, HttpContext http, NetworkChange change) =>
        Refused(await book.ApplyAsync(change, http.Caller().Name)) ?? TypedResults.NoContent();

    /// <summary>The problem that says why not, or null where it was done.</summary>
    public static IResult? Refused(NetworkOutcome outcome) => outcome switch
    {
        NetworkOutcome.Changed => null,
        NetworkOutcome.Refused refused => Refusal.Problem(409, refused.InWords, new Dictionary<string, object?> { ["errors"] = refused.Why.ToArray() }),
        NetworkOutcome.Missing missing => Refusal.Problem(404, missing.What),
        _ => throw new InvalidOperationException("an outcome without an arm"),
    };

    public static IResult Unknown(string what, string key) => Refusal.Problem(404, $"there is no {what} \"{(key.Length <= 64 ? key : key[..64] + "…")}\"");
}
