using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Provisioner.Appliance.Servers;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// Many TFTP readers in lock step (RFC 1350, blksize of RFC 2348) in one process that costs little: 32 processes of curl take two thirds of two cores,
/// and what is left is no measure of a server.
/// </summary>
internal static partial class TftpLoad
{
    private const int BlockSize = 1428;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60), Again = TimeSpan.FromSeconds(1);

    /// <summary>MiB a second that so many readers of one file get together; null where one of them did not get it whole.</summary>
    public static double? Of(Lab lab, int readers, string file, long bytes)
    {
        var ran = lab.ItselfOnClient(Deadline + TimeSpan.FromSeconds(20), "tftp-load", readers.ToString(CultureInfo.InvariantCulture), file);
        if (Result().Match(ran.Text) is not { Success: true } said) throw new InvalidOperationException($"the load's client ended with {ran.Exit}: {ran.Text}");
        long got = long.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture);
        return got == readers * bytes ? got / 1048576.0 / double.Parse(said.Groups[2].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The client's process.</summary>
    public static int Run(int readers, string file)
    {
        Reader[] all = [.. Enumerable.Range(0, readers).Select(_ => new Reader(file))];
        using var epoll = new Epoll();
        for (int i = 0; i < all.Length; i++) epoll.Watch(NonBlocking.Number(all[i].Socket), i, Epoll.Input | Epoll.Once);
        Span<long> ready = stackalloc long[64];
        long began = Stopwatch.GetTimestamp();
        foreach (var reader in all) reader.Ask();
        for (int left = readers; left > 0 && Stopwatch.GetElapsedTime(began) < Deadline;)
        {
            int heard = epoll.Wait(ready, TimeSpan.FromMilliseconds(200));
            foreach (long key in ready[..heard])
            {
                if (all[key].Done) continue;
                while (all[key].Hear()) { }
                if (all[key].Done) left--;
            }
            if (heard == 0) foreach (var reader in all) reader.AskAgainAfter(Again);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tftp-load {all.Sum(r => r.Bytes)} {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0000}"));
        return 0;
    }

    private sealed class Reader(string file)
    {
        private readonly byte[] _packet = new byte[BlockSize + 100], _ack = [0, 4, 0, 0];
        private int _number;
        private ushort _block;
        private long _last;
        private bool _answered;

        public Socket Socket { get; } = Open();
        public long Bytes { get; private set; }
        public bool Done { get; private set; }

        public void Ask()
        {
            byte[] question = [0, 1, .. Encoding.ASCII.GetBytes($"{file}\0octet\0blksize\0{BlockSize}\0")];
            Socket.SendTo(question, new IPEndPoint(Lab.Server, 69));
            _last = Stopwatch.GetTimestamp();
        }

        public void AskAgainAfter(TimeSpan silence)
        {
            if (Done || Stopwatch.GetElapsedTime(_last) < silence) return;
            if (_answered) Acknowledge();
            else Ask();
        }

        // True where something came that asks for no answer: there may be more. After an answer nothing is there until the server has sent the next.
        public bool Hear()
        {
            int length = _answered ? NonBlocking.Receive(_number, _packet) : First();
            if (length < 4) return false;
            bool oack = _packet[1] == 6 && _block == 0, next = _packet[1] == 3 && (ushort)((_packet[2] << 8) | _packet[3]) == (ushort)(_block + 1);
            if (next)
            {
                _block++;
                Bytes += length - 4;
                Done = length - 4 < BlockSize;
            }
            if (oack || next) Acknowledge();
            return !oack && !next;
        }

        // The port that the server answers from is the transfer's.
        private int First()
        {
            if (Socket.Available == 0) return 0;
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            int length = Socket.ReceiveFrom(_packet, ref from);
            Socket.Connect(from);
            (_number, _answered) = (NonBlocking.Number(Socket), true);
            return length;
        }

        private void Acknowledge()
        {
            (_ack[2], _ack[3]) = ((byte)(_block >> 8), (byte)_block);
            NonBlocking.Send(_number, _ack);
            _last = Stopwatch.GetTimestamp();
        }

        private static Socket Open()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            socket.Bind(new IPEndPoint(Lab.Client, 0));
            return socket;
        }
    }

    [GeneratedRegex(@"^tftp-load (\d+) ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Result();
}
