using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Tftp;

public sealed class TftpSenderTests
{
    [Theory]
    [InlineData(0, 512, 1)]
    [InlineData(511, 512, 1)]
    [InlineData(512, 512, 2)]
    [InlineData(1_000_000, 1468, 682)]
    public void A_file_arrives_whole_and_ends_with_a_short_block(int length, int blockSize, int blocks)
    {
        var link = new LossyLink(length, ("blksize", blockSize));
        Assert.Equal(blocks, link.Run());
        Assert.Equal(TftpState.Done, link.Sender.State);
        Assert.Equal(link.File, link.Received);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(64)]
    public void Windows_arrive_whole(int window)
    {
        var link = new LossyLink(700_000, ("windowsize", window), ("blksize", 1024));
        link.Run();
        Assert.Equal(link.File, link.Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void With_every_seventh_datagram_lost_it_still_arrives_whole(int window)
    {
        var link = new LossyLink(200_000, ("windowsize", window), ("blksize", 512)) { LoseEvery = 7 };
        link.Run();
        Assert.Equal(TftpState.Done, link.Sender.State);
        Assert.Equal(link.File, link.Received);
    }

    [Fact]
    public void Block_numbers_wrap_after_65535()
    {
        var link = new LossyLink(70_000 * 8, ("blksize", 8));
        link.Run();
        Assert.Equal(link.File, link.Received);
    }

    [Fact]
    public void Without_options_the_first_block_is_the_answer()
    {
        var link = new LossyLink(100);
        Assert.IsType<TftpPacket.Data>(Assert.Single(link.Due()));
    }

    [Fact]
    public void Known_options_are_acknowledged_with_what_we_can_and_others_passed_over()
    {
        var link = new LossyLink(100, ("blksize", 65464), ("windowsize", 500), ("tsize", 0), ("timeout", 3), ("multicast", 1), ("utimeout", 5));
        var oack = Assert.IsType<TftpPacket.OptionAck>(Assert.Single(link.Due()));
        Assert.Equal("blksize=1468 windowsize=64 tsize=100 timeout=3", string.Join(' ', oack.Options.Select(o => $"{o.Key}={o.Value}")));
    }

    [Theory]
    [InlineData("blksize", 7)]
    [InlineData("blksize", 70000)]
    [InlineData("windowsize", 0)]
    [InlineData("timeout", 0)]
    [InlineData("timeout", 256)]
    public void Options_without_sense_are_passed_over(string name, int value) => Assert.IsType<TftpPacket.Data>(Assert.Single(new LossyLink(100, (name, value)).Due()));

    [Fact]
    public void A_duplicate_ack_sends_nothing_again()
    {
        var link = new LossyLink(5000);
        link.Due();
        link.Sender.On(new TftpPacket.Ack(1), link.Now);
        Assert.Single(link.Due());
        for (int i = 0; i < 3; i++)
        {
            link.Sender.On(new TftpPacket.Ack(1), link.Now);
            link.Now += TimeSpan.FromMilliseconds(100);
            Assert.Empty(link.Due());
        }
    }

    [Fact]
    public void An_ack_in_the_middle_of_a_window_sends_the_rest_again_once()
    {
        var link = new LossyLink(100_000, ("windowsize", 8));
        link.Due();
        link.Sender.On(new TftpPacket.Ack(0), link.Now);
        Assert.Equal(8, link.Due().Count);
        link.Sender.On(new TftpPacket.Ack(3), link.Now);
        var again = link.Due();
        Assert.Equal((4, 8), (((TftpPacket.Data)again[0]).Block, again.Count));
        link.Sender.On(new TftpPacket.Ack(3), link.Now + TimeSpan.FromSeconds(0.5));
        Assert.Empty(link.Due());
    }

    [Fact]
    public void Silence_is_met_with_growing_patience_and_then_the_end()
    {
        var link = new LossyLink(5000);
        var waits = new List<double>();
        while (link.Sender.State == TftpState.Sending)
        {
            link.Due();
            waits.Add((link.Sender.Deadline - link.Now).TotalSeconds);
            link.Now = link.Sender.Deadline;
            link.Sender.OnTime(link.Now);
        }
        Assert.Equal([1, 2, 4, 8, 8], waits);
        Assert.Equal("no answer to block 1 of 10 in 5 tries", link.Sender.Reason);
    }

    [Fact]
    public void A_client_that_has_answered_is_waited_for_longer_than_one_that_may_be_forged()
    {
        var link = new LossyLink(5000);
        link.Due();
        link.Sender.OnAck(1, link.Now);
        var began = link.Now;
        while (link.Sender.State == TftpState.Sending)
        {
            link.Due();
            link.Now = link.Sender.Deadline;
            link.Sender.OnTime(link.Now);
        }
        Assert.InRange((link.Now - began).TotalSeconds, 30, 40);
        Assert.StartsWith("no answer to block 2 of 10 in ", link.Sender.Reason);
    }

    [Fact]
    public void The_wait_follows_the_client_s_own_pace()
    {
        var link = new LossyLink(50_000);
        for (ushort block = 1; block <= 20; block++)
        {
            link.Due();
            link.Now += TimeSpan.FromMilliseconds(300);
            link.Sender.OnAck(block, link.Now);
        }
        link.Due();
        Assert.InRange((link.Sender.Deadline - link.Now).TotalSeconds, 0.3, 0.5);
        for (ushort block = 21; block <= 60; block++)
        {
            link.Now += TimeSpan.FromMilliseconds(1);
            link.Sender.OnAck(block, link.Now);
            link.Due();
        }
        Assert.Equal(0.2, (link.Sender.Deadline - link.Now).TotalSeconds);
    }

    [Fact]
    public void A_timeout_that_the_client_named_stays_what_it_is()
    {
        var link = new LossyLink(50_000, ("timeout", 3));
        for (int i = 0; i < 4; i++)
        {
            Assert.Single(link.Due());
            Assert.Equal(3, (link.Sender.Deadline - link.Now).TotalSeconds);
            link.Now = link.Sender.Deadline;
            link.Sender.OnTime(link.Now);
        }
    }

    [Fact]
    public void A_lost_first_block_of_a_window_is_sent_again_at_the_first_cry_for_it()
    {
        var link = new LossyLink(100_000, ("windowsize", 8));
        link.Due();
        link.Sender.OnAck(0, link.Now);
        link.Due();
        link.Sender.OnAck(8, link.Now);
        Assert.Equal(8, link.Due().Count);
        link.Now += TimeSpan.FromMilliseconds(1);
        link.Sender.OnAck(8, link.Now); // 9 was lost, 10 came
        Assert.Equal(9, ((TftpPacket.Data)link.Due()[0]).Block);
    }

    [Fact]
    public void Echoes_of_a_window_that_was_sent_twice_don_t_send_the_next_one_twice()
    {
        var link = new LossyLink(100_000, ("windowsize", 8));
        link.Due();
        link.Sender.OnAck(0, link.Now);
        link.Due();
        link.Now = link.Sender.Deadline;
        link.Sender.OnTime(link.Now);
        Assert.Equal(8, link.Due().Count);
        link.Sender.OnAck(8, link.Now);
        Assert.Equal(8, link.Due().Count);
        link.Now += TimeSpan.FromMilliseconds(1);
        link.Sender.OnAck(8, link.Now); // of the second copy
        Assert.Empty(link.Due());
    }

    [Fact]
    public void An_error_from_the_client_ends_it()
    {
        var link = new LossyLink(5000, ("tsize", 0));
        link.Due();
        link.Sender.On(new TftpPacket.Error(TftpError.OptionsRefused, "User aborted the transfer"), link.Now);
        Assert.Equal((TftpState.Aborted, "ERROR 8 User aborted the transfer", 0L), (link.Sender.State, link.Sender.Reason, link.Sender.Acknowledged));
        Assert.Empty(link.Due());
    }

    [Fact]
    public void Acks_of_what_was_never_sent_change_nothing()
    {
        var link = new LossyLink(50_000);
        link.Due();
        foreach (ushort block in (ushort[])[0, 2, 5, 65535])
        {
            link.Sender.On(new TftpPacket.Ack(block), link.Now);
            Assert.Empty(link.Due());
        }
        Assert.Equal(0, link.Sender.Acknowledged);
    }

    [Fact]
    public void A_file_that_shrinks_ends_the_transfer()
    {
        var terms = TftpTerms.For(new TftpPacket.ReadRequest("x", "octet", []), 5000);
        var sender = new TftpSender(terms, 5000, (_, _) => 3, TimeSpan.Zero);
        Assert.Equal(0, sender.Next(new byte[600], TimeSpan.Zero));
        Assert.Equal(TftpState.Failed, sender.State);
    }
}
