using System.Net;
using System.Net.Sockets;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using Provisioner.Wire.WakeOnLan;

namespace Provisioner.Appliance.Power;

/// <summary>
/// Wakes a machine by a magic packet: to the broadcast address of its subnet, UDP 9 unless another port is given. It can only switch on, and nothing answers.
/// Settings: <c>mac</c>, the card's address. Secret: <c>secureon</c>, where the card wants a password (<c>aa:bb:cc:dd:ee:ff</c>).
/// </summary>
internal sealed class WakeOnLanDriver : IPowerDriver
{
    private const int Copies = 3; // nothing is acknowledged, and a switch that has forgotten the port may lose the first

    public string Kind => "wol";

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel)
    {
        var mac = Read(target, PowerWords.Look).Mac;
        return Task.FromResult(new ControllerAbilities
        {
            Orders = ControllerKinds.Orders(Kind),
            Macs = [mac.ToString()],
            Notes = ["a magic packet can only switch on, and whether the machine is on can't be read: switch it off by its system, or by hand"],
        });
    }

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) => Task.FromResult(PowerState.Unknown);

    public async Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel)
    {
        string operation = PowerWords.Of(order);
        if (order is not PowerAction.On) throw PowerException.Of(PowerFailure.Refused, operation, target, "a magic packet can only switch on");
        var (mac, to, password) = Read(target, operation);
        var packet = MagicPacket.For(mac, password);
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (to.AddressFamily is AddressFamily.InterNetwork) socket.EnableBroadcast = true;
            for (int i = 0; i < Copies; i++) await socket.SendToAsync(packet, new IPEndPoint(to, target.Port is 0 ? ControllerKinds.Port(Kind) : target.Port), cancel);
        }
        catch (SocketException e)
        {
            throw PowerException.Of(PowerFailure.Silent, operation, target, $"the packet can't be sent: {e.Message}");
        }
    }

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) =>
        throw PowerException.Of(PowerFailure.Refused, PowerWords.Of(boot.Device), target, "a magic packet sets no boot device: put the network first in the machine's setup");

    private static (MacAddress Mac, IPAddress To, byte[] Password) Read(PowerTarget target, string operation)
    {
        string said = target.Settings.GetValueOrDefault("mac", "");
        if (!MacAddress.TryParse(said, out var mac))
            throw PowerException.Of(PowerFailure.Refused, operation, target, said.Length == 0 ? "the setting mac is missing: the address of the network card that listens" : $"\"{said}\" is not a MAC address such as 52:54:00:12:34:56");
        if (!IPAddress.TryParse(target.Address, out var to))
            throw PowerException.Of(PowerFailure.Refused, operation, target, "the address must be an IP address: the broadcast address of the machine's subnet, such as 10.77.0.255");
        // It would leave by whatever interface the host's default route names.
        if (to.Equals(IPAddress.Broadcast)) throw PowerException.Of(PowerFailure.Refused, operation, target, "255.255.255.255 belongs to no subnet: give the broadcast address of the machine's, such as 10.77.0.255");
        string password = target.Secrets.GetValueOrDefault("secureon", "");
        if (password.Length == 0) return (mac, to, []);
        try
        {
            return Convert.FromHexString(password.Replace(":", "", StringComparison.Ordinal)) is { Length: 4 or 6 } octets ? (mac, to, octets) : throw new FormatException();
        }
        catch (FormatException)
        {
            throw PowerException.Of(PowerFailure.Credentials, operation, target, "the secret secureon is not 4 or 6 octets in hex, such as aa:bb:cc:dd:ee:ff");
        }
    }
}
