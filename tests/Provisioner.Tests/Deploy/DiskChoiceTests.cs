using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using static Provisioner.Tests.Machines.Samples;

namespace Provisioner.Tests.Deploy;

public sealed class DiskChoiceTests
{
    private static DiskChoice Choose(DiskInfo[] disks, string? wanted = null, bool erase = false, params string[] ours) =>
        DiskChoice.For(In(MachineState.Ready) with { Inventory = Inventory(disks), OurDiskIds = [.. ours] }, Debian, wanted, erase);

    [Fact]
    public void The_smallest_that_fits_is_taken() =>
        Assert.Equal("sdb", Assert.IsType<DiskChoice.Chosen>(Choose([Disk("sda", 500), Disk("sdb", 8), Disk("sdc", 1)])).Disk.Name);

    [Fact]
    public void Foreign_data_needs_consent()
    {
        var refused = Assert.IsType<DiskChoice.Refused>(Choose([Disk("sda", 8, hasData: true, diskId: "X")]));
        Assert.Contains("consent to erase it", refused.Why);
        Assert.IsType<DiskChoice.Chosen>(Choose([Disk("sda", 8, hasData: true, diskId: "X")], erase: true));
    }

    [Fact]
    public void A_disk_that_we_wrote_needs_no_consent() =>
        Assert.IsType<DiskChoice.Chosen>(Choose([Disk("sda", 8, hasData: true, diskId: "abc")], ours: "ABC"));

    [Fact]
    public void An_empty_disk_is_taken_before_a_smaller_one_with_data() =>
        Assert.Equal("sdb", Assert.IsType<DiskChoice.Chosen>(Choose([Disk("sda", 8, hasData: true), Disk("sdb", 20)])).Disk.Name);

    [Fact]
    public void A_disk_too_small_is_refused_with_both_sizes() =>
        Assert.Equal("debian-12 needs 1.6 GB and calm-otter has sda (1.0 GB): choose a smaller image or a larger disk",
            Assert.IsType<DiskChoice.Refused>(Choose([Disk("sda", 1)])).Why);

    [Fact]
    public void A_disk_that_is_not_there_is_refused_with_those_that_are() =>
        Assert.Equal("calm-otter has no disk sdx; it has sda (8.0 GB)", Assert.IsType<DiskChoice.Refused>(Choose([Disk("sda", 8)], wanted: "sdx")).Why);

    [Fact]
    public void No_disk_at_all_is_a_sentence() =>
        Assert.Contains("no disk that the agent could see", Assert.IsType<DiskChoice.Refused>(Choose([])).Why);
}
