using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Tftp;

/// <summary>A client as RFC 7440 has it, and a link that may lose.</summary>
internal sealed class LossyLink
{
    private readonly int _window, _blockSize;
    private readonly bool _options;
    private readonly byte[] _buffer = new byte[2048];
    private int _sent;

    public LossyLink(int length, params (string Name, int Value)[] options)
    {
        File = new byte[length];
        new Random(length).NextBytes(File);
        var request = new TftpPacket.ReadRequest("x", "octet", [.. options.Select(o => KeyValuePair.Create(o.Name, $"{o.Value}"))]);
        var terms = TftpTerms.For(request, length);
        (_window, _blockSize, _options) = (terms.WindowSize, terms.BlockSize, terms.Answered.Count > 0);
        Sender = new TftpSender(terms, length, Read, TimeSpan.Zero);
    }

    public byte[] File { get; }
    public byte[] Received { get; private set; } = [];
    public TftpSender Sender { get; }
    public TimeSpan Now { get; set; }
    public int LoseEvery { get; init; }

    public List<TftpPacket> Due()
    {
        var packets = new List<TftpPacket>();
        while (Sender.Next(_buffer, Now) is > 0 and var length) packets.Add(TftpCodec.Parse(_buffer.AsSpan(0, length)));
        return packets;
    }

    public int Run()
    {
        var content = new MemoryStream();
        int expected = 1, inWindow = 0;
        for (int turns = 0; Sender.State == TftpState.Sending && turns < 500_000; turns++)
        {
            var due = Due();
            if (due.Count == 0)
            {
                Now = Sender.Deadline;
                Sender.OnTime(Now);
                continue;
            }
            bool gap = false;
            foreach (var packet in due)
            {
                if (Lost()) continue;
                if (packet is TftpPacket.OptionAck && !Lost()) Sender.On(new TftpPacket.Ack(0), Now);
                if (packet is not TftpPacket.Data data) continue;
                if (data.Block != (ushort)expected)
                {
                    gap = true;
                    continue;
                }
                content.Write(data.Payload.Span);
                expected++;
                if ((++inWindow == _window || data.Payload.Length < _blockSize) && !Lost()) Ack(ref inWindow);
            }
            if (gap && !Lost()) Ack(ref inWindow);

            void Ack(ref int count)
            {
                count = 0;
                Sender.On(new TftpPacket.Ack((ushort)(expected - 1)), Now);
            }
        }
        Received = content.ToArray();
        Assert.True(_options || _window == 1);
        return expected - 1;
    }

    private bool Lost() => LoseEvery > 0 && ++_sent % LoseEvery == 0;

    private int Read(long offset, Span<byte> to)
    {
        var part = File.AsSpan((int)offset);
        part = part[..Math.Min(part.Length, to.Length)];
        part.CopyTo(to);
        return part.Length;
    }
}
