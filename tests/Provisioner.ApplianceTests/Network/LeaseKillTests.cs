using System.Diagnostics;
using System.Globalization;
using Provisioner.Appliance.Store.Leases;
using Provisioner.ApplianceTests.Servers;
using Provisioner.Domain.Networks;
using Xunit.Abstractions;

namespace Provisioner.ApplianceTests.Network;

/// <summary>
/// kill -9 again and again while perfdhcp asks: whatever anybody was promised on the wire is on disk, and no address was promised to two.
/// A few dozen kills; PROVISIONER_KILLS says another number (<c>./run test kill9</c>: 500).
/// </summary>
[Collection("namespaces")]
public sealed class LeaseKillTests(ITestOutputHelper output) : IDisposable
{
    private const string Range = "10.77.1.0-10.77.250.255";
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("PROVISIONER_KILLS") is { Length: > 0 } text ? text : "25", CultureInfo.InvariantCulture);
    private readonly Namespaces _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void No_address_is_held_by_two_and_none_is_forgotten()
    {
        using var appliance = new Served(_net, Range);
        using var watch = new AckWatch(_net);
        using var load = new Load(_net);
        var random = new Random(9);
        for (int kill = 0; kill < Kills; kill++)
        {
            long enough = watch.Acks + random.Next(1, 150);
            Assert.True(SpinWait.SpinUntil(() => watch.Acks >= enough, TimeSpan.FromSeconds(30)), $"after kill {kill} no machine is answered; the appliance said: {appliance.Said}");
            appliance.KillAndStart();
        }
        load.Dispose();
        appliance.Kill();
        var promised = watch.Promised;
        var disk = LeaseReplay.Of(Path.Combine(appliance.Folder, "data", "leases"));
        output.WriteLine($"{Kills} kills, {watch.Acks} ACKs of {promised.Count} addresses, {disk.Leases.Count} leases on disk; {string.Join("; ", disk.Remarks)}");

        Assert.False(disk.IsDamaged);
        Assert.Empty(promised.Where(p => p.Value.Length > 1).Select(p => $"{p.Key} was promised to {string.Join(" and ", p.Value)}"));
        Assert.Empty(promised.Where(p => disk.Leases.GetValueOrDefault(p.Key) is not { State: LeaseState.Bound } lease || lease.Mac != p.Value[0]).Select(p => $"{p.Key} was promised to {p.Value[0]}, and the disk says {disk.Leases.GetValueOrDefault(p.Key)}"));
        Assert.Equal(disk.Leases.Count, disk.Leases.Values.Select(l => l.Mac).Distinct().Count());
    }

    /// <summary>perfdhcp, started again whenever it ends.</summary>
    private sealed class Load : IDisposable
    {
        private readonly Thread _thread;
        private readonly Namespaces _net;
        private Process? _running;
        private volatile bool _stopping;

        public Load(Namespaces net)
        {
            _net = net;
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            _stopping = true;
            if (_running is { HasExited: false } running) running.Kill();
            _thread.Join(TimeSpan.FromSeconds(10));
        }

        private void Run()
        {
            for (int seed = 1; !_stopping; seed++)
            {
                _running = Tool.Start("ip", $"netns exec {_net.ClientSide} perfdhcp -4 -l {Namespaces.Client} -r 500 -R 40000 -p 3600 -s {seed} {Namespaces.Appliance}", _ => { });
                _running.WaitForExit();
            }
        }
    }
}
