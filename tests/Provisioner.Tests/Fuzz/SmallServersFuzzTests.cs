using Provisioner.Domain.Events;
using Provisioner.Domain.Files;
using Provisioner.Domain.Ntp;
using Provisioner.Wire;
using Provisioner.Wire.Http;
using Provisioner.Wire.Ntp;
using Provisioner.Wire.Syslog;

namespace Provisioner.Tests.Fuzz;

/// <summary>NTP, syslog and the HTTP listener of files: each parser and the decision behind it.</summary>
public sealed class SmallServersFuzzTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly int Runs = Mutator.Runs(1_000_000);

    [Fact]
    public void Whatever_comes_to_NTP_gets_no_more_octets_back_than_it_had()
    {
        byte[] client = new byte[48], extended = new byte[68];
        client[0] = extended[0] = 0x23;
        client[40] = extended[47] = 9;
        byte[] control = [0x16, 0x01, .. new byte[46]];
        var mutator = new Mutator(1, [client, extended, control], most: 128);
        var clock = new HostClock(true, NtpLeap.None, TimeSpan.FromMilliseconds(20), Noon);
        byte[] reply = new byte[128];
        int answered = 0;
        for (int run = 0; run < Runs; run++)
        {
            var octets = mutator.Next();
            try
            {
                var request = NtpCodec.Parse(octets);
                if (NtpAnswer.For(request, (NtpAllowance)mutator.Chance.Next(3), clock, Noon) is not { } answer) continue;
                answered++;
                int length = NtpCodec.Write(answer, reply);
                if (length > octets.Length || NtpCodec.Parse(reply).Mode != NtpMode.Server || NtpCodec.Parse(reply).Origin != request.Transmit) Assert.Fail($"run {run}: {Convert.ToHexString(octets)}");
            }
            catch (WireException)
            {
            }
        }
        Assert.InRange(answered, Runs / 20, Runs);
    }

    [Fact]
    public void Whatever_comes_to_syslog_makes_one_bounded_line_without_control_characters()
    {
        var mutator = new Mutator(2,
        [
            "<13>Nov 21 12:00:00 node1 installer[77]: partitioning is done\n"u8.ToArray(),
            "<165>1 2026-11-21T12:00:00.003Z node1 ipxe - ID47 [ex@32473 iut=\"3\" eventID=\"10\\]11\"] \xEF\xBB\xBFbooting"u8.ToArray(),
            "<6>ipxe: http://10.77.0.1/boot... ok\r\n"u8.ToArray(), "no priority at all"u8.ToArray(),
        ]);
        for (int run = 0; run < Runs; run++)
        {
            var octets = mutator.Next();
            try
            {
                var (text, _) = SyslogLine.Of(SyslogCodec.Parse(octets));
                if (text.Length > 2048 || text.Any(char.IsControl)) Assert.Fail($"run {run}: {Convert.ToHexString(octets)} became \"{text}\"");
            }
            catch (WireException)
            {
            }
        }
    }

    [Fact]
    public void Whatever_comes_to_the_file_listener_gets_octets_of_the_file_only_or_a_sentence()
    {
        var mutator = new Mutator(3,
        [
            "GET /boot/kernel HTTP/1.1\r\nHost: 10.77.0.1:5241\r\nUser-Agent: iPXE/1.21.1\r\nConnection: keep-alive\r\n\r\n"u8.ToArray(),
            "GET /images/debian-12/disk.raw.zst HTTP/1.1\r\nHost: x\r\nRange: bytes=500-999\r\nIf-Range: \"8dd-3e8\"\r\n\r\n"u8.ToArray(),
            "HEAD http://10.77.0.1:5241/boot/kernel HTTP/1.0\r\n\r\n"u8.ToArray(),
            "GET /boot/kernel HTTP/1.1\nHost: x\nRange: bytes=-1\nIf-Modified-Since: Sat, 21 Nov 2026 12:00:00 GMT\nIf-None-Match: W/\"1\", *\n\n"u8.ToArray(),
            "POST /boot/kernel HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n"u8.ToArray(),
        ]);
        var file = new FileFacts(1000, Noon);
        for (int run = 0; run < Runs; run++)
        {
            var octets = mutator.Next();
            int length = HttpRequestHead.LengthIn(octets);
            if (length > octets.Length) Assert.Fail($"run {run}: {length} of {octets.Length} octets");
            if (length == 0) continue;
            try
            {
                var request = HttpRequestHead.Parse(octets[..length]);
                var answer = FileAnswer.For(request, request.Target == "/boot/kernel" ? file : null, "", Noon);
                bool inFile = answer.From >= 0 && answer.Count >= 0 && answer.From + answer.Count <= file.Length;
                bool split = answer.Head.Fields.Any(f => f.Value.AsSpan().IndexOfAny('\r', '\n') >= 0);
                if (!inFile || split || (answer.Count > 0 && answer.Head.Status is not (200 or 206))) Assert.Fail($"run {run}: {Convert.ToHexString(octets)}");
            }
            catch (WireException)
            {
            }
        }
    }
}
