using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Http;

namespace Provisioner.Tests.Files;

public sealed class HttpRequestHeadTests
{
    // As iPXE 1.21, EDK2 2022.11, GRUB 2.06 and curl 7.88 send it.
    public static readonly string[] Seen =
    [
        "GET /boot/kernel HTTP/1.1\r\nConnection: keep-alive\r\nUser-Agent: iPXE/1.0.0+git-20190125.36a4c85-5.1\r\nHost: 10.77.0.1:5241\r\n\r\n",
        "HEAD /boot/ipxe.efi HTTP/1.1\r\nHost: 10.77.0.1\r\nAccept: */*\r\nUser-Agent: UefiHttpBoot/1.0\r\n\r\n",
        "GET /boot/kernel HTTP/1.1\r\nHost: 10.77.0.1\r\nUser-Agent: GRUB 2.06-13+deb12u1\r\nRange: bytes=1048576-\r\n\r\n",
        "GET /images/debian-12/disk.raw.zst HTTP/1.1\r\nHost: 10.77.0.1:5241\r\nRange: bytes=0-16777215\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n",
    ];

    [Fact]
    public void Requests_of_firmware_and_loaders_read_with_their_fields()
    {
        var request = Read(Seen[3]);
        Assert.Equal(("GET", "/images/debian-12/disk.raw.zst", 1, 1), (request.Method, request.Target, request.Major, request.Minor));
        Assert.Equal(("10.77.0.1:5241", "bytes=0-16777215", null), (request.Field("host"), request.Field("range"), request.Field("if-range")));
        Assert.All(Seen, s => Assert.Equal(1, Read(s).Count("host")));
    }

    [Fact]
    public void A_head_is_measured_to_its_empty_line_and_not_beyond()
    {
        byte[] two = Encoding.ASCII.GetBytes(Seen[0] + Seen[1]);
        for (int i = 0; i < Seen[0].Length; i++) Assert.Equal(0, HttpRequestHead.LengthIn(two.AsSpan(0, i)));
        Assert.Equal(Seen[0].Length, HttpRequestHead.LengthIn(two));
    }

    [Theory]
    [InlineData("\r\nGET /a HTTP/1.0\r\n\r\n", "/a")]
    [InlineData("GET /a HTTP/1.1\nHost: x\n\n", "/a")]
    [InlineData("GET http://10.77.0.1:5241/boot/kernel HTTP/1.1\r\nHost: x\r\n\r\n", "/boot/kernel")]
    [InlineData("GET HTTP://host HTTP/1.1\r\n\r\n", "/")]
    [InlineData("GET /a?b HTTP/1.1\r\n\r\n", "/a?b")]
    public void Lines_and_targets_are_taken_in_each_form_of_rfc_9112(string text, string target) => Assert.Equal(target, Read(text).Target);

    [Theory]
    [InlineData("GET /a\r\n\r\n", "the request line is not METHOD TARGET VERSION")]
    [InlineData(" /a HTTP/1.1\r\n\r\n", "the request line is not METHOD TARGET VERSION")]
    [InlineData("G(T /a HTTP/1.1\r\n\r\n", "the method is no token")]
    [InlineData("GET /a\u0001 HTTP/1.1\r\n\r\n", "the target has octets that no URL has")]
    [InlineData("GET /a b HTTP/1.1\r\n\r\n", "the target has octets that no URL has")]
    [InlineData("GET /a HTTP/11\r\n\r\n", "the version is not HTTP/1.1")]
    [InlineData("GET /a HTTP/1.1\r\nHost : x\r\n\r\n", "a header field is not NAME: VALUE")]
    [InlineData("GET /a HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", "a header field is not NAME: VALUE")]
    [InlineData("GET /a HTTP/1.1\r\nA: b\0c\r\n\r\n", "a header field's value has control characters")]
    [InlineData("GET /a HTTP/1.1\r\nA: b\rX: c\r\n\r\n", "a carriage return inside a line")]
    public void What_is_wrong_is_named(string text, string why) => Assert.Equal(why, Assert.Throws<WireException>(() => Read(text)).Message);

    [Fact]
    public void Fields_without_end_are_refused() =>
        Assert.Equal("more than 64 header fields", Assert.Throws<WireException>(() => Read("GET /a HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("a: b\r\n", 65)) + "\r\n")).Message);

    [Theory]
    [InlineData(null, 0, 100, "whole")]
    [InlineData("bytes=0-9", 0, 10, "part")]
    [InlineData("BYTES=90-", 90, 10, "part")]
    [InlineData("bytes=90-1000", 90, 10, "part")]
    [InlineData("bytes=-10", 90, 10, "part")]
    [InlineData("bytes=-1000", 0, 100, "part")]
    [InlineData("bytes=99-99", 99, 1, "part")]
    [InlineData("bytes=100-", 0, 0, "beyond")]
    [InlineData("bytes=-0", 0, 0, "beyond")]
    [InlineData("bytes=5-4", 0, 0, "whole")]
    [InlineData("bytes=0-1,5-6", 0, 0, "whole")]
    [InlineData("bytes=a-", 0, 0, "whole")]
    [InlineData("bytes=-", 0, 0, "whole")]
    [InlineData("lines=0-9", 0, 0, "whole")]
    [InlineData("bytes=99999999999999999999-", 0, 0, "whole")]
    public void Ranges_are_read_as_rfc_9110_has_them(string? field, long from, long count, string kind)
    {
        var range = ByteRange.Of(field, 100);
        Assert.Equal(kind, range.GetType().Name.ToLowerInvariant());
        if (range is ByteRange.Part part) Assert.Equal((from, count), (part.From, part.Count));
    }

    private static HttpRequestHead Read(string text)
    {
        byte[] octets = Encoding.Latin1.GetBytes(text);
        Assert.Equal(octets.Length, HttpRequestHead.LengthIn(octets));
        return HttpRequestHead.Parse(octets);
    }
}
