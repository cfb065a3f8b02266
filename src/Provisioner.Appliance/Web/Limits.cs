namespace Provisioner.Appliance.Web;

/// <summary>What pages and API take at most.</summary>
internal static class Limits
{
    /// <summary>Bytes of a body: the longest is a deploy with many SSH keys.</summary>
    public const int Body = 64 * 1024;
    /// <summary>Live streams open at once: more are refused, so that open tabs can't eat the process.</summary>
    public const int Streams = 256;
    /// <summary>SSH keys in one deploy.</summary>
    public const int SshKeys = 64;
    /// <summary>Tags on one machine.</summary>
    public const int Tags = 64;
    /// <summary>Machines in one order of the page.</summary>
    public const int Bulk = 1000;
    /// <summary>Events in one answer.</summary>
    public const int Events = 1000;
    /// <summary>Machines on one page of the list, and by default in one answer.</summary>
    public const int Page = 100;
}
