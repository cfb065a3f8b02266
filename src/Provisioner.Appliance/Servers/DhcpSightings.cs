using Provisioner.Domain.Boot;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Servers;

/// <summary>What a person reads of DHCP. Strangers are bounded: a flood must not fill the timeline nor cost its text.</summary>
internal sealed class DhcpSightings(LeaseBook leases, Action<Sighting> note, TimeProvider time)
{
    private readonly RateLimit _strangers = new(burst: 200, perSecond: 50, time);

    /// <summary>On which switch ports machines hang.</summary>
    public SwitchPorts? Ports { get; set; }

    /// <summary>A message came in.</summary>
    public void Asked(DhcpMessage message)
    {
        if (Ports?.Seen(message, leases.IsMachine(message.ChAddr)) is var (says, moved)) Note(message, "dhcp.port", says, moved ? Level.Warning : Level.Info);
        if (message.Type is not (DhcpMessageType.Discover or DhcpMessageType.Request) || message.IsReply || !Matters(message)) return;
        var client = BootClient.Of(message);
        string who = client.Stage == BootStage.None ? Words(message) : client.InWords;
        Note(message, message.Type == DhcpMessageType.Discover ? "dhcp.discover" : "dhcp.request", who);
    }

    /// <summary>It was answered, or on purpose was not.</summary>
    public void Answered(DhcpMessage message, DhcpAnswer answer)
    {
        if (answer is DhcpAnswer.Silence { Expected: true } || !Matters(message)) return;
        switch (answer)
        {
            case DhcpAnswer.Reply { Message: { Type: DhcpMessageType.Nak } } nak:
                Note(message, "dhcp.nak", $"refused: {nak.Why}", Level.Warning);
                break;
            case DhcpAnswer.Reply { Message: var reply } sent:
                bool offer = reply.Type == DhcpMessageType.Offer;
                Note(message, offer ? "dhcp.offer" : "dhcp.ack", $"{Given(reply)}: {sent.Why}", NoBootFile(message, reply) ? Level.Warning : Level.Info);
                if (offer && NoBootFile(message, reply)) Note(message, "boot.unsupported", sent.Why, Level.Warning);
                break;
            case DhcpAnswer.Silence { Lease.State: LeaseState.Released } silence:
                Note(message, "dhcp.silence", silence.Why);
                break;
            case DhcpAnswer.Silence silence:
                Note(message, "dhcp.silence", $"{message.Type} not answered: {silence.Why}", Level.Warning);
                break;
        }
    }

    /// <summary>It could not be answered.</summary>
    public void Failed(DhcpMessage message, string why)
    {
        if (Matters(message)) Note(message, "dhcp.silence", $"{message.Type} not answered: {why}", Level.Error);
    }

    private bool Matters(DhcpMessage message) => leases.IsMachine(message.ChAddr) || _strangers.Takes();

    private void Note(DhcpMessage message, string kind, string text, Level level = Level.Info) =>
        note(new(message.ChAddr, time.GetUtcNow(), kind, text, level));

    private static string Given(DhcpMessage reply) => reply.YiAddr.Value == 0 ? $"{reply.CiAddr}" : $"{reply.YiAddr}";

    private static bool NoBootFile(DhcpMessage message, DhcpMessage reply) => reply.SiAddr.Value == 0 && BootClient.Of(message).Stage != BootStage.None;

    private static string Words(DhcpMessage message)
    {
        string vendor = message.Options.Text(DhcpOptionCode.VendorClass) is { Length: > 0 } text ? $", {text}" : "";
        string name = message.Options.Text(DhcpOptionCode.HostName) is { Length: > 0 } host ? $", calls itself {host}" : "";
        return $"no boot client{vendor}{name}";
    }
}
