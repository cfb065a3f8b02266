using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Store.Leases;

/// <summary>
/// Leases that reach the disk together: all that were appended since the last commit. Whoever appended holds on to it and asks
/// <see cref="LeaseJournal.IsDurable"/>; the first who asks writes for all.
/// </summary>
internal sealed class LeaseCommit
{
    internal enum Outcome { Waiting, Durable, Failed }

    private byte[] _octets = new byte[64 * LeaseRecord.PutLength];
    private int _length;
    private readonly List<Lease> _leases = [];

    internal Outcome State { get; set; }
    internal ReadOnlySpan<byte> Octets => _octets.AsSpan(0, _length);
    internal bool IsEmpty => _length == 0;

    /// <summary>The leases in it, in order.</summary>
    public IReadOnlyList<Lease> Leases => _leases;

    /// <summary>Why it is not on disk, for a person; empty while it waits, and when it is.</summary>
    public string Why { get; internal set; } = "";

    internal void Add(Lease lease)
    {
        if (_octets.Length - _length < LeaseRecord.PutLength) Array.Resize(ref _octets, _octets.Length * 2);
        _length += LeaseRecord.Write(lease, _octets.AsSpan(_length));
        _leases.Add(lease);
    }

    /// <summary>Brings what is known to be on disk up to date.</summary>
    internal void ApplyTo(Dictionary<Ipv4Address, Lease> durable)
    {
        foreach (var lease in _leases) durable[lease.Address] = lease;
    }
}
