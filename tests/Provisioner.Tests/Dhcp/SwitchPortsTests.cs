using Provisioner.Appliance.Servers;
using Provisioner.Tests.Arp;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Tests.Dhcp;

public sealed class SwitchPortsTests
{
    [Fact]
    public void A_port_is_told_once_and_again_when_it_changes_over_a_restart_too()
    {
        var store = new Shelf();
        var ports = new SwitchPorts(store, TimeProvider.System);
        Assert.Equal(("hangs on circuit \"ge-1\", relay 10.88.0.1", false), ports.Seen(On("ge-1"), isMachine: false));
        Assert.Null(ports.Seen(On("ge-1"), isMachine: false));
        Assert.Null(ports.Seen(On("ge-1"), isMachine: true)); // it was enlisted meanwhile: kept from now on
        ports = new(store, TimeProvider.System);
        Assert.Null(ports.Seen(On("ge-1"), isMachine: true));
        Assert.Equal(("hangs on another port now: circuit \"ge-2\", relay 10.88.0.1; before: circuit \"ge-1\", relay 10.88.0.1", true), ports.Seen(On("ge-2"), isMachine: true));
        Assert.Equal("circuit \"ge-2\", relay 10.88.0.1", Assert.Single(new SwitchPorts(store, TimeProvider.System).All).Port);
    }

    [Fact]
    public void Who_comes_without_option_82_is_not_noted() =>
        Assert.Null(new SwitchPorts(new Shelf(), TimeProvider.System).Seen(Rack.Message(DhcpMessageType.Discover, Rack.Ana), isMachine: true));

    private static DhcpMessage On(string port) => Rack.Message(DhcpMessageType.Discover, Rack.Ana,
        new DhcpOption(DhcpOptionCode.RelayAgentInformation, (byte[])[1, (byte)port.Length, .. System.Text.Encoding.ASCII.GetBytes(port)])) with
    { GiAddr = Rack.Ip("10.88.0.1") };
}
