using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Provisioner.ApplianceTests.Network;

/// <summary>
/// An archive on loopback whose connections break when they are told to: files with validators, ranges, conditional requests. Written on
/// a bare socket, so that nothing of what the cache itself uses judges it.
/// </summary>
internal sealed partial class TestArchive : IDisposable
{
    private readonly CancellationTokenSource _end = new();
    private TcpListener _listener;

    public TestArchive()
    {
        _listener = new(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    public int Port { get; }
    public string Host => $"127.0.0.1:{Port}";

    /// <summary>Files by path.</summary>
    public ConcurrentDictionary<string, (byte[] Content, string? ETag, DateTimeOffset? LastModified)> Files { get; } = new();

    /// <summary>What was asked: "/path", with " range=N-" and " conditional" where that was so, and the status.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Answers to break off, each after so many bytes of its body.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Held after so many bytes of a body, until it is released.</summary>
    public (int After, Task Until)? Hold { get; set; }

    /// <summary>What is answered in place of a file: a status line and headers.</summary>
    public string? Instead { get; set; }

    /// <summary>No Content-Length: chunks.</summary>
    public bool Chunked { get; set; }

    /// <summary>Nobody listens any more.</summary>
    public void Down() => _listener.Stop();

    /// <summary>Somebody listens again.</summary>
    public void Up()
    {
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener);
    }

    public void Put(string path, byte[] content, string? etag = "\"v1\"") => Files[path] = (content, etag, new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Down.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } request)
                {
                    var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                    while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line) headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
                    if (!await AnswerAsync(stream, request.Split(' ')[1], headers)) return;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The cache hung up, or the test is over.
            }
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, string path, Dictionary<string, string> headers)
    {
        if (Instead is { } instead)
        {
            Log.Enqueue($"{path} {instead.Split(' ')[1]}");
            // A server of HTTP/1.0 may say nothing of the length: its body ends with the connection.
            bool old = instead.StartsWith("HTTP/1.0", StringComparison.Ordinal);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(instead.Replace("\n", "\r\n") + (old ? "\r\n\r\nsome bytes" : "\r\nContent-Length: 0\r\n\r\n")), _end.Token);
            return !old;
        }
        if (!Files.TryGetValue(path, out var file))
        {
            Log.Enqueue($"{path} 404");
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _end.Token);
            return true;
        }
        string validators = (file.ETag is null ? "" : $"ETag: {file.ETag}\r\n") + (file.LastModified is null ? "" : $"Last-Modified: {file.LastModified:R}\r\n");
        bool conditional = headers.ContainsKey("If-None-Match") || headers.ContainsKey("If-Modified-Since");
        if (conditional && (headers.GetValueOrDefault("If-None-Match") ?? file.ETag) == file.ETag)
        {
            Log.Enqueue($"{path} conditional 304");
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 304 Not Modified\r\n{validators}\r\n"), _end.Token);
            return true;
        }
        int from = headers.GetValueOrDefault("Range") is { } range && (headers.GetValueOrDefault("If-Range") is not { } valid || valid == file.ETag || valid == file.LastModified?.ToString("R"))
            ? int.Parse(RangeFrom().Match(range).Groups[1].Value) : 0;
        Log.Enqueue($"{path}{(from > 0 ? $" range={from}-" : "")}{(conditional ? " conditional" : "")} {(from > 0 ? 206 : 200)}");
        string status = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{file.Content.Length - 1}/{file.Content.Length}" : "200 OK";
        string length = Chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {file.Content.Length - from}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{length}\r\n{validators}Content-Type: application/x-test\r\n\r\n"), _end.Token);
        return await BodyAsync(stream, file.Content.AsMemory(from), Cuts.TryDequeue(out int cut) ? cut : null);
    }

    private async Task<bool> BodyAsync(NetworkStream stream, ReadOnlyMemory<byte> body, int? cut)
    {
        for (int at = 0; at < body.Length;)
        {
            int length = Math.Min(8192, body.Length - at);
            if (cut is { } end) length = Math.Min(length, end - at);
            if (Hold is { } hold)
            {
                if (at >= hold.After) await hold.Until.WaitAsync(_end.Token);
                else length = Math.Min(length, hold.After - at);
            }
            if (length <= 0) return false;
            if (Chunked) await stream.WriteAsync(Encoding.ASCII.GetBytes($"{length:x}\r\n"), _end.Token);
            await stream.WriteAsync(body.Slice(at, length), _end.Token);
            if (Chunked) await stream.WriteAsync("\r\n"u8.ToArray(), _end.Token);
            at += length;
        }
        if (Chunked) await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _end.Token);
        return true;
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
    }

    [GeneratedRegex(@"bytes=(\d+)-")]
    private static partial Regex RangeFrom();
}
