using System.Globalization;
using System.Text;
using System.Text.Json;
using Provisioner.Wire.Http;

namespace Provisioner.Domain.Files;

/// <summary>What a request for a file is answered: status, fields, and which octets follow. GET, HEAD and one range of RFC 9110; nothing else.</summary>
/// <param name="Head">Status line and fields.</param>
/// <param name="From">First octet of the file that follows the head.</param>
/// <param name="Count">How many octets of the file follow; 0 for none.</param>
/// <param name="KeepsAlive">Another request may come on this connection.</param>
/// <param name="Text">What follows instead of a file: a sentence as JSON, or empty.</param>
/// <param name="Why">The same sentence for a timeline; empty where all is well.</param>
public sealed record FileAnswer(HttpResponseHead Head, long From, long Count, bool KeepsAlive, string Text, string Why)
{
    /// <summary>Answers a request.</summary>
    /// <param name="file">What the target names; null where nothing is served under that name.</param>
    /// <param name="missing">Why nothing is, where more is known than that it is no name.</param>
    /// <param name="now">For the Date field.</param>
    public static FileAnswer For(HttpRequestHead request, FileFacts? file, string missing, DateTimeOffset now)
    {
        bool head = request.Method == "HEAD";
        if (request.Major != 1) return Refuse(505, "only HTTP/1.1 and HTTP/1.0 are spoken here", now);
        // RFC 9112 §3.2: exactly one Host, or an old client that knows of none.
        if (request.Count("host") != (request.Minor == 0 ? Math.Min(1, request.Count("host")) : 1)) return Refuse(400, "the request must have one Host field", now);
        if (request.Method is not ("GET" or "HEAD")) return Refuse(405, $"{Short(request.Method)} is not possible here, only GET and HEAD", now, more: ("Allow", "GET, HEAD"));
        if (request.Field("transfer-encoding") is not null || request.Field("content-length") is not (null or "0"))
            return Refuse(413, "files are read here, and no body is taken", now, head: head);
        bool keeps = KeepsOpen(request);
        if (file is null) return Refuse(404, missing.Length > 0 ? missing : $"there is no file {Short(request.Target)} here: names are exact, without queries", now, keeps, head);
        return Conditions(request, file, now) switch
        {
            412 => Refuse(412, "the file is another one than was asked for", now, keeps, head),
            304 => Send(304, request, file, 0, 0, now, keeps),
            _ => Octets(request, file, now, keeps),
        };
    }

    /// <summary>Answers with a sentence.</summary>
    public static FileAnswer Refuse(int status, string why, DateTimeOffset now, bool keepsAlive = false, bool head = false, (string Name, string Value)? more = null)
    {
        string text = $$"""{"error":{{JsonSerializer.Serialize(why, PlainJson.Default.String)}}}""";
        List<KeyValuePair<string, string>> fields =
        [
            new("Date", HttpDate.Write(now)),
            new("Content-Type", "application/json"),
            new("Content-Length", Encoding.UTF8.GetByteCount(text).ToString(CultureInfo.InvariantCulture)),
            new("Connection", keepsAlive ? "keep-alive" : "close"),
        ];
        if (more is { } field) fields.Add(new(field.Name, field.Value));
        return new(new(status, fields), 0, 0, keepsAlive, head ? "" : text, why);
    }

    private static FileAnswer Octets(HttpRequestHead request, FileFacts file, DateTimeOffset now, bool keeps)
    {
        if (request.Method == "HEAD") return Send(200, request, file, 0, file.Length, now, keeps); // Range is defined for GET only (RFC 9110 §14.2)
        return (RangeCounts(request, file, now) ? ByteRange.Of(request.Field("range"), file.Length) : new ByteRange.Whole()) switch
        {
            ByteRange.Part(var from, var count) => Send(206, request, file, from, count, now, keeps),
            ByteRange.Beyond => Refuse(416, $"the file has {file.Length} bytes", now, keeps, more: ("Content-Range", $"bytes */{file.Length}")),
            _ => Send(200, request, file, 0, file.Length, now, keeps),
        };
    }

    private static FileAnswer Send(int status, HttpRequestHead request, FileFacts file, long from, long count, DateTimeOffset now, bool keeps)
    {
        var fields = new List<KeyValuePair<string, string>>(9) { new("Date", HttpDate.Write(now)) };
        if (status != 304)
        {
            fields.Add(new("Content-Type", "application/octet-stream"));
            fields.Add(new("Content-Length", count.ToString(CultureInfo.InvariantCulture)));
        }
        if (status == 206) fields.Add(new("Content-Range", $"bytes {from}-{from + count - 1}/{file.Length}"));
        fields.Add(new("Last-Modified", HttpDate.Write(file.Modified)));
        fields.Add(new("ETag", file.ETag));
        fields.Add(new("Accept-Ranges", "bytes"));
        fields.Add(new("Connection", keeps ? "keep-alive" : "close"));
        return new(new(status, fields), from, status == 304 || request.Method == "HEAD" ? 0 : count, keeps, "", "");
    }

    // RFC 9110 §13.2.2, in its order. 200 means: go on.
    private static int Conditions(HttpRequestHead request, FileFacts file, DateTimeOffset now)
    {
        if (request.Field("if-match") is { } match)
        {
            if (!Lists(match, file.ETag, weak: false)) return 412;
        }
        else if (Date(request, "if-unmodified-since") is { } unmodified && file.ModifiedSecond > unmodified) return 412;
        if (request.Field("if-none-match") is { } none) return Lists(none, file.ETag, weak: true) ? 304 : 200;
        return Date(request, "if-modified-since") is { } since && since <= now && file.ModifiedSecond <= since ? 304 : 200;
    }

    // If-Range (RFC 9110 §13.1.5): the strong tag, or the very date, old enough that nothing can have changed within its second.
    private static bool RangeCounts(HttpRequestHead request, FileFacts file, DateTimeOffset now)
    {
        if (request.Field("if-range") is not { } validator) return true;
        if (validator.StartsWith('"')) return validator == file.ETag;
        return HttpDate.Parse(validator) == file.ModifiedSecond && now - file.ModifiedSecond > TimeSpan.FromSeconds(1);
    }

    private static DateTimeOffset? Date(HttpRequestHead request, string name) => request.Field(name) is { } text ? HttpDate.Parse(text) : null;

    private static bool Lists(string field, string etag, bool weak)
    {
        foreach (string each in field.Split(',', StringSplitOptions.TrimEntries))
            if (each == "*" || each == etag || (weak && each == "W/" + etag)) return true;
        return false;
    }

    private static bool KeepsOpen(HttpRequestHead request)
    {
        var options = (request.Field("connection") ?? "").Split(',', StringSplitOptions.TrimEntries);
        bool says(string option) => options.Contains(option, StringComparer.OrdinalIgnoreCase);
        return request.Minor == 0 ? says("keep-alive") : !says("close");
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class PlainJson : System.Text.Json.Serialization.JsonSerializerContext;
