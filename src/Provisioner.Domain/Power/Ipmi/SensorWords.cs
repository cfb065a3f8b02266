using System.Collections.Frozen;

namespace Provisioner.Domain.Power.Ipmi;

/// <summary>How bad a state is.</summary>
public enum Health
{
    /// <summary>As it should be, or only said.</summary>
    Ok,
    /// <summary>Worth a look.</summary>
    Warning,
    /// <summary>Something fails, or has.</summary>
    Critical,
}

/// <summary>Names of sensor types and of their states: IPMI 2.0 tables 42-2 and 42-3.</summary>
public static class SensorWords
{
    /// <summary>A threshold sensor: table 42-1.</summary>
    public const byte Threshold = 0x01;

    /// <summary>States are those of the sensor type: table 42-1.</summary>
    public const byte SensorSpecific = 0x6f;

    private static readonly string[] Types =
    [
        "reserved", "temperature", "voltage", "current", "fan", "physical security", "security violation attempt", "processor", "power supply", "power unit",
        "cooling device", "other units", "memory", "drive slot", "POST memory resize", "firmware progress", "event logging", "watchdog 1", "system event",
        "critical interrupt", "button", "module", "microcontroller", "add-in card", "chassis", "chip set", "other FRU", "cable", "terminator", "system start",
        "boot error", "OS boot", "OS stop", "slot", "ACPI power state", "watchdog 2", "platform alert", "entity presence", "monitor chip", "LAN",
        "management health", "battery", "session audit", "version change", "FRU state",
    ];

    // By event/reading type; "!" is critical, "?" a warning.
    private static readonly FrozenDictionary<byte, string[]> Generic = new Dictionary<byte, string>
    {
        [0x02] = "transition to idle|transition to active|transition to busy",
        [0x03] = "state deasserted|state asserted",
        [0x04] = "predictive failure deasserted|?predictive failure",
        [0x05] = "limit not exceeded|?limit exceeded",
        [0x06] = "performance met|?performance lags",
        [0x07] = "OK|?non-critical|!critical|!non-recoverable|?non-critical, was worse|!critical, was non-recoverable|!non-recoverable|monitor|informational",
        [0x08] = "device absent|device present",
        [0x09] = "device disabled|device enabled",
        [0x0a] = "running|in test|power off|on line|off line|off duty|?degraded|power save|!install error",
        [0x0b] = "fully redundant|!redundancy lost|?redundancy degraded|?not redundant, enough, was redundant|?not redundant, enough, was not enough|!not redundant, not enough|?redundancy degraded, was full|?redundancy degraded, was none",
        [0x0c] = "D0 power state|D1 power state|D2 power state|D3 power state",
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Split('|'));

