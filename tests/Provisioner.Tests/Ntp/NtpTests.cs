using Provisioner.Domain.Ntp;
using Provisioner.Wire;
using Provisioner.Wire.Ntp;

namespace Provisioner.Tests.Ntp;

public sealed class NtpTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, 250, TimeSpan.Zero);
    private static readonly HostClock Kept = new(InStep: true, NtpLeap.None, TimeSpan.FromMilliseconds(12.5), Noon.AddSeconds(-0.25));

    // What chronyd 4.3 sends: version 4, client, poll 6, precision 32 (it gives nothing of itself away), and a transmit timestamp of chance.
    private const string Asked = "23000620" + "00000000" + "00000000" + "00000000" + "0000000000000000" + "0000000000000000" + "0000000000000000" + "b1e2d3c4a5968778";

    [Fact]
    public void A_kept_clock_is_told_byte_for_byte()
    {
        var answer = NtpAnswer.For(Parse(Asked), NtpAllowance.Time, Kept, Noon)!;
        // 2026-11-21 12:00:00 is 4,004,251,200 seconds after 1900: 0xeeac0640.
        Assert.Equal("24" + "05" + "06" + "ec" + "00000000" + "00000334" + "7f000001" + "eeac064000000000" + "b1e2d3c4a5968778" + "eeac064040000000" + "0000000000000000", Hex(answer));
    }

    [Fact]
    public void A_clock_that_nothing_keeps_is_stratum_10_and_the_local_clock()
    {
        var answer = NtpAnswer.For(Parse(Asked), NtpAllowance.Time, Kept with { InStep = false }, Noon)!;
        Assert.Equal("24" + "0a" + "06" + "ec" + "00000000" + "00010000" + "7f7f0101", Hex(answer)[..32]);
        Assert.Equal(answer, NtpAnswer.For(Parse(Asked), NtpAllowance.Time, Kept with { MaximumError = TimeSpan.FromSeconds(1.1) }, Noon));
    }

    [Fact]
    public void A_clock_that_was_never_set_is_given_to_nobody()
    {
        var answer = NtpAnswer.For(Parse(Asked), NtpAllowance.Time, Kept with { At = new(1970, 1, 1, 0, 5, 0, TimeSpan.Zero) }, Noon)!;
        Assert.Equal("e4" + "00" + "06" + "ec" + "00000000" + "00100000" + "494e4954" + "0000000000000000", Hex(answer)[..48]);
    }

    [Fact]
    public void A_leap_second_is_passed_on() =>
        Assert.Equal("64", Hex(NtpAnswer.For(Parse(Asked), NtpAllowance.Time, Kept with { Leap = NtpLeap.Insert }, Noon)!)[..2]);

    [Fact]
    public void Who_asks_too_often_gets_the_kiss_RATE_and_no_time() =>
        Assert.Equal("e4" + "00" + "06" + "ec" + "00000000" + "00000000" + "52415445" + "0000000000000000" + "b1e2d3c4a5968778" + "b1e2d3c4a5968778" + "b1e2d3c4a5968778",
            Hex(NtpAnswer.For(Parse(Asked), NtpAllowance.Kiss, Kept, Noon)!));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Only_clients_are_answered(int mode) =>
        Assert.Null(NtpAnswer.For(Parse(Asked) with { Mode = (NtpMode)mode }, NtpAllowance.Time, Kept, Noon));

    [Theory]
    [InlineData("0b", "0c")] // version 1
    [InlineData("1b", "1c")] // version 3: Windows and sntp
    public void The_answer_has_the_version_of_the_question(string first, string answered) =>
        Assert.Equal(answered, Hex(NtpAnswer.For(Parse(first + Asked[2..]), NtpAllowance.Time, Kept, Noon)!)[..2]);

    [Theory]
    [InlineData("", "48 octets")]
    [InlineData("23000620", "48 octets")]
    [InlineData("03", "version 0")]
    [InlineData("3b", "version 7")]
    public void What_is_no_NTP_is_refused(string first, string why)
    {
        string octets = first.Length == 2 ? first + Asked[2..] : first;
        Assert.Contains(why, Assert.Throws<WireException>(() => Parse(octets)).Message);
    }

    [Fact]
    public void Seconds_start_again_in_2036() =>
        Assert.Equal(("4294967295.80000000", "0.00000000"), (At(new(2036, 2, 7, 6, 28, 15, 500, TimeSpan.Zero)), At(new(2036, 2, 7, 6, 28, 16, TimeSpan.Zero))));

    [Fact]
    public void A_client_has_a_burst_then_one_in_two_seconds_and_few_kisses()
    {
        var clients = new NtpClients();
        var ana = Ipv4Address.Parse("10.77.0.100");
        for (int i = 0; i < NtpClients.Burst; i++) Assert.Equal(NtpAllowance.Time, clients.Take(ana, TimeSpan.Zero));
        Assert.Equal([NtpAllowance.Kiss, NtpAllowance.Silence], [clients.Take(ana, TimeSpan.Zero), clients.Take(ana, TimeSpan.FromSeconds(1))]);
        Assert.Equal(NtpAllowance.Time, clients.Take(Ipv4Address.Parse("10.77.0.101"), TimeSpan.FromSeconds(1)));
        int told = 0, kissed = 0;
        for (int tenth = 10; tenth < 1010; tenth++)
            switch (clients.Take(ana, TimeSpan.FromSeconds(tenth / 10.0)))
            {
                case NtpAllowance.Time: told++; break;
                case NtpAllowance.Kiss: kissed++; break;
            }
        Assert.InRange(told, 48, 52);
        Assert.InRange(kissed, 10, 14);
    }

    [Fact]
    public void Random_octets_are_refused_or_answered_and_nothing_else()
    {
        var random = new Random(1);
        int answered = 0;
        for (int i = 0; i < 100_000; i++)
        {
            var octets = new byte[random.Next(120)];
            random.NextBytes(octets);
            try
            {
                if (NtpAnswer.For(NtpCodec.Parse(octets), NtpAllowance.Time, Kept, Noon) is { } answer) answered += Hex(answer).Length / 96;
            }
            catch (WireException)
            {
            }
        }
        Assert.InRange(answered, 1000, 20_000);
    }

    private static string At(DateTimeOffset time) => NtpTimestamp.From(time).ToString();

    private static NtpPacket Parse(string hex) => NtpCodec.Parse(Convert.FromHexString(hex));

    private static string Hex(NtpPacket packet)
    {
        var octets = new byte[NtpCodec.Length];
        NtpCodec.Write(packet, octets);
        return Convert.ToHexStringLower(octets);
    }
}
