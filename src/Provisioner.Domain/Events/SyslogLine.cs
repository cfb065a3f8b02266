using Provisioner.Wire.Syslog;

namespace Provisioner.Domain.Events;

/// <summary>A syslog line as a timeline shows it.</summary>
public static class SyslogLine
{
    /// <summary>Its kind: the machine's own words, which can't look like a line of the appliance's.</summary>
    public const string Kind = "syslog";

    /// <summary>Its text and how much to care.</summary>
    public static (string Text, Level Level) Of(SyslogMessage message) => (
        message.Application.Length > 0 ? $"{message.Application}: {message.Text}" : message.Text,
        message.Severity switch
        {
            <= SyslogSeverity.Critical => Level.Error,
            <= SyslogSeverity.Warning => Level.Warning, // many a program's "error" is a file that it can do without
            _ => Level.Info,
        });
}
