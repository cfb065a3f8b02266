using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web.Api.Power;

/// <summary>
/// /api/v1/machines/ID/console: a machine's serial console as a WebSocket (RFC 6455). Binary messages are characters, both ways. Text
/// messages are JSON: <c>{"break":true}</c> to the machine; <c>{"state":"open"}</c> or <c>{"state":"closed","why":"…"}</c> from here.
/// </summary>
internal static class ConsoleApi
{
    // So that whoever was signed out meanwhile is out: pages come back by themselves.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private const int MostTyped = 4096;

    public static void MapConsole(this IEndpointRouteBuilder api) =>
        api.MapGet("/machines/{id}/console", ConnectAsync).WithTags("bmc").Produces(101).ProducesProblem(404).ProducesProblem(409).ProducesProblem(426)
            .WithSummary("Its serial console (Serial over LAN), as a WebSocket").WithQuery(("take", Microsoft.OpenApi.JsonSchemaType.Boolean, "Take it from another program that has it open"));

    private static async Task ConnectAsync(string id, HttpContext http, MachineBook book, [FromServices] ConsoleDesk desk, IHostApplicationLifetime life, TimeProvider time)
    {
        if (book.Find(id) is not { } machine)
        {
            await MachinesApi.Unknown(id).ExecuteAsync(http);
            return;
        }
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.Headers.Upgrade = "websocket";
            await Refusal.WriteAsync(http, 426, "a console is a WebSocket: ask for it with Upgrade: websocket, or open it on the machine's page");
            return;
        }
        // A browser sends cookies with WebSockets of other sites' pages too.
        if (!FormGuard.IsOwnOrigin(http.Request))
        {
            await Refusal.WriteAsync(http, 403, "this console was asked for by a page of another site");
            return;
        }
        using var hour = new CancellationTokenSource(Longest, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(hour.Token, life.ApplicationStopping, http.RequestAborted);
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await ServeAsync(socket, () => desk.EnterAsync(machine, http.Request.Query["take"] == "true", http.Caller().Name, end.Token), http.Caller().ReadOnly, end.Token);
    }

    private static async Task ServeAsync(WebSocket socket, Func<Task<ConsoleSeat>> enter, bool readOnly, CancellationToken cancel)
    {
        string why = "the console was closed";
        try
        {
            await using var seat = await enter();
            await TellAsync(socket, new ConsoleState("open", null, readOnly), cancel);
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var typing = TypeAsync(socket, seat, readOnly, gone.Token);
            var showing = ShowAsync(socket, seat, gone.Token);
            await Task.WhenAny(typing, showing);
            why = seat.Ended ?? why;
            if (typing.IsCompletedSuccessfully) why = await typing ?? why;
            else await CloseAsync(socket, why);
            await gone.CancelAsync();
            await Task.WhenAll(Quietly(typing), Quietly(showing));
        }
        catch (PowerException failed)
        {
            why = failed.Message;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
        }
        await CloseAsync(socket, why);
    }

    private static async Task ShowAsync(WebSocket socket, ConsoleSeat seat, CancellationToken cancel)
    {
        await foreach (byte[] piece in seat.Shown.ReadAllAsync(cancel)) await socket.SendAsync(piece, WebSocketMessageType.Binary, true, cancel);
    }

    /// <summary>Until the other side closes: why, or null.</summary>
    private static async Task<string?> TypeAsync(WebSocket socket, ConsoleSeat seat, bool readOnly, CancellationToken cancel)
    {
        var buffer = new byte[MostTyped];
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (got.MessageType == WebSocketMessageType.Close) return null;
            if (!got.EndOfMessage) return $"a message of more than {MostTyped} octets";
            if (readOnly) continue;
            if (got.MessageType == WebSocketMessageType.Binary) seat.Type(buffer[..got.Count]);
            else if (IsBreak(buffer.AsSpan(0, got.Count))) seat.Break();
        }
    }

    private static bool IsBreak(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            return JsonDocument.TryParseValue(ref reader, out var said) && said.RootElement.ValueKind == JsonValueKind.Object && said.RootElement.TryGetProperty("break", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Task TellAsync(WebSocket socket, ConsoleState state, CancellationToken cancel) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(state, ApiJson.Default.ConsoleState), WebSocketMessageType.Text, true, cancel);

    private static async Task CloseAsync(WebSocket socket, string why)
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            if (socket.State is WebSocketState.Open) await TellAsync(socket, new ConsoleState("closed", why, false), soon.Token);
            // A reason has 123 octets at most (RFC 6455 §5.5): the whole one went before.
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "closed", soon.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or InvalidOperationException)
        {
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
        }
    }
}

/// <summary>What a console says of itself.</summary>
/// <param name="State">open or closed.</param>
/// <param name="Why">Why it is closed.</param>
/// <param name="ReadOnly">What is typed goes nowhere.</param>
internal sealed record ConsoleState(string State, string? Why, bool ReadOnly);
