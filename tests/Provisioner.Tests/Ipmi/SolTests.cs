using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>Serial over LAN: ipmitool's own conversation with ipmi_sim as bytes, and the rules of IPMI 2.0 §15.11.</summary>
public sealed class SolTests
{
    private static SolPacket Sent(byte[]? payload) => SolPacket.Parse(payload ?? throw new InvalidOperationException("nothing was sent"));

    private static byte[] FromBmc(byte sequence, string text, byte acknowledged = 0, byte accepted = 0, SolStatus status = SolStatus.None) =>
        new SolPacket(sequence, acknowledged, accepted, (byte)status, Encoding.ASCII.GetBytes(text)).ToBytes();

    private static string Text(SolHeard heard) => Encoding.ASCII.GetString(heard.Text.Span);

    private static SolLink Typed(string text, int room = 100, int tries = 3)
    {
        var link = new SolLink(room, tries);
        link.Write(Encoding.ASCII.GetBytes(text));
        return link;
    }

    [Fact]
    public void A_captured_console_reads_as_it_was_typed()
    {
        var talk = Conversation.Of("ipmitool-ipmi_sim-sol");
        var (typed, shown) = (new StringBuilder(), new StringBuilder());
        bool broke = false;
        foreach (var (toBmc, octets) in talk.InSession())
        {
            var (type, payload) = talk.End(bmc: toBmc, destination => destination.Clear()).Open(octets);
            if (type != PayloadType.Sol) continue;
            var packet = SolPacket.Parse(payload);
            Assert.Equal(Convert.ToHexString(payload), Convert.ToHexString(packet.ToBytes()));
            (toBmc ? typed : shown).Append(Encoding.ASCII.GetString(packet.Characters.Span));
            broke |= toBmc && ((SolOperation)packet.Flags).HasFlag(SolOperation.Break);
        }
        Assert.Contains("secret\r", typed.ToString(), StringComparison.Ordinal);
        Assert.Contains("secret\r\nPassword: ", shown.ToString(), StringComparison.Ordinal);
        Assert.True(broke);
    }

    [Fact]
    public void A_packet_is_on_its_way_alone_until_it_is_acknowledged()
    {
        var link = Typed("abcdef", room: 4);
        Assert.Equal("abcd", Encoding.ASCII.GetString(Sent(link.Next()).Characters.Span));
        Assert.Null(link.Next());
        link.On(FromBmc(0, "", acknowledged: 1, accepted: 4));
        var second = Sent(link.Next());
        Assert.Equal((2, "ef"), (second.Sequence, Encoding.ASCII.GetString(second.Characters.Span)));
    }

    [Fact]
    public void Numbers_go_from_15_to_1()
    {
        var link = new SolLink(10, 1);
        var numbers = new List<byte>();
        for (int i = 0; i < 17; i++)
        {
            link.Write("x"u8);
            byte number = Sent(link.Next()).Sequence;
            numbers.Add(number);
            link.On(FromBmc(0, "", acknowledged: number, accepted: 1));
        }
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 1, 2], numbers);
    }

    [Fact]
    public void What_was_not_taken_is_sent_again_before_what_came_after()
    {
        var link = Typed("abcdef");
        link.Next();
        link.Write("gh"u8);
        link.On(FromBmc(0, "", acknowledged: 1, accepted: 2));
        Assert.Equal("cdefgh", Encoding.ASCII.GetString(Sent(link.Next()).Characters.Span));
    }

    [Fact]
    public void A_BMC_that_takes_nothing_now_is_given_time()
    {
        var link = Typed("abc");
        link.Next();
        link.On(FromBmc(0, "", acknowledged: 1, accepted: 0, SolStatus.Nack | SolStatus.TransferUnavailable));
        Assert.True(link.IsHeld);
        Assert.Null(link.Next());
        link.Release();
        Assert.Equal("abc", Encoding.ASCII.GetString(Sent(link.Next()).Characters.Span));
    }

    [Fact]
    public void A_packet_is_repeated_as_it_was_and_not_for_ever()
    {
        var link = Typed("abc", tries: 3);
        byte[] first = link.Next()!;
        Assert.Equal(first, link.OnTimeout());
        Assert.Equal(first, link.OnTimeout());
        Assert.Null(link.OnTimeout());
    }

    [Fact]
    public void Each_packet_of_the_machine_is_acknowledged_and_a_repetition_is_read_once()
    {
        var link = new SolLink(10, 1);
        var first = link.On(FromBmc(1, "login: "));
        Assert.Equal("login: ", Text(first));
        Assert.Equal("00010700", Convert.ToHexString(first.Answer.Span));
        var again = link.On(FromBmc(1, "login: "));
        Assert.Equal(("", "00010700"), (Text(again), Convert.ToHexString(again.Answer.Span)));
        Assert.Equal("root", Text(link.On(FromBmc(1, "login: root"))));
        Assert.Equal("Password: ", Text(link.On(FromBmc(2, "Password: "))));
        Assert.True(link.On(FromBmc(0, "")).Answer.IsEmpty);
    }

    [Fact]
    public void A_break_goes_before_what_was_typed()
    {
        var link = Typed("abc");
        link.Break();
        var packet = Sent(link.Next());
        Assert.Equal((SolOperation.Break, 0), ((SolOperation)packet.Flags, packet.Characters.Length));
        link.On(FromBmc(0, "", acknowledged: 1));
        Assert.Equal("abc", Encoding.ASCII.GetString(Sent(link.Next()).Characters.Span));
    }

    [Fact]
    public void More_than_a_screen_that_nobody_takes_is_not_kept()
    {
        var link = new SolLink(10, 1);
        Assert.True(link.Write(new byte[SolLink.MostWaiting]));
        Assert.False(link.Write("x"u8));
    }

    [Fact]
    public void A_packet_that_is_cut_short_is_refused() => Assert.Throws<WireException>(() => new SolLink(10, 1).On([1, 2, 3]));
}
