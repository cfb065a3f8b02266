using System.Text;
using Provisioner.Domain.Events;
using Provisioner.Wire;
using Provisioner.Wire.Syslog;

namespace Provisioner.Tests.Syslog;

public sealed class SyslogTests
{
    [Theory]
    // iPXE's net/udp/syslog.c: "<%d>host.domain ipxe: line", without a time; before it has a name, without one.
    [InlineData("<6>calm-otter.rack.internal ipxe: http://10.77.0.1:5240/boot/kernel... ok", "ipxe: http://10.77.0.1:5240/boot/kernel... ok", Level.Info)]
    [InlineData("<6>ipxe: Configuring (net0 52:54:00:12:34:56)... ok", "ipxe: Configuring (net0 52:54:00:12:34:56)... ok", Level.Info)]
    // logger 2.38.1 --rfc3164
    [InlineData("<13>Nov 21 05:50:01 calm-otter root[812]: disk is full", "root: disk is full", Level.Info)]
    // logger 2.38.1, by default
    [InlineData("<13>1 2026-11-21T05:50:01.123456+00:00 calm-otter root - - [timeQuality tzKnown=\"1\" isSynced=\"1\" syncAccuracy=\"12500\"] disk is full", "root: disk is full", Level.Info)]
    // RFC 5424 §6.5, examples 1, 2 and 4
    [InlineData("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8", "su: 'su root' failed for lonvick on /dev/pts/8", Level.Error)]
    [InlineData("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.", "myproc: %% It's time to make the do-nuts.", Level.Info)]
    [InlineData("<163>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@32473 iut=\"\\\"3]\" s=\"x\"][b@32473 c=\"high\"] An event", "evntslog: An event", Level.Warning)]
    // RFC 3164 §5.4: a tag without colon, no priority, no form at all
    [InlineData("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8", "su: 'su root' failed for lonvick on /dev/pts/8", Level.Error)]
    [InlineData("Use the BFG!", "Use the BFG!", Level.Info)]
    [InlineData("<999>x", "<999>x", Level.Info)]
    [InlineData("<12>1 half of a header", "1 half of a header", Level.Warning)]
    // what would paint, ring or hide on a page or terminal
    [InlineData("<6>kernel: \u001b[31mred\u0007\r\nnext\tline\u202e \u0085end\n\0", "kernel: [31mred next line end", Level.Info)]
    public void Lines_read_like_this(string sent, string told, Level level) =>
        Assert.Equal((told, level), SyslogLine.Of(SyslogCodec.Parse(Encoding.UTF8.GetBytes(sent))));

    [Fact]
    public void The_priority_is_facility_and_severity() =>
        Assert.Equal((20, SyslogSeverity.Notice), SyslogCodec.Parse("<165>x: y"u8) is var m ? (m.Facility, m.Severity) : default);

    [Theory]
    [InlineData("")]
    [InlineData("<13>")]
    [InlineData("<13>1 - - - - - -")]
    [InlineData("\r\n\0\0 ")]
    public void Nothing_to_read_is_refused(string sent) => Assert.Throws<WireException>(() => SyslogCodec.Parse(Encoding.UTF8.GetBytes(sent)));

    [Fact]
    public void Long_lines_are_cut_between_characters()
    {
        var cut = SyslogCodec.Parse(Encoding.UTF8.GetBytes("<6>" + new string('n', 60) + ": " + string.Concat(Enumerable.Repeat("🦦", 10_000))));
        Assert.Equal((49, SyslogCodec.LongestText + 1), (cut.Application.Length, cut.Text.Length));
        Assert.EndsWith("🦦…", cut.Text);
    }

    [Fact]
    public void Random_and_cut_octets_are_read_or_refused_and_stay_short()
    {
        var random = new Random(1);
        byte[] seed = Encoding.UTF8.GetBytes("<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [a@32473 iut=\"\\\"3\" s=\"x\"][b@32473 c=\"high\"] \ufeffAn event");
        int read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            var octets = i % 2 == 0 ? new byte[random.Next(3000)] : (byte[])seed.Clone();
            if (i % 2 == 0) random.NextBytes(octets);
            else octets[random.Next(octets.Length)] = (byte)random.Next(256);
            try
            {
                var (text, _) = SyslogLine.Of(SyslogCodec.Parse(octets.AsSpan(0, random.Next(octets.Length + 1))));
                Assert.InRange(text.Length, 1, 460);
                Assert.DoesNotContain(text, char.IsControl);
                read++;
            }
            catch (WireException)
            {
            }
        }
        Assert.InRange(read, 40_000, 50_000);
    }
}
