using System.Text;
using Provisioner.Appliance.Servers;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Fuzz;

/// <summary>The TFTP server without its sockets, under datagrams that are nearly right: requests to the table, and answers to the transfers in it.</summary>
public sealed class TftpFuzzTests : IDisposable
{
    private static readonly byte[][] Requests =
    [
        .. ((string[])
        [
            "\0\u0001undionly.kpxe\0octet\0", "\0\u0001/snponly.efi\0octet\0tsize\00\0blksize\01468\0windowsize\04\0", "\0\u0001ipxe.efi\0octet\0blksize\0512\0timeout\03\0",
            "\0\u0001ipxe.efi\0OCTET\0blksize\08\0windowsize\065535\0", "\0\u0001shimx64.efi\0netascii\0", "\0\u0002evil\0octet\0", "\0\u0001../../../etc/passwd\0octet\0",
        ]).Select(Encoding.Latin1.GetBytes),
    ];
    private static readonly byte[][] Answers = [[0, 4, 0, 0], [0, 4, 0, 1], [0, 4, 0, 64], [0, 4, 255, 255], .. ((string[])["\0\u0005\0\u0008User aborted the transfer\0", "\0\u0003\0\u0001data", "\0\u0006blksize\01468\0"]).Select(Encoding.Latin1.GetBytes)];
    private readonly string _folder = Directory.CreateTempSubdirectory("tftp-fuzz-").FullName;

    public TftpFuzzTests()
    {
        foreach (var (name, length) in ((string, int)[])[("undionly.kpxe", 70_000), ("ipxe.efi", 5_000), ("snponly.efi", 0)]) File.WriteAllBytes(Path.Combine(_folder, name), new byte[length]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_parser_reads_or_refuses_and_nothing_else()
    {
        var mutator = new Mutator(1350, [.. Requests, .. Answers], most: 700);
        int read = 0, refused = 0;
        for (int run = Mutator.Runs(1_000_000); run > 0; run--)
        {
            try
            {
                if (TftpCodec.Parse(mutator.Next()) is TftpPacket.ReadRequest request)
                {
                    var terms = TftpTerms.For(request, 1000);
                    Assert.True(terms.BlockSize is >= 8 and <= TftpTerms.LargestBlockSize && terms.WindowSize is >= 1 and <= TftpTerms.LargestWindow);
                }
                read++;
            }
            catch (WireException)
            {
                refused++;
            }
        }
        Assert.True(read > 0 && refused > 0);
    }

    [Fact]
    public void Table_and_senders_stay_within_their_bounds_and_end_all_that_they_begin()
    {
        var table = new TftpTable(new BootFiles(_folder, "/nowhere"), _ => true);
        var requests = new Mutator(2347, Requests, most: 700);
        var answers = new Mutator(7440, Answers, most: 100);
        var chance = requests.Chance;
        var open = new List<TftpTransfer>();
        var datagram = new byte[TftpTerms.LargestBlockSize + TftpCodec.DataHeader];
        var now = TimeSpan.Zero;
        for (int run = Mutator.Runs(1_000_000); run > 0; run--)
        {
            now += TimeSpan.FromMilliseconds(chance.Next(20));
            if (chance.Next(50) == 0) Ask();
            else if (open.Count > 0) Answer(open[chance.Next(open.Count)]);
            if (run % 64 == 0) Sweep();
            Assert.Equal(open.Count, table.Count);
        }
        // Left alone, all of them end.
        for (int i = 0; i < 100_000 && open.Count > 0; i++)
        {
            now += TimeSpan.FromSeconds(1);
            Sweep();
        }
        Assert.Equal(0, table.Count);

        void Ask()
        {
            var client = new TftpClient(new Ipv4Address((uint)chance.Next(40)), (ushort)chance.Next(4));
            if (table.Open(requests.Next(), client, now) is not TftpOpening.Start(var transfer, var instead)) return;
            if (instead is not null) End(instead);
            open.Add(transfer);
            Send(transfer);
        }

        void Answer(TftpTransfer transfer)
        {
            // Half of the ACKs are what the sender waits for, or nearly: so it comes far.
            ushort block = (ushort)(transfer.Sender.Acknowledged / transfer.Terms.BlockSize + chance.Next(transfer.Terms.WindowSize + 1));
            ReadOnlySpan<byte> packet = chance.Next(2) == 0 ? answers.Next() : [0, 4, (byte)(block >> 8), (byte)block];
            transfer.On(packet, now);
            Send(transfer);
        }

        void Sweep()
        {
            for (int i = open.Count - 1; i >= 0; i--)
            {
                open[i].Sender.OnTime(now);
                Send(open[i]);
            }
        }

        void Send(TftpTransfer transfer)
        {
            int count = 0;
            while (transfer.Sender.Next(datagram, now) is > 0 and var length)
            {
                Assert.True(length <= transfer.Terms.BlockSize + TftpCodec.DataHeader || datagram[1] == 6);
                count++;
            }
            Assert.InRange(count, 0, transfer.Terms.WindowSize);
            if (transfer.Sender.State != TftpState.Sending) End(transfer);
        }

        void End(TftpTransfer transfer)
        {
            if (open.Remove(transfer)) table.End(transfer);
        }
    }
}
