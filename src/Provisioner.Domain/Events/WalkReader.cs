namespace Provisioner.Domain.Events;

/// <summary>Reads a walk event by event and says for each which part the time before it belonged to.</summary>
internal sealed class WalkReader
{
    private Stage _stage = Stage.Asked;

    private enum Stage { Asked, Booting, Scripted, Loaded, Agent, Writing, Written, FirstBoot, Home }

    /// <summary>The part that ends with this event; null where the event marks nothing and the time goes on to the next one.</summary>
    public WalkPart? PartEndingWith(string kind) => kind switch
    {
        "power.on" or "power.cycle" or "power.reset" => Switched(),
        "dhcp.discover" or "dhcp.offer" or "dhcp.request" or "dhcp.ack" or "dhcp.nak" => Dhcp(kind is "dhcp.discover"),
        "tftp.sent" or "tftp.failed" or "http.script" or "http.sent" => Transferred(kind),
        "agent.hello" => Hello(),
        // Noted when the agent asked for its order: until then it was the agent that had something else to do.
        "image.started" => To(Stage.Writing, WalkPart.Agent),
        "image.written" => To(Stage.Written, WalkPart.Image),
        "home.called" when _stage != Stage.Home => To(Stage.Home, WalkPart.FirstBoot),
        _ when kind.StartsWith("role.", StringComparison.Ordinal) => To(Stage.Home, WalkPart.Role),
        _ when kind.StartsWith("agent.", StringComparison.Ordinal) => _stage == Stage.Agent ? WalkPart.Agent : null,
        _ when kind.StartsWith("state.failed", StringComparison.Ordinal) => WaitedFor,
        _ when kind.StartsWith("state.", StringComparison.Ordinal) || kind.StartsWith("power.", StringComparison.Ordinal) => Between(),
        _ => null,
    };

    private WalkPart To(Stage next, WalkPart part)
    {
        _stage = next;
        return part;
    }

    private WalkPart? Switched() => _stage switch
    {
        Stage.Written => WalkPart.Appliance,
        Stage.Asked or Stage.Agent or Stage.Home => To(Stage.Booting, WalkPart.Appliance),
        // A second order while the machine is on its way: what was waited for was still the machine.
        _ => WaitedFor,
    };

    // A commissioned machine switches itself off: that, too, is the agent's time.
    private WalkPart? Between() => _stage switch
    {
        Stage.Asked or Stage.Home => WalkPart.Appliance,
        Stage.Agent => WalkPart.Agent,
        _ => null,
    };

    private WalkPart? Dhcp(bool discover) => _stage switch
    {
        Stage.Asked => To(Stage.Booting, WalkPart.Firmware),
        Stage.Booting or Stage.Scripted => discover ? WalkPart.Firmware : WalkPart.Dhcp,
        Stage.Loaded => discover ? WalkPart.Kernel : WalkPart.Dhcp,
        Stage.Written => To(Stage.FirstBoot, WalkPart.Reboot),
        _ => null,
    };

    private WalkPart? Transferred(string kind) => _stage switch
    {
        // A machine that tries the network before its disk: its firmware asked, not the installed system.
        Stage.Written or Stage.FirstBoot => To(Stage.Written, WalkPart.Reboot),
        Stage.Agent or Stage.Writing or Stage.Home => null,
        _ when kind == "http.script" => To(Stage.Scripted, WalkPart.Transfer),
        // Before the script it is the loader that was sent (UEFI HTTP boot), after it kernel and ramdisk.
        Stage.Scripted or Stage.Loaded when kind == "http.sent" => To(Stage.Loaded, WalkPart.Transfer),
        _ => WalkPart.Transfer,
    };

    private WalkPart? Hello() => _stage switch
    {
        Stage.Agent or Stage.Writing => null,
        _ => To(Stage.Agent, WalkPart.Kernel),
    };

    /// <summary>What is waited for now.</summary>
    public WalkPart WaitedFor => _stage switch
    {
        Stage.Booting => WalkPart.Firmware,
        Stage.Scripted => WalkPart.Transfer,
        Stage.Loaded => WalkPart.Kernel,
        Stage.Agent => WalkPart.Agent,
        Stage.Writing => WalkPart.Image,
        Stage.Written => WalkPart.Reboot,
        Stage.FirstBoot => WalkPart.FirstBoot,
        Stage.Home => WalkPart.Role,
        _ => WalkPart.Appliance,
    };
}
