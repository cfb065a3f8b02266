namespace Provisioner.Domain.Dhcp;

/// <summary>Times of the exchange.</summary>
public static class DhcpTimes
{
    /// <summary>Length of a lease. Installed systems renew at half of it; a machine of ours keeps its address beyond it anyway.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    /// <summary>T1, RFC 2131 §4.4.5: half.</summary>
    public static readonly TimeSpan Renewal = Lease / 2;
    /// <summary>T2, RFC 2131 §4.4.5: seven eighths.</summary>
    public static readonly TimeSpan Rebinding = Lease * 7 / 8;
    /// <summary>How long a declined address is given to nobody.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(10);
}
