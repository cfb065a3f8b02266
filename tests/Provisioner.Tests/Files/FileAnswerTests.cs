using System.Text;
using Provisioner.Domain.Files;
using Provisioner.Wire.Http;

namespace Provisioner.Tests.Files;

public sealed class FileAnswerTests
{
    private static readonly DateTimeOffset Changed = new(2026, 11, 20, 8, 30, 15, 250, TimeSpan.Zero), Now = Changed.AddHours(1);
    private static readonly FileFacts File = new(1000, Changed);

    [Fact]
    public void A_whole_file_is_answered_octet_for_octet_like_this()
    {
        var answer = Ask("GET /boot/kernel HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal((0L, 1000L, true), (answer.From, answer.Count, answer.KeepsAlive));
        Assert.Equal($"""
            HTTP/1.1 200 OK
            Date: Fri, 20 Nov 2026 09:30:15 GMT
            Content-Type: application/octet-stream
            Content-Length: 1000
            Last-Modified: Fri, 20 Nov 2026 08:30:15 GMT
            ETag: {File.ETag}
            Accept-Ranges: bytes
            Connection: keep-alive


            """, Encoding.ASCII.GetString(answer.Head.Write()).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void HEAD_has_the_same_fields_and_no_octets()
    {
        var answer = Ask("HEAD /boot/kernel HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\n");
        Assert.Equal((200, 0L, "1000"), (answer.Head.Status, answer.Count, Field(answer, "Content-Length")));
    }

    [Fact]
    public void A_range_is_sent_with_where_it_lies()
    {
        var answer = Ask("GET /boot/kernel HTTP/1.1\r\nHost: x\r\nRange: bytes=100-299\r\n\r\n");
        Assert.Equal((206, 100L, 200L, "bytes 100-299/1000", "200"), (answer.Head.Status, answer.From, answer.Count, Field(answer, "Content-Range"), Field(answer, "Content-Length")));
    }

    [Fact]
    public void A_range_behind_the_end_is_refused_with_the_length()
    {
        var answer = Ask("GET /boot/kernel HTTP/1.1\r\nHost: x\r\nRange: bytes=1000-\r\n\r\n");
        Assert.Equal((416, "bytes */1000", """{"error":"the file has 1000 bytes"}"""), (answer.Head.Status, Field(answer, "Content-Range"), answer.Text));
        Assert.True(answer.KeepsAlive);
    }

    [Theory]
    [InlineData("If-Range: ETAG", 206)]
    [InlineData("If-Range: \"another\"", 200)]
    [InlineData("If-Range: W/ETAG", 200)]
    [InlineData("If-Range: Fri, 20 Nov 2026 08:30:15 GMT", 206)]
    [InlineData("If-Range: Fri, 20 Nov 2026 08:30:16 GMT", 200)]
    [InlineData("If-None-Match: ETAG", 304)]
    [InlineData("If-None-Match: \"a\", W/ETAG", 304)]
    [InlineData("If-None-Match: \"a\"", 206)]
    [InlineData("If-None-Match: \"a\"\r\nIf-Modified-Since: Fri, 20 Nov 2026 08:30:15 GMT", 206)]
    [InlineData("If-Modified-Since: Fri, 20 Nov 2026 08:30:15 GMT", 304)]
    [InlineData("If-Modified-Since: Friday, 20-Nov-26 08:30:15 GMT", 304)]
    [InlineData("If-Modified-Since: Fri Nov 20 08:30:15 2026", 304)]
    [InlineData("If-Modified-Since: Fri, 20 Nov 2026 08:30:14 GMT", 206)]
    [InlineData("If-Modified-Since: yesterday", 206)]
    [InlineData("If-Match: ETAG", 206)]
    [InlineData("If-Match: *", 206)]
    [InlineData("If-Match: \"another\"", 412)]
    [InlineData("If-Unmodified-Since: Fri, 20 Nov 2026 08:30:14 GMT", 412)]
    public void Conditions_count_in_the_order_of_rfc_9110(string field, int status) =>
        Assert.Equal(status, Ask($"GET /boot/kernel HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n{field.Replace("ETAG", File.ETag)}\r\n\r\n").Head.Status);

    [Theory]
    [InlineData("GET /a HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 405)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 413)]
    [InlineData("GET /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 413)]
    [InlineData("PRI * HTTP/2.0\r\n\r\n", 505)]
    public void What_is_no_plain_read_ends_the_connection(string request, int status)
    {
        var answer = Ask(request);
        Assert.Equal((status, false, "close"), (answer.Head.Status, answer.KeepsAlive, Field(answer, "Connection")));
        Assert.NotEqual("", answer.Why);
    }

    [Theory]
    [InlineData("HTTP/1.0\r\n", false)]
    [InlineData("HTTP/1.0\r\nConnection: Keep-Alive\r\n", true)]
    [InlineData("HTTP/1.1\r\nHost: x\r\n", true)]
    [InlineData("HTTP/1.1\r\nHost: x\r\nConnection: foo, close\r\n", false)]
    public void Connections_are_kept_as_the_client_wants_them(string rest, bool kept) => Assert.Equal(kept, Ask($"GET /a {rest}\r\n").KeepsAlive);

    [Fact]
    public void A_name_that_is_none_is_told_with_its_reason_and_the_connection_stays()
    {
        var request = Parse("GET /boot/kernel?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
        var answer = FileAnswer.For(request, null, "", Now);
        Assert.Equal((404, true, "there is no file /boot/kernel?x=1 here: names are exact, without queries"), (answer.Head.Status, answer.KeepsAlive, answer.Why));
        Assert.Equal("build it", FileAnswer.For(request, null, "build it", Now).Why);
    }

    [Fact]
    public void A_sentence_that_follows_HEAD_is_only_measured()
    {
        var answer = FileAnswer.For(Parse("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"), null, "no", Now);
        Assert.Equal(("", "14"), (answer.Text, Field(answer, "Content-Length")));
    }

    [Fact]
    public void An_empty_file_is_sent_as_one()
    {
        var answer = FileAnswer.For(Parse("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), new(0, Changed), "", Now);
        Assert.Equal((200, 0L, "0"), (answer.Head.Status, answer.Count, Field(answer, "Content-Length")));
    }

    private static FileAnswer Ask(string request) => FileAnswer.For(Parse(request), File, "", Now);

    private static HttpRequestHead Parse(string request) => HttpRequestHead.Parse(Encoding.ASCII.GetBytes(request));

    private static string? Field(FileAnswer answer, string name) => answer.Head.Fields.Where(f => f.Key == name).Select(f => f.Value).SingleOrDefault();
}
