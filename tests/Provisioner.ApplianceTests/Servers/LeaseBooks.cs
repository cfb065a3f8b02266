using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Networks;
using Provisioner.Tests.Networks;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>Lease books of one network, for servers that are tested by themselves.</summary>
internal static class LeaseBooks
{
    public static LeaseBook Of(LeaseJournal journal, ServedNetwork network, string? first = "10.77.1.0", string? last = "10.77.1.255", string? machine = null)
    {
        var leases = new LeaseBook(journal, mac => mac.ToString() == machine ? "calm-otter" : null);
        leases.Settle(Models.Of(network, first, last), [network]);
        return leases;
    }
}
