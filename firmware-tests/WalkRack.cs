namespace Provisioner.FirmwareTests;

/// <summary>One BIOS server dressed as a ProLiant and one UEFI server dressed as a PowerEdge.</summary>
public sealed class WalkRack() : RackFixture("w",
    "name=alpha,firmware=bios,vendor=hp,disk=8G,memory=1536",
    "name=beta,firmware=uefi,vendor=dell,disk=8G,memory=1536");
