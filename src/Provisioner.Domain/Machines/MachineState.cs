namespace Provisioner.Domain.Machines;

/// <summary>Where a machine stands in its life. The edges between states stand in <c>Lifecycle</c>, one sentence each.</summary>
public enum MachineState
{
    /// <summary>Seen on the network, not yet looked at.</summary>
    New,
    /// <summary>Our agent is looking at its hardware and its BMC.</summary>
    Commissioning,
    /// <summary>Known, switched off, free to be taken.</summary>
    Ready,
    /// <summary>Taken by somebody, nothing installed yet.</summary>
    Allocated,
    /// <summary>An operating system is being installed.</summary>
    Deploying,
    /// <summary>The installed system called home.</summary>
    Deployed,
    /// <summary>Being switched off and given back.</summary>
    Releasing,
    /// <summary>Commissioning ended badly; the reason is on the machine.</summary>
    FailedCommissioning,
    /// <summary>Deploying ended badly; the reason is on the machine.</summary>
    FailedDeploying,
    /// <summary>Releasing ended badly; the reason is on the machine.</summary>
    FailedReleasing,
}
