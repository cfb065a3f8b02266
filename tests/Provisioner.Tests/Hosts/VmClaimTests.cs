using System.Collections.Immutable;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Tests.Hosts;

/// <summary>Which machine a virtual machine is, and what becomes of a host's machines between two looks.</summary>
public sealed class VmClaimTests
{
    private static readonly VirtualMachine Web = new("u1", "web1") { Uuid = "564d1234-aaaa-bbbb-cccc-0123456789ab", Macs = ["52:54:00:aa:00:01"] };
    private static readonly HypervisorHost Host = new()
    {
        Id = "host22",
        Name = "kvm1",
        Kind = HypervisorHost.Libvirt,
        Address = "qemu:///system",
        Machines = [Web],
    };

    private static Machine Known(string name, string? host = null, string vm = "u1") => new()
    {
        Id = name,
        Name = name,
        Macs = ["52:54:00:aa:00:01"],
        Controllers = host is null ? [] : [new("libvirt", "qemu:///system", 0, "", "", "", 0, "") { Settings = ImmutableSortedDictionary<string, string>.Empty.Add("host", host).Add("vm", vm) }],
    };

    [Fact]
    public void A_machine_that_nobody_knows_is_enlisted_unless_the_host_says_no()
    {
        Assert.IsType<VmClaim.Enlist>(VmClaim.For(Web, Host, [], [Host]));
        var no = Assert.IsType<VmClaim.Leave>(VmClaim.For(Web, Host with { Enlists = false }, [], [Host]));
        Assert.Equal("this host's machines are not enlisted by themselves", no.Why);
        Assert.Contains("no network interface", Assert.IsType<VmClaim.Leave>(VmClaim.For(Web with { Macs = [] }, Host, [], [Host])).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_known_one_is_taken_once_and_then_ours()
    {
        Assert.Equal("node1", Assert.IsType<VmClaim.Take>(VmClaim.For(Web, Host, [Known("node1")], [Host])).Machine.Name);
        Assert.Equal("node1", Assert.IsType<VmClaim.Ours>(VmClaim.For(Web, Host, [Known("node1", "host22")], [Host])).Machine.Name);
    }

    [Fact]
    public void Of_two_hosts_with_the_same_machine_the_first_keeps_it_until_it_has_it_no_more()
    {
        var second = Host with { Id = "host33", Name = "kvm2" };
        var left = Assert.IsType<VmClaim.Leave>(VmClaim.For(Web, second, [Known("node1", "host22")], [Host, second]));
        Assert.Equal((true, "node1 is switched through the host kvm1 already, where it is web1"), (left.Quarrel, left.Why));
        Assert.IsType<VmClaim.Take>(VmClaim.For(Web, second, [Known("node1", "host22")], [Host with { Machines = [] }, second])); // it was moved
        Assert.IsType<VmClaim.Take>(VmClaim.For(Web, second, [Known("node1", "host22")], [second])); // the host was removed
    }

    [Fact]
    public void Two_machines_with_one_MAC_on_a_host_are_told()
    {
        var copy = Web with { Id = "u2", Name = "web1-copy" };
        var left = Assert.IsType<VmClaim.Leave>(VmClaim.For(copy, Host with { Machines = [Web, copy] }, [Known("node1", "host22")], [Host with { Machines = [Web, copy] }]));
        Assert.Equal((true, "it has a MAC address of web1, which is node1: give one of them another"), (left.Quarrel, left.Why));
    }

    [Fact]
    public void MACs_of_several_machines_are_decided_by_the_UUID_or_told()
    {
        var (one, other) = (Known("node1"), Known("node2") with { Uuid = "34124d56-aaaa-bbbb-cccc-0123456789ab" });
        Assert.Equal("node2", Assert.IsType<VmClaim.Take>(VmClaim.For(Web, Host, [one, other], [Host])).Machine.Name); // VMware shows its first fields the other way round
        Assert.Contains("several machines: node1, node3", Assert.IsType<VmClaim.Leave>(VmClaim.For(Web, Host, [one, Known("node3")], [Host])).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("564d1234-aaaa-bbbb-cccc-0123456789ab", true)]
    [InlineData("564D1234-AAAA-BBBB-CCCC-0123456789AB", true)]
    [InlineData("34124d56-aaaa-bbbb-cccc-0123456789ab", true)]
    [InlineData("564d1234-aaaa-bbbb-cccc-0123456789ac", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_UUID_is_the_same_in_both_orders_of_bytes(string? other, bool same) => Assert.Equal(same, VmClaim.SameUuid(Web.Uuid, other));

    [Theory]
    [InlineData("web1", "web1")]
    [InlineData("ha-host_VM0", "ha-host-vm0")]
    [InlineData("DB 1 (old)", "db-1-old")]
    [InlineData("__", null)]
    [InlineData("früh", "fr-h")]
    public void A_name_there_becomes_a_host_name_here(string name, string? host) => Assert.Equal(host, new VirtualMachine("u", name).HostName);

    [Fact]
    public void Between_two_looks_machines_come_go_and_change()
    {
        var (b, c) = (new VirtualMachine("u2", "b"), new VirtualMachine("u3", "c"));
        var changes = HostChange.Between([Web, b], [Web with { Name = "web2", Macs = [], Power = PowerState.On }, c]);
        Assert.Equal([typeof(HostChange.Gone), typeof(HostChange.Renamed), typeof(HostChange.Rewired), typeof(HostChange.Switched), typeof(HostChange.Appeared)], changes.Select(x => x.GetType()));
        Assert.Empty(HostChange.Between([Web, b], [b, Web with { Macs = ["52:54:00:aa:00:01"] }]));
    }
}
