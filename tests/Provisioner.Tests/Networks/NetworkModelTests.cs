using System.Net;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Dhcp;
using Provisioner.Wire;

namespace Provisioner.Tests.Networks;

public sealed class NetworkModelTests
{
    private static readonly NetworkModel Model = Rack.Served("10.77.0.100", "10.77.0.199");
    private static readonly Subnet Subnet = Model.Subnets[0];
    private static readonly Vlan Vlan = Model.VlanOf(Subnet);

    [Fact]
    public void An_interface_with_no_configuration_gets_a_fabric_a_vlan_with_dhcp_a_subnet_and_the_upper_half()
    {
        var model = Models.Of(Rack.Network);
        Assert.Equal(("prov0", 0, DhcpMode.Server, "prov0"), (model.Fabrics.Values.Single().Name, model.Vlans.Values.Single().Vid, model.Vlans.Values.Single().Dhcp, model.Vlans.Values.Single().Interface));
        Assert.Equal("10.77.0.0/24", model.Subnets.Single().ToString());
        Assert.Equal("the dynamic range 10.77.0.128–10.77.0.254", model.Ranges.Values.Single().InWords);
        Assert.Empty(FirstNetwork.For(model, "prov0", Rack.Network.Address, 24, new(null, null, []), () => "x").Changes);
    }

    [Fact]
    public void A_flag_that_names_another_range_or_gateway_wins_over_what_stands_there()
    {
        var choice = new NetworkChoice((IPAddress.Parse("10.77.0.50"), IPAddress.Parse("10.77.0.60")), IPAddress.Parse("10.77.0.253"), []);
        var model = Model.After([.. FirstNetwork.For(Model, "prov0", Rack.Network.Address, 24, choice, () => "new").Changes]);
        Assert.Equal(Rack.Ip("10.77.0.253"), model.Subnets[0].Gateway);
        Assert.Equal(["10.77.0.50"], model.Ranges.Values.Select(r => r.First.ToString()));
        Assert.Equal(Subnet.NtpServers, model.Subnets[0].NtpServers);
    }

    [Fact]
    public void A_subnet_whose_cable_moved_to_another_interface_takes_its_vlan_along()
    {
        var changes = FirstNetwork.For(Model, "eth9", Rack.Network.Address, 24, new(null, null, []), () => "new").Changes;
        Assert.Equal("eth9", Assert.IsType<NetworkChange.PutVlan>(Assert.Single(changes)).Vlan.Interface);
    }

    [Theory]
    [InlineData("10.77.0.128/25", "overlaps subnet 10.77.0.0/24")]
    [InlineData("10.0.0.0/8", "overlaps subnet 10.77.0.0/24")]
    [InlineData("10.78.0.1/24", "write 10.78.0.0/24")]
    [InlineData("10.78.0.0/31", "a prefix of 8 to 30")]
    public void A_subnet_that_does_not_fit_is_refused_with_the_other_party(string cidr, string why)
    {
        Assert.True(Ipv4Subnet.TryParse(cidr, out var parsed));
        Assert.Contains(why, Model.Refusal(new NetworkChange.PutSubnet(new("s2", parsed, Vlan.Id, "second"))));
    }

    [Theory]
    [InlineData("10.77.0.199", "10.77.0.210", "overlaps the dynamic range 10.77.0.100–10.77.0.199 (--range)")]
    [InlineData("10.77.0.20", "10.77.0.10", "ends before it begins")]
    [InlineData("10.77.0.0", "10.77.0.10", "10.77.0.0 is no host address of 10.77.0.0/24")]
    [InlineData("10.77.1.1", "10.77.1.2", "10.77.1.1 is no host address")]
    [InlineData("10.77.0.254", "10.77.0.254", "too small")]
    public void A_range_that_does_not_fit_is_refused_with_the_other_party(string first, string last, string why) =>
        Assert.Contains(why, Model.Refusal(new NetworkChange.PutRange(new("r2", Subnet.Id, Rack.Ip(first), Rack.Ip(last), RangeKind.Dynamic))));

