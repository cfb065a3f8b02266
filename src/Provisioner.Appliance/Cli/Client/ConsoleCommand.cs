using System.CommandLine;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace Provisioner.Appliance.Cli.Client;

/// <summary><c>provisioner console MACHINE</c>: a machine's serial console in this terminal.</summary>
internal static class ConsoleCommand
{
    // As telnet and virsh have it.
    private const byte Leave = 0x1d;
    // Ctrl-^, which hardly anything wants.
    private const byte Break = 0x1e;

    public static Command Create()
    {
        var machine = new Argument<string>("machine") { Description = "its name or id" };
        var take = new Option<bool>("--take") { Description = "take it from another program that has it open" };
        var command = Connection.With(new Command("console", "A machine's serial console, over its BMC; Ctrl-] leaves it, Ctrl-^ sends a break") { machine, take });
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                var (url, key) = Connection.Find(parsed);
                string path = $"api/v1/machines/{ResourceCommand.Segment(parsed.GetValue(machine)!)}/console{(parsed.GetValue(take) ? "?take=true" : "")}";
                var address = new UriBuilder(new Uri(url, path));
                address.Scheme = address.Scheme == "https" ? "wss" : "ws";
                return await RunAsync(address.Uri, key, parsed.InvocationConfiguration.Error, cancel);
            }
            catch (CliException e)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"provisioner: {e.Message}");
                return e.Exit;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(Uri url, string key, TextWriter notes, CancellationToken cancel)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true; // else no status says why it was refused
        socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        try
        {
            await socket.ConnectAsync(url, cancel);
        }
        catch (WebSocketException e)
        {
            throw new CliException(socket.HttpStatusCode switch
            {
                0 => $"no appliance answers at {url.Authority} ({e.InnerException?.Message ?? e.Message})",
                System.Net.HttpStatusCode.NotFound => "there is no such machine, neither by id nor by name",
                System.Net.HttpStatusCode.Unauthorized => "the appliance does not know the key",
                var status => $"{url.Authority} answered {(int)status}",
            }, socket.HttpStatusCode is System.Net.HttpStatusCode.NotFound ? CliException.Refused : CliException.NotReached);
        }
        string? before = Console.IsInputRedirected ? null : await SttyAsync("-g");
        try
        {
            if (before is not null) await SttyAsync("raw", "-echo");
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var showing = ShowAsync(socket, end.Token);
            // A read of the terminal can't be cancelled: it stays behind when the console ends first.
            _ = TypeAsync(socket, end);
            string? why = await showing;
            if (why is not null) await notes.WriteAsync($"\r\nprovisioner: {why}\r\n");
            return why is null ? 0 : CliException.Refused;
        }
        finally
        {
            if (before is not null) await SttyAsync(before);
        }
    }

    /// <summary>Until it ends: why, or null where it was left.</summary>
    private static async Task<string?> ShowAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        await using var output = Console.OpenStandardOutput();
        var buffer = new byte[65536];
        string? why = null;
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
                if (got.MessageType == WebSocketMessageType.Close) return why;
                if (got.MessageType == WebSocketMessageType.Text) why = (string?)JsonNode.Parse(buffer.AsSpan(0, got.Count))?["why"];
                else
                {
                    await output.WriteAsync(buffer.AsMemory(0, got.Count), cancel);
                    await output.FlushAsync(cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (WebSocketException e)
        {
            return why ?? $"the connection broke: {e.Message}";
        }
    }

    private static async Task TypeAsync(ClientWebSocket socket, CancellationTokenSource end)
    {
        // .NET's own stream of standard input edits lines where that is a terminal: no key would go out before Enter.
        using var terminal = new SafeFileHandle(0, ownsHandle: false);
        await using var input = new FileStream(terminal, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await input.ReadAsync(buffer, end.Token)) > 0)
            {
                var typed = buffer.AsMemory(0, read);
                int left = typed.Span.IndexOf(Leave);
                if (left >= 0) break;
                if (typed.Span.Contains(Break)) await socket.SendAsync("{\"break\":true}"u8.ToArray(), WebSocketMessageType.Text, true, end.Token);
                else await socket.SendAsync(typed, WebSocketMessageType.Binary, true, end.Token);
            }
            if (read > 0) await end.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
        }
    }

    /// <summary>Sets the terminal as POSIX's stty does; what it prints, or null without a terminal.</summary>
    private static async Task<string?> SttyAsync(params string[] arguments)
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", arguments) { RedirectStandardOutput = true })!;
        string said = await stty.StandardOutput.ReadToEndAsync();
        await stty.WaitForExitAsync();
        return stty.ExitCode == 0 ? said.Trim() : null;
    }
}
