namespace Provisioner.Domain.Machines;

/// <summary>
/// How long each phase may take before the state is given up as failed. Generous: servers with much RAM and many controllers
/// take ten minutes from power-on to their first DISCOVER.
/// </summary>
/// <param name="Order">A power order and reading it back.</param>
/// <param name="Agent">From power-on to the agent's hello.</param>
/// <param name="Inventory">From the agent's hello to all of its reports.</param>
/// <param name="Image">From the install order to its end.</param>
/// <param name="Home">From power-on to the installed system's call.</param>
public sealed record PhaseLimits(TimeSpan Order, TimeSpan Agent, TimeSpan Inventory, TimeSpan Image, TimeSpan Home)
{
    /// <summary>What the appliance uses unless told otherwise.</summary>
    public static readonly PhaseLimits Default = new(
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(20));

    /// <summary>From the boot script to the agent's hello: kernel and ramdisk are 34 MB, and the firmware has done its part.</summary>
    public TimeSpan Loaded { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The least from power-on to the hello, of a machine that was faster before.</summary>
    public TimeSpan AgentAtLeast { get; init; } = TimeSpan.FromMinutes(5);

    // A check of the memory or of a disk may come in between.
    private const int SlowerThanBefore = 3;

    /// <summary>The limit of a machine's phase; null where nothing is waited for. One whose agent was heard before is given up sooner: another way is tried then.</summary>
    public TimeSpan? For(Machine machine) => machine is { Phase: Phase.AwaitAgent, AgentIn: { } before }
        ? Least(Agent, Most(AgentAtLeast, before * SlowerThanBefore)) : For(machine.State, machine.Phase);

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Most(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>The limit of a phase; null where nothing is waited for.</summary>
    public TimeSpan? For(MachineState state, Phase phase) => phase switch
    {
        Phase.Idle => null,
        Phase.StartAgent or Phase.StartDisk or Phase.PowerOff => Order,
        Phase.AwaitAgent => Agent,
        Phase.AgentAtWork => state is MachineState.Deploying ? Image : Inventory,
        Phase.AwaitHome => Home,
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "a phase without a limit would wait for ever"),
    };
}
