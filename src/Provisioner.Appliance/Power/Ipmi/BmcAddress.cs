namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Where a BMC is, and how long it is waited for.</summary>
internal sealed record BmcAddress(string Address, int Port, IpmiTimings Timings, TimeProvider Clock);