    [Fact]
    public void Reservations_and_static_addresses_name_who_is_in_the_way()
    {
        var model = Model.After(
            new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.20"), Rack.Ana, Subnet.Id)),
            new NetworkChange.PutStatic(new(Rack.Ip("10.77.0.30"), Subnet.Id, "vip of the dashboard")));
        Assert.Equal($"10.77.0.20 is reserved for {Rack.Ana} already", model.Refusal(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.20"), Rack.Ben, Subnet.Id))));
        Assert.Contains($"{Rack.Ana} has 10.77.0.20 reserved in 10.77.0.0/24 already", model.Refusal(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.21"), Rack.Ana, Subnet.Id))));
        Assert.Equal("10.77.0.30 is a static address of vip of the dashboard", model.Refusal(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.30"), Rack.Ben, Subnet.Id))));
        Assert.Equal("10.77.0.254 is the gateway of 10.77.0.0/24", model.Refusal(new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.254"), Rack.Ben, Subnet.Id))));
        Assert.Contains("lies in the dynamic range", model.Refusal(new NetworkChange.PutStatic(new(Rack.Ip("10.77.0.150"), Subnet.Id, "x"))));
        Assert.Contains($"10.77.0.20, reserved for {Rack.Ana}", model.Refusal(new NetworkChange.RemoveSubnet(Subnet.Id)));
    }

    [Fact]
    public void All_faults_of_one_thing_are_told_at_once()
    {
        var refusal = Model.Refusal(new NetworkChange.PutSubnet(Subnet with { Gateway = Rack.Ip("10.9.0.1"), LeaseTime = TimeSpan.FromSeconds(3), Domain = "no_domain", Options = [new(200, "u8 1"), new(200, "u8 2")] }));
        foreach (string fault in (string[])["the gateway 10.9.0.1", "a lease lasts", "no_domain is no domain name", "option 200 stands there 2 times"]) Assert.Contains(fault, refusal);
    }

    [Fact]
    public void What_others_rest_on_is_not_removed()
    {
        Assert.Equal("fabric prov0 can't be removed: VLAN 0 (untagged) would be left without it", Model.Refusal(new NetworkChange.RemoveFabric("prov0")));
        Assert.Equal("VLAN 0 (untagged) can't be removed: subnet 10.77.0.0/24 would be left without it", Model.Refusal(new NetworkChange.RemoveVlan("prov0:0")));
        var empty = Model.After(new NetworkChange.RemoveSubnet("10.77.0.0-24"), new NetworkChange.RemoveVlan("prov0:0"), new NetworkChange.RemoveFabric("prov0"));
        Assert.Empty(empty.Ranges);
        Assert.IsType<NetworkOutcome.Missing>(empty.Apply(new NetworkChange.RemoveSubnet("10.77.0.0/24")));
    }

    [Fact]
    public void Of_several_changes_all_are_made_or_none() =>
        Assert.Contains("there is no VLAN", Model.Refusal(new NetworkChange.All([new NetworkChange.PutFabric(new("f9", "second")), new NetworkChange.PutSubnet(new("s9", new(Rack.Ip("10.9.0.0"), 24), "nowhere", "x"))])));

    [Fact]
    public void A_reserved_address_goes_to_its_mac_and_nobody_else_inside_the_range_or_outside()
    {
        var model = Model.After(
            new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.100"), Rack.Ana, Subnet.Id)), new NetworkChange.PutReservation(new(Rack.Ip("10.77.0.20"), Rack.Ben, Subnet.Id)));
        var desk = new Desk(model);
        Assert.Equal(Rack.Ip("10.77.0.101"), desk.Bind(Rack.Mac(1)));
        Assert.Equal(Rack.Ip("10.77.0.100"), desk.Bind(Rack.Ana));
        Assert.Equal(Rack.Ip("10.77.0.20"), desk.Bind(Rack.Ben));
        Assert.False(desk.Leases.CanHave(Rack.Mac(1), Rack.Ip("10.77.0.20"), desk.Now, out _));
    }

    [Fact]
    public void What_is_free_is_told_in_rows_and_who_has_the_rest_in_words()
    {
        var model = Model.After(
            new NetworkChange.PutRange(new("r2", Subnet.Id, Rack.Ip("10.77.0.2"), Rack.Ip("10.77.0.9"), RangeKind.Reserved, "switches")),
            new NetworkChange.PutStatic(new(Rack.Ip("10.77.0.12"), Subnet.Id, "vip")));
        var desk = new Desk(model);
        desk.Bind(Rack.Ana);
        desk.Leases.NoteInUse(Rack.Ip("10.77.0.11"), "the BMC of node1");
        Assert.Equal(
            ["10.77.0.10–10.77.0.10", "10.77.0.13–10.77.0.99", "10.77.0.101–10.77.0.199 by DHCP", "10.77.0.200–10.77.0.253"],
            desk.Leases.Free(desk.Now).Select(r => $"{r.First}–{r.Last}{(r.Dynamic ? " by DHCP" : "")}"));
        Assert.Equal(
            ["10.77.0.1 is the appliance's own", "10.77.0.11 is in use by the BMC of node1", "10.77.0.12 is a static address of vip", $"10.77.0.100 is held by {Rack.Ana} until 13:00:00", "10.77.0.254 is the gateway"],
            desk.Leases.Claims(desk.Now).Select(c => c.InWords));
        Assert.Equal("10.77.0.5 lies in the reserved range 10.77.0.2–10.77.0.9 (switches)", desk.Leases.ClaimOn(Rack.Ip("10.77.0.5"), desk.Now)!.InWords);
        Assert.Equal(Rack.Ip("10.77.0.10"), desk.Leases.ChooseStatic(desk.Now));
        Assert.Equal(new SubnetUsage(254, 100, 1, 0, 1, 99), desk.Leases.Usage(desk.Now));
    }
}
