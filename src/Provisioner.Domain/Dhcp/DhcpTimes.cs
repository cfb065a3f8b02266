namespace Provisioner.Domain.Dhcp;

/// <summary>Times of the exchange.</summary>
public static class DhcpTimes
{
    /// <summary>Length of a lease where the subnet names none. Installed systems renew at half of it; a machine of ours keeps its address beyond it anyway.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromHours(1);
    /// <summary>T1 as a part of the lease, RFC 2131 §4.4.5.</summary>
    public const double Renewal = 0.5;
    /// <summary>T2 as a part of the lease, RFC 2131 §4.4.5.</summary>
    public const double Rebinding = 0.875;
    /// <summary>How long a declined address is given to nobody.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromMinutes(10);
}
