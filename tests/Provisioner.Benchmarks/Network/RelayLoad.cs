using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Provisioner.Wire;

namespace Provisioner.Benchmarks.Network;

/// <summary>
/// Four-way exchanges at a fixed rate from a relay's address, by a client that costs little: perfdhcp takes most of one of two cores and loses
/// replies in its own socket, which hides a fast server. It runs in a process of its own, on the client's side.
/// </summary>
/// <param name="Sent">DISCOVERs sent.</param>
/// <param name="Bound">Exchanges that ended with an ACK.</param>
/// <param name="Delay">Mean time from REQUEST to ACK in milliseconds.</param>
/// <param name="Seconds">The time in which they were sent.</param>
internal sealed partial record RelayLoad(long Sent, long Bound, double Delay, double Seconds)
{
    private const int Clients = 60_000, ReceiveBufferForce = 33, MessageTypeOption = 53, ServerIdOption = 54;
    private const int TransactionId = 4, YourAddress = 16, HardwareAddress = 28, FirstOption = 240;
    private static readonly TimeSpan Stragglers = TimeSpan.FromMilliseconds(500);

    /// <summary>Exchanges that were lost, in per cent.</summary>
    public double Drops => Sent == 0 ? 100 : 100.0 * (Sent - Bound) / Sent;

    /// <summary>Offers exchanges at a rate from the client's side of the lab.</summary>
    public static RelayLoad AtRate(Lab lab, int rate, int seconds)
    {
        var ran = lab.ItselfOnClient(TimeSpan.FromSeconds(seconds + 20), "relay-load", Text(rate), Text(seconds));
        if (Result().Match(ran.Text) is not { Success: true } said) throw new InvalidOperationException($"the load's client ended with {ran.Exit}: {ran.Text}");
        double[] numbers = [.. said.Groups.Values.Skip(1).Select(g => double.Parse(g.Value, CultureInfo.InvariantCulture))];
        return new((long)numbers[0], (long)numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>The client's process.</summary>
    public static int Run(int rate, int seconds)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        socket.SetRawSocketOption(1, ReceiveBufferForce, BitConverter.GetBytes(32 << 20));
        socket.Bind(new IPEndPoint(Lab.Client, 67));
        socket.Connect(new IPEndPoint(Lab.Server, 67));
        var load = new Exchanges(socket, rate * seconds);
        var got = load.Go(rate, seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"relay-load {got.Sent} {got.Bound} {got.Delay:0.000} {got.Seconds:0.000}"));
        return 0;
    }

    private sealed class Exchanges(Socket socket, int most)
    {
        private readonly byte[] _discover = RelayMessages.Discover(0), _request = RelayMessages.Request(0, Ipv4Address.From(Lab.Server), Ipv4Address.From(Lab.Client));
        private readonly byte[] _reply = new byte[1500];
        private readonly long[] _requested = new long[most + 1];
        private readonly bool[] _bound = new bool[most + 1];
        private long _acks, _waited;

        public RelayLoad Go(int rate, int seconds)
        {
            long began = Stopwatch.GetTimestamp(), sent = 0;
            TimeSpan whole = TimeSpan.FromSeconds(seconds), now;
            while ((now = Stopwatch.GetElapsedTime(began)) < whole)
            {
                long due = Math.Min(most, (long)(now.TotalSeconds * rate));
                while (sent < due && Send(_discover, (int)++sent)) Hear(4);
                if (!Hear(64)) socket.Poll(100, SelectMode.SelectRead);
            }
            double took = now.TotalSeconds;
            for (long end = Stopwatch.GetTimestamp(); _acks < sent && Stopwatch.GetElapsedTime(end) < Stragglers;)
                if (!Hear(64)) socket.Poll(1000, SelectMode.SelectRead);
            return new(sent, _acks, _acks == 0 ? double.NaN : _waited * 1000.0 / Stopwatch.Frequency / _acks, took);
        }

        private bool Send(byte[] message, int exchange)
        {
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(TransactionId), (uint)exchange);
            BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(HardwareAddress + 2), (uint)(0x0102_0000 + (exchange % Clients)));
            // A full buffer is a message lost on the way, as a wire would lose it.
            socket.Send(message, SocketFlags.None, out _);
            return true;
        }

        // False: there was nothing.
        private bool Hear(int atMost)
        {
            for (int i = 0; i < atMost; i++)
            {
                int length = socket.Receive(_reply, SocketFlags.None, out var error);
                if (error != SocketError.Success) return i > 0;
                Take(_reply.AsSpan(0, length));
            }
            return true;
        }

        private void Take(ReadOnlySpan<byte> reply)
        {
            if (reply.Length < FirstOption) return;
            uint exchange = BinaryPrimitives.ReadUInt32BigEndian(reply[TransactionId..]);
            if (exchange == 0 || exchange > most) return;
            switch (Option(reply, MessageTypeOption) is [var type] ? type : 0)
            {
                case 2 when _requested[exchange] == 0:
                    Set(_request, ServerIdOption, Option(reply, ServerIdOption));
                    Set(_request, 50, reply.Slice(YourAddress, 4));
                    _requested[exchange] = Stopwatch.GetTimestamp();
                    Send(_request, (int)exchange);
                    break;
                case 5 when !_bound[exchange]:
                    _bound[exchange] = true;
                    _acks++;
                    _waited += Stopwatch.GetTimestamp() - _requested[exchange];
                    break;
            }
        }

        private static void Set(byte[] message, int code, ReadOnlySpan<byte> value)
        {
            int at = Find(message, code);
            if (at >= 0 && value.Length == message[at + 1]) value.CopyTo(message.AsSpan(at + 2));
        }

        private static ReadOnlySpan<byte> Option(ReadOnlySpan<byte> message, int code) =>
            Find(message, code) is >= 0 and var at ? message.Slice(at + 2, message[at + 1]) : [];

        private static int Find(ReadOnlySpan<byte> message, int code)
        {
            for (int at = FirstOption; at + 1 < message.Length && message[at] != 255; at += message[at] == 0 ? 1 : 2 + message[at + 1])
                if (message[at] == code && at + 2 + message[at + 1] <= message.Length) return at;
            return -1;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^relay-load (\d+) (\d+) ([\d.]+|NaN) ([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Result();
}
