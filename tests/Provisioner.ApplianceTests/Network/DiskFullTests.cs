using Provisioner.Appliance.Store.Leases;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>The data folder on a small file system of its own that fills up: no lease is promised that can't be kept, and nobody restarts anything.</summary>
[Collection("namespaces")]
public sealed class DiskFullTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public DiskFullTests() => _appliance = new Served(_net, mount: data => Tool.Run("mount", $"-t tmpfs -o size=8m,mode=700 provisioner-test {data}"));

    public void Dispose()
    {
        _appliance.Kill();
        Tool.Try("umount", _appliance.Data, 20);
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void No_ack_while_there_is_no_room_and_service_as_before_when_there_is()
    {
        using var watch = new AckWatch(_net);
        Ask("-s 1");
        Assert.True(watch.Acks > 0);
        string filler = Path.Combine(_appliance.Data, "filler");
        Fill(filler);

        Until("leases can't be written", () => Ask("-s 2"));
        long before = watch.Acks;
        Ask("-s 3");
        Assert.Equal(before, watch.Acks);
        Assert.True(_appliance.IsAlive, _appliance.Said);

        File.Delete(filler);
        Until("leases can be written", () => Ask("-s 4"));
        Ask("-s 5");
        Assert.True(watch.Acks > before);
        Until("the store can be written again", () => { }, unless: "the store can't be written");

        var promised = watch.Promised;
        _appliance.KillAndStart();
        Ask("-s 6");
        _appliance.Kill();
        var disk = LeaseReplay.Of(Path.Combine(_appliance.Data, "leases"));
        Assert.False(disk.IsDamaged);
        Assert.All(promised, p => Assert.Equal(Assert.Single(p.Value), disk.Leases[p.Key].Mac));
        Assert.All(watch.Promised.Values, macs => Assert.Single(macs));
    }

    [Fact]
    public void It_starts_on_a_full_disk_and_serves_when_there_is_room()
    {
        string filler = Path.Combine(_appliance.Data, "filler");
        Ask("-s 1");
        _appliance.Kill();
        Fill(filler);
        _appliance.Start();
        using var watch = new AckWatch(_net);
        Ask("-s 2");
        Assert.Equal(0, watch.Acks);
        File.Delete(filler);
        Until("leases can be written", () => Ask("-s 3"));
        Ask("-s 4");
        Assert.True(watch.Acks > 0);
    }

    private void Ask(string seed) => _net.OnClient("perfdhcp", $"-4 -l {Namespaces.Client} -r 100 -R 5000 -n 60 -W 300000 {seed} {Namespaces.Appliance}");

    // The first write after the last octet fails; a file of a few octets may still have room in its last page.
    private static void Fill(string path)
    {
        using var file = File.Create(path);
        var octets = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(octets);
                file.Flush();
            }
        }
        catch (IOException)
        {
        }
    }

    private void Until(string said, Action meanwhile, string? unless = null)
    {
        for (int i = 0; i < 60; i++)
        {
            if (_appliance.Said.Contains(said, StringComparison.Ordinal) || unless is not null && !_appliance.Said.Contains(unless, StringComparison.Ordinal)) return;
            meanwhile();
            Thread.Sleep(300);
        }
        Assert.Fail($"it never said \"{said}\" but: {_appliance.Said}");
    }
}
