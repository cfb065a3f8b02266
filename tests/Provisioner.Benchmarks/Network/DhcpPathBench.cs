using System.Diagnostics;
using System.Globalization;
using System.Net;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Benchmarks.Network;

/// <summary>What a four-way exchange costs without sockets: parse, decide, lease into the next commit, write. Time and allocation of each.</summary>
internal static class DhcpPathBench
{
    private const int Rounds = 5, Exchanges = 20_000, ACommit = 64;
    private static readonly ServedNetwork Network = new("bs", Lab.Server, 16, "rack.internal", 5240);

    public static int Run()
    {
        string folder = Directory.CreateTempSubdirectory("bench-path-").FullName;
        using (var journal = LeaseJournal.Open(folder, new BootClock(), TimeProvider.System))
        {
            var book = new LeaseBook(journal, _ => null);
            book.Settle(Model(), [Network]);
            for (int round = 0; round < Rounds; round++) Round(book, round);
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static void Round(LeaseBook book, int round)
    {
        var buffer = new byte[1500];
        LeaseCommit? commit = null;
        var (parse, decide, write, sync) = (new Part("parse"), new Part("decide"), new Part("write"), new Part("sync"));
        for (int i = 0; i < Exchanges; i++)
        {
            byte[] discover = RelayMessages.Discover(i);
            var message = parse.Of(() => DhcpCodec.Parse(discover));
            var offer = (DhcpAnswer.Reply)decide.Of(() => book.Answer(Network, message, book.Clock.Now).Answer);
            write.Of(() => DhcpCodec.Write(offer.Message, buffer));
            byte[] request = RelayMessages.Request(i, Ipv4Address.From(Lab.Server), offer.Message.YiAddr);
            message = parse.Of(() => DhcpCodec.Parse(request));
            var (answer, next) = decide.Of(() => book.Answer(Network, message, book.Clock.Now));
            commit = next;
            write.Of(() => DhcpCodec.Write(((DhcpAnswer.Reply)answer).Message, buffer));
            if (i % ACommit == 0) sync.Of(() => book.IsDurable(commit!));
        }
        Console.WriteLine($"round {round + 1}: an exchange: {parse}, {decide}, {write}, {sync}");
    }

    private static NetworkModel Model()
    {
        int id = 0;
        var range = (IPAddress.Parse(Lab.FirstOfRange), IPAddress.Parse(Lab.LastOfRange));
        var (changes, fault) = FirstNetwork.For(NetworkModel.Empty, Network.Interface, Network.Address, Network.PrefixLength, new(range, null, []), () => $"id{++id}");
        if (fault is not null) throw new InvalidOperationException(fault);
        return NetworkModel.Empty.Apply(new NetworkChange.All(changes)) is NetworkOutcome.Changed { Model: var model } ? model : throw new InvalidOperationException("the model refuses the lab");
    }

    private sealed class Part(string name)
    {
        private long _ticks, _octets;

        public T Of<T>(Func<T> deed)
        {
            long octets = GC.GetAllocatedBytesForCurrentThread(), began = Stopwatch.GetTimestamp();
            var result = deed();
            _ticks += Stopwatch.GetTimestamp() - began;
            _octets += GC.GetAllocatedBytesForCurrentThread() - octets;
            return result;
        }

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{name} {_ticks * 1e6 / Stopwatch.Frequency / Exchanges:0.0} µs, {_octets / (double)Exchanges:0} B");
    }
}
