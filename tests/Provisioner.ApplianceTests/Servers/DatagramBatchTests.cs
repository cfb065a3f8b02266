using System.Net;
using System.Net.Sockets;
using System.Text;
using Provisioner.Appliance.Servers;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>Many datagrams a system call: each answer goes to who asked, whatever stood beside it.</summary>
public sealed class DatagramBatchTests
{
    private const int Clients = 5, Each = 22;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Each_of_more_datagrams_than_fit_into_a_batch_is_answered_to_its_own_sender_beside_some_that_are_not_answered_and_some_that_break()
    {
        using var first = new ManualResetEventSlim();
        var server = Bound();
        using var listener = new UdpListener(server, "test", (datagram, _, answer) =>
        {
            first.Wait(Patience); // until all of them wait
            string text = Encoding.ASCII.GetString(datagram);
            if (text.Contains("silence", StringComparison.Ordinal)) return 0;
            if (text.Contains("break", StringComparison.Ordinal)) throw new InvalidOperationException(text);
            return Encoding.ASCII.GetBytes($"to {text}", answer);
        });
        Socket[] clients = [.. Enumerable.Range(0, Clients).Select(_ => Bound())];
        List<string>[] wanted = [.. clients.Select(_ => new List<string>())];
        for (int i = 0; i < Each; i++)
            for (int c = 0; c < Clients; c++)
            {
                string text = $"{c} {i} {new string('x', (i * 37 + c) % 200)}{(i % 5 == 3 ? "silence" : i % 11 == 7 ? "break" : "")}";
                clients[c].SendTo(Encoding.ASCII.GetBytes(text), server.LocalEndPoint!);
                if (!text.EndsWith("silence", StringComparison.Ordinal) && !text.EndsWith("break", StringComparison.Ordinal)) wanted[c].Add($"to {text}");
            }
        first.Set();
        for (int c = 0; c < Clients; c++)
        {
            List<string> got = [];
            byte[] buffer = new byte[DatagramBatch.Room];
            while (got.Count < wanted[c].Count)
            {
                using var late = new CancellationTokenSource(Patience);
                got.Add(Encoding.ASCII.GetString(buffer, 0, await clients[c].ReceiveAsync(buffer, late.Token)));
            }
            Assert.Equal(wanted[c], got);
            Assert.Equal(0, clients[c].Available);
        }
        Assert.Equal(Clients * Enumerable.Range(0, Each).Count(i => i % 5 != 3 && i % 11 == 7), listener.Faults);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public void What_is_longer_than_its_room_comes_cut_and_a_listener_that_nobody_asks_ends_when_it_is_told_to()
    {
        var server = Bound();
        int heard = 0;
        using var came = new ManualResetEventSlim();
        var listener = new UdpListener(server, "test", (datagram, _, _) =>
        {
            heard = datagram.Length;
            came.Set();
            return 0;
        });
        using var client = Bound();
        client.SendTo(new byte[DatagramBatch.Room + 904], server.LocalEndPoint!);
        Assert.True(came.Wait(Patience));
        Assert.Equal(DatagramBatch.Room, heard);
        listener.Dispose();
        Assert.Throws<ObjectDisposedException>(() => server.Available);
    }

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
