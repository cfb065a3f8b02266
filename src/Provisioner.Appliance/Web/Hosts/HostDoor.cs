using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Hosts;

/// <summary>Whether a caller is the installed system that it says it is. A token opens its own machine's routes and no other's.</summary>
internal sealed class HostDoor(MachineBook book, TimeProvider time)
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, long> _noted = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _heard = new();

    /// <summary>The machine, or what the caller is told instead.</summary>
    public (Machine? Machine, IResult? Refusal) Open(string id, HttpContext http)
    {
        // A token that went over the wire in the clear is told nothing: whoever listened has it too.
        if (!http.Request.IsHttps) return (null, Refuse(403, "installed systems call over HTTPS"));
        var (machine, refusal) = Open(id, AgentDoor.Bearer(http.Request), http.Connection.RemoteIpAddress);
        if (machine is not null) _heard[machine.Id] = time.GetUtcNow();
        return (machine, refusal);
    }

    /// <summary>When the machine's agent last said something, since the appliance's start; null where it hasn't.</summary>
    public DateTimeOffset? HeardAt(string id) => _heard.TryGetValue(id, out var at) ? at : null;

    private (Machine? Machine, IResult? Refusal) Open(string id, string? token, IPAddress? from)
    {
        if (token is not { Length: > 0 and <= 128 }) return (null, Refuse(401, "give the host token: Authorization: Bearer TOKEN"));
        var machine = book.All.GetValueOrDefault(id);
        if (Token.Matches(token, machine?.Deployment?.HostTokenHash)) return (machine, null);
        if (book.All.Values.FirstOrDefault(m => Token.Matches(token, m.Deployment?.HostTokenHash)) is not { } owner)
            return (null, Refuse(401, $"this token is not the one of {id}'s deployment, or the machine was released since"));
        if (machine is not null) Note(machine, owner, from);
        return (null, Refuse(403, "this token belongs to another machine"));
    }

    /// <summary>A body of text, up to a number of bytes.</summary>
    public static async Task<(string Text, IResult? Refusal)> ReadAsync(HttpContext http, int most)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = most;
        try
        {
            using var reader = new StreamReader(http.Request.Body);
            return (await reader.ReadToEndAsync(http.RequestAborted), null);
        }
        catch (BadHttpRequestException e)
        {
            return ("", Refuse(e.StatusCode, e.StatusCode == 413 ? $"the body is larger than {most} bytes" : e.Message));
        }
    }

    public static IResult Refuse(int status, string why) => Results.Text(why + "\n", "text/plain", statusCode: status);

    // Once a minute for each machine that is spoken for: a machine gone wrong doesn't fill another's timeline.
    private void Note(Machine machine, Machine owner, IPAddress? from)
    {
        long now = time.GetTimestamp();
        if (_noted.TryGetValue(machine.Id, out long last) && time.GetElapsedTime(last, now) < BetweenNotes) return;
        _noted[machine.Id] = now;
        string text = $"{(from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from)} spoke for {machine.Name} with the token of {owner.Name}: refused";
        book.Note(machine.Id, "host.refused", text, Level.Warning);
        book.Note(owner.Id, "host.refused", text, Level.Warning);
    }
}
