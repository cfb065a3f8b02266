namespace Provisioner.Wire.Syslog;

/// <summary>How grave a line is, RFC 5424 §6.2.1 table 2.</summary>
public enum SyslogSeverity
{
    /// <summary>System is unusable.</summary>
    Emergency,
    /// <summary>Action must be taken at once.</summary>
    Alert,
    /// <summary>Critical conditions.</summary>
    Critical,
    /// <summary>Error conditions.</summary>
    Error,
    /// <summary>Warning conditions.</summary>
    Warning,
    /// <summary>Normal but significant.</summary>
    Notice,
    /// <summary>Informational.</summary>
    Informational,
    /// <summary>For those who look for a fault.</summary>
    Debug,
}

/// <summary>One line, whichever of the two forms it came in. Its time and host name are not kept: the appliance's clock and the sender's lease say better.</summary>
/// <param name="Facility">0 to 23, RFC 5424 table 1.</param>
/// <param name="Severity">How grave.</param>
/// <param name="Application">Who says it: the tag of RFC 3164, the APP-NAME of RFC 5424; empty where none is named.</param>
/// <param name="Text">What it says: one line, printable, at most <see cref="SyslogCodec.LongestText"/> characters and an ellipsis.</param>
public sealed record SyslogMessage(int Facility, SyslogSeverity Severity, string Application, string Text);
