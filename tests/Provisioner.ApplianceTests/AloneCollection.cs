namespace Provisioner.ApplianceTests;

/// <summary>
/// Tests with machines that are emulated, or with libvirt's test driver, which is one for the whole process: one after the other, when all others have
/// ended. Firmware that waits for a key, or a machine's start, takes minutes where forty tests want the same core.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
