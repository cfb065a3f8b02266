namespace Provisioner.Domain.Power.Redfish;

/// <summary>How far a machine's start is, in words: DSP0268 ComputerSystem BootProgress LastState, and PostState of HPE's.</summary>
public static class BootProgress
{
    /// <summary>Half a sentence, or null where there is nothing to tell.</summary>
    public static string? InWords(string state) => state switch
    {
        "" or "None" or "Null" or "Unknown" => null,
        "PrimaryProcessorInitializationStarted" => "the first processor starts",
        "BusInitializationStarted" => "buses are set up",
        "MemoryInitializationStarted" => "memory is set up",
        "SecondaryProcessorInitializationStarted" => "the other processors start",
        "PCIResourceConfigStarted" => "PCI devices are set up",
        "SystemHardwareInitializationComplete" => "the hardware is set up",
        "SetupEntered" => "it is in its firmware's setup: somebody has to leave that",
        "OSBootStarted" => "the firmware hands over to what it boots",
        "OSRunning" => "an operating system runs",
        "InPost" => "the firmware is at work (POST)",
        "InPostDiscoveryComplete" => "the firmware has found its devices",
        "FinishedPost" => "the firmware is done (POST)",
        "PowerOff" => "it is off",
        // OEM and whatever later versions of the schema bring.
        _ => $"the controller says {state}",
    };
}
