using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Tftp;

/// <summary>A client and a link with delay, loss, doubled and overtaking datagrams, all by chance from a seed; time is simulated.</summary>
public sealed class RoughLinkTests
{
    private const double LimitSeconds = 3600;

    [Theory]
    [InlineData(1, 0, 0, 0)]
    [InlineData(1, 5, 5, 5)]
    [InlineData(1, 20, 20, 20)]
    [InlineData(4, 5, 5, 5)]
    [InlineData(16, 3, 10, 10)]
    [InlineData(64, 1, 5, 0)]
    public void A_file_arrives_whole_over_a_rough_link(int window, int losePercent, int doublePercent, int delayPercent)
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            var link = new Rough(seed, 60_000, window) { LosePercent = losePercent, DoublePercent = doublePercent, DelayPercent = delayPercent };
            link.Run();
            Assert.True(link.Sender.State == TftpState.Done, $"seed {seed}: {link.Sender.State} {link.Sender.Reason} after {link.Now.TotalSeconds:0} s");
            Assert.Equal(link.File, link.Received.ToArray());
        }
    }

    // RFC 1123 §4.2.3.1: where each ACK is doubled, as many DATA are sent as without.
    [Fact]
    public void Doubled_acks_double_no_data()
    {
        var link = new Rough(1, 100_000, 1) { DoublePercent = 100, OnlyAcksDouble = true };
        link.Run();
        Assert.Equal(TftpState.Done, link.Sender.State);
        Assert.Equal(100_000 / 512 + 1, link.DataSent);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(16)]
    public void In_windows_doubled_datagrams_cost_a_part_more_and_don_t_breed(int window)
    {
        var link = new Rough(3, 500_000, window) { DoublePercent = 10 };
        link.Run();
        Assert.Equal(TftpState.Done, link.Sender.State);
        Assert.True(link.DataSent < 2 * (500_000 / 512 + 1), $"{link.DataSent} sent");
    }

    private sealed class Rough
    {
        private readonly Random _chance;
        private readonly PriorityQueue<(bool ToClient, byte[] Datagram), (TimeSpan, int)> _wire = new();
        private readonly byte[] _buffer = new byte[1000];
        private readonly int _window;
        private long _expected = 1;
        private int _inWindow, _order;
        private bool _askedAgain;

        public Rough(int seed, int length, int window)
        {
            _chance = new Random(seed);
            _window = window;
            File = new byte[length];
            _chance.NextBytes(File);
            var request = new TftpPacket.ReadRequest("x", "octet", window == 1 ? [] : [KeyValuePair.Create("windowsize", $"{window}")]);
            Sender = new TftpSender(TftpTerms.For(request, length), length, Read, TimeSpan.Zero);
        }

        public byte[] File { get; }
        public MemoryStream Received { get; } = new();
        public TftpSender Sender { get; }
        public TimeSpan Now { get; private set; }
        public int LosePercent { get; init; }
        public int DoublePercent { get; init; }
        public int DelayPercent { get; init; }
        public bool OnlyAcksDouble { get; init; }
        public int DataSent { get; private set; }

        public void Run()
        {
            var clientDeadline = TimeSpan.FromSeconds(2);
            while (Sender.State == TftpState.Sending && Now.TotalSeconds < LimitSeconds)
            {
                while (Sender.Next(_buffer, Now) is > 0 and var length)
                {
                    if (_buffer[1] == 3) DataSent++;
                    Put(toClient: true, _buffer[..length]);
                }
                bool arrives = _wire.TryPeek(out var next, out var at);
                var wakes = Sender.Deadline < clientDeadline ? Sender.Deadline : clientDeadline;
                if (!arrives || at.Item1 > wakes)
                {
                    Now = wakes;
                    Sender.OnTime(Now);
                    if (Now < clientDeadline) continue;
                    clientDeadline = Now + TimeSpan.FromSeconds(2);
                    if (_expected > 1) Ack(); // the client asks again for what it misses
                    continue;
                }
                _wire.Dequeue();
                Now = at.Item1;
                if (!next.ToClient) Sender.On(TftpCodec.Parse(next.Datagram), Now);
                else if (OnClient(TftpCodec.Parse(next.Datagram))) clientDeadline = Now + TimeSpan.FromSeconds(2);
            }
        }

        private bool OnClient(TftpPacket packet)
        {
            if (packet is TftpPacket.OptionAck && _expected == 1) Ack();
            if (packet is not TftpPacket.Data data) return false;
            if (data.Block != (ushort)_expected)
            {
                // Behind a gap, or old: said once, until something new comes (RFC 7440 §4).
                if (!_askedAgain || _window == 1) Ack();
                _askedAgain = true;
                return false;
            }
            Received.Write(data.Payload.Span);
            _expected++;
            _askedAgain = false;
            if (++_inWindow >= _window || data.Payload.Length < 512) Ack();
            return true;
        }

        private void Ack()
        {
            _inWindow = 0;
            ushort block = (ushort)(_expected - 1);
            Put(toClient: false, [0, 4, (byte)(block >> 8), (byte)block]);
        }

        private void Put(bool toClient, byte[] datagram)
        {
            int copies = Happens(DoublePercent) && !(toClient && OnlyAcksDouble) ? 2 : 1;
            for (; copies > 0; copies--)
            {
                if (Happens(LosePercent)) continue;
                var delay = TimeSpan.FromMilliseconds(Happens(DelayPercent) ? _chance.Next(1, 60) : 0.2);
                _wire.Enqueue((toClient, datagram), (Now + delay, _order++));
            }
        }

        private bool Happens(int percent) => _chance.Next(100) < percent;

        private int Read(long offset, Span<byte> to)
        {
            File.AsSpan((int)offset, to.Length).CopyTo(to);
            return to.Length;
        }
    }
}
