using Provisioner.Appliance.Power;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Power;
using Provisioner.Wire;

namespace Provisioner.Appliance.Machines;

/// <summary>What a machine's controller can be told to boot it from besides PXE: files that the appliance serves.</summary>
internal sealed class BootSources(ServiceControl control, LeaseBook leases, ApplianceOptions options)
{
    /// <summary>The errand for its next boot.</summary>
    public BootErrand ErrandFor(Machine machine, BootDevice device)
    {
        if (device is not BootDevice.Pxe || NetworkOf(machine) is not { } network) return new(device, null, null, machine.BootTried);
        string loader = BootWish.Of(machine).Chain == BootChain.Signed ? BootFileChoice.ShimX64 : BootFileChoice.UefiAllDrivers;
        return new(device, FileOn(network, loader), FileOn(network, BootFileChoice.Iso), machine.BootTried);
    }

    private Uri? FileOn(ServedNetwork network, string name) =>
        File.Exists(Path.Combine(options.BootFiles, name)) ? new($"http://{network.Address}:{network.FilePort}/boot/{name}") : null;

    // The network that it has an address on; else the first that is served.
    private ServedNetwork? NetworkOf(Machine machine)
    {
        var served = control.Served;
        foreach (string mac in machine.Macs)
            if (MacAddress.TryParse(mac, out var parsed) && leases.ByMac(parsed) is { } lease && served.FirstOrDefault(n => n.Subnet.Contains(lease.Address)) is { } network)
                return network;
        return served.FirstOrDefault();
    }
}