    // By sensor type.
    private static readonly FrozenDictionary<byte, string[]> Specific = new Dictionary<byte, string>
    {
        [0x05] = "?chassis open|?drive bay open|?I/O card area open|?processor area open|?LAN cable off|?unauthorized dock|?fan area open",
        [0x06] = "?secure mode violation|?wrong user password at start|?wrong setup password|?wrong network boot password|?wrong password at start|?wrong password over the network",
        [0x07] = "!IERR|!thermal trip|!FRB1/BIST failure|!FRB2: hung in POST|!FRB3: did not start|!configuration error|!uncorrectable error|present|?disabled|terminator present|?throttled|!machine check|?corrected machine check",
        [0x08] = "present|!failure|?predictive failure|!input lost|!input lost or out of range|?input out of range|!configuration error|inactive",
        [0x09] = "power off|power cycle|!240 VA power down|!interlock power down|!AC lost|!soft power control failure|!failure|?predictive failure",
        [0x0c] = "?correctable ECC error|!uncorrectable ECC error|!parity error|!memory scrub failed|!memory device disabled|!limit of correctable ECC errors reached|present|!configuration error|spare|?throttled|!critical overtemperature",
        [0x0d] = "drive present|!drive fault|?predictive failure|hot spare|consistency check|!in a critical array|!in a failed array|?rebuild in progress|!rebuild aborted",
        [0x0f] = "!firmware error (POST)|!firmware hang|firmware progress",
        [0x10] = "?logging of correctable memory errors is off|?logging of an event type is off|log cleared|?all logging is off|?log full|?log almost full|?logging of corrected machine checks is off",
        [0x11] = "!BIOS watchdog reset|!OS watchdog reset|!OS watchdog shutdown|!OS watchdog power down|!OS watchdog power cycle|!OS watchdog NMI|?OS watchdog expired|?OS watchdog about to expire",
        [0x12] = "system reconfigured|OEM boot event|!undetermined hardware failure|entry in the auxiliary log|PEF action|clock synchronized",
        [0x13] = "?front panel NMI|!bus timeout|!I/O channel check NMI|?software NMI|!PCI PERR|!PCI SERR|!EISA fail-safe timeout|?bus correctable error|!bus uncorrectable error|!fatal NMI|!bus fatal error|?bus degraded",
        [0x14] = "power button pressed|sleep button pressed|reset button pressed|latch open|service button pressed",
        [0x19] = "!soft power control failure|!thermal trip",
        [0x1b] = "connected|!configuration error",
        [0x1d] = "power up|hard reset|warm reset|PXE boot asked for|boot to diagnostics|hard reset by the OS|warm reset by the OS|restart",
        [0x1e] = "?no bootable medium|?diskette not bootable|?no PXE server|?invalid boot sector|?nobody chose a boot source in time",
        [0x1f] = "booted from A:|booted from C:|booted by PXE|booted diagnostics|booted from CD|booted from ROM|booted|installation started|installation completed|?installation aborted|!installation failed",
        [0x20] = "!stopped while loading|!stopped at run time (panic)|stopped|shut down|shut down by PEF|?agent does not respond",
        [0x21] = "!fault|identified|device installed|ready for a device|ready for removal|power off|removal asked for|interlock|disabled|holds a spare",
        [0x22] = "S0: on|S1: sleeping|S2: sleeping|S3: suspended|S4: hibernated|S5: off|S4/S5: off|G3: no power|sleeping|sleeping|S5 by override|legacy on|legacy off||unknown",
        [0x23] = "?timer expired|!hard reset|!power down|!power cycle|||||?timer interrupt",
        [0x25] = "present|absent|disabled",
        [0x27] = "!heartbeat lost|heartbeat",
        [0x28] = "?sensor access degraded|?controller access degraded|!controller off line|!controller unavailable|!sensor failure|!FRU failure",
        [0x29] = "?low|!failed|present",
        [0x2a] = "session opened|session closed|?wrong user or password|?user disabled after wrong passwords",
        [0x2c] = "not installed|inactive|activation asked for|activating|active|deactivation asked for|deactivating|?communication lost",
    }.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.Split('|'));

    private static readonly string[] Thresholds =
        ["below lower non-critical", "below lower critical", "below lower non-recoverable", "above upper non-critical", "above upper critical", "above upper non-recoverable"];

    /// <summary>A sensor type's name.</summary>
    public static string TypeName(byte type) => type < Types.Length ? Types[type] : type >= 0xc0 ? $"OEM sensor 0x{type:x2}" : $"sensor type 0x{type:x2}";

    /// <summary>A state's name and how bad it is, by its bit.</summary>
    /// <param name="eventType">Event/reading type: table 42-1.</param>
    /// <param name="sensorType">Sensor type: table 42-3.</param>
    /// <param name="offset">The state's bit.</param>
    public static (string Words, Health Health) State(byte eventType, byte sensorType, int offset)
    {
        string[]? table = eventType == SensorSpecific ? Specific.GetValueOrDefault(sensorType) : Generic.GetValueOrDefault(eventType);
        string words = table is not null && offset < table.Length ? table[offset] : "";
        return words.Length == 0 ? ($"state {offset}", Health.Ok) : words[0] switch
        {
            '!' => (words[1..], Health.Critical),
            '?' => (words[1..], Health.Warning),
            _ => (words, Health.Ok),
        };
    }

    /// <summary>The threshold that is passed, by its bit in a reading's states.</summary>
    public static (string Words, Health Health) PassedThreshold(int bit) => (Thresholds[bit], bit % 3 == 0 ? Health.Warning : Health.Critical);

    /// <summary>A threshold event, by its offset: even ones go low, odd ones go high (table 42-2).</summary>
    public static (string Words, Health Health) ThresholdEvent(int offset)
    {
        if (offset > 11) return ($"threshold event {offset}", Health.Warning);
        string level = (offset / 2 % 3) switch { 0 => "non-critical", 1 => "critical", _ => "non-recoverable" };
        return ($"{(offset < 6 ? "lower" : "upper")} {level} going {(offset % 2 == 0 ? "low" : "high")}", offset / 2 % 3 == 0 ? Health.Warning : Health.Critical);
    }
}
