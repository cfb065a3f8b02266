namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>What a chassis is told: IPMI 2.0 table 28-4.</summary>
public enum ChassisOrder : byte
{
    /// <summary>Force into soft off (S4/S5) at once.</summary>
    PowerDown = 0,
    /// <summary>Power up.</summary>
    PowerUp = 1,
    /// <summary>Down, an interval of one second or more, up; need not switch on a chassis that is off.</summary>
    PowerCycle = 2,
    /// <summary>Hard reset; need not do anything to a chassis that is off.</summary>
    HardReset = 3,
    /// <summary>Diagnostic interrupt (NMI).</summary>
    DiagnosticInterrupt = 4,
    /// <summary>Soft shutdown by way of ACPI, emulating a fatal overtemperature.</summary>
    SoftShutdown = 5,
}

/// <summary>Chassis Control: IPMI 2.0 §28.3. Yes means "begun", not "done".</summary>
/// <param name="Order">What to do.</param>
public sealed record ChassisControl(ChassisOrder Order) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Chassis Control";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.Chassis;

    /// <inheritdoc/>
    public byte Command => 0x02;

    /// <inheritdoc/>
    public byte[] ToBytes() => [(byte)Order];

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;
}
