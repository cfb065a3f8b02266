namespace Provisioner.Appliance.Web.Api.Hypervisors;

/// <summary>Hypervisor hosts.</summary>
internal sealed record HostList(IReadOnlyList<HostDto> Hosts);

/// <summary>A hypervisor host.</summary>
/// <param name="Kind">libvirt or vsphere.</param>
/// <param name="Address">A libvirt URI, or https://HOST/sdk.</param>
/// <param name="Username">User there; the password is never told.</param>
/// <param name="Fingerprint">SHA-256 of its TLS certificate, pinned when it was seen first; empty where libvirt checks it.</param>
/// <param name="Enlist">Its machines become machines of the appliance by themselves.</param>
/// <param name="Product">What it says that it is.</param>
/// <param name="State">connecting, connected or unreachable.</param>
/// <param name="SeenAt">When it was heard last.</param>
/// <param name="WhyNot">Why it is unreachable, or null.</param>
/// <param name="Machines">How many virtual machines it has.</param>
internal sealed record HostDto(
    string Id, string Name, string Kind, string Address, string Username, string Fingerprint, bool Enlist, string Product, string State, DateTimeOffset? SeenAt, string? WhyNot, int Machines);

/// <summary>The virtual machines of a host, by name.</summary>
internal sealed record HostMachineList(IReadOnlyList<HostMachineDto> Machines);

/// <summary>A virtual machine of a host.</summary>
/// <param name="Id">Its id there.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Uuid">Its SMBIOS UUID.</param>
/// <param name="Firmware">bios, uefi, or empty where it is not told.</param>
/// <param name="Power">on, off or unknown.</param>
/// <param name="Machine">The machine of the appliance that it is, or null.</param>
/// <param name="WhyNot">Why it is none, or null.</param>
internal sealed record HostMachineDto(
    string Id, string Name, string Uuid, IReadOnlyList<string> Macs, string Firmware, int Cpus, long MemoryMiB, string Power, HostMachineOfDto? Machine, string? WhyNot);

/// <summary>A machine of the appliance.</summary>
internal sealed record HostMachineOfDto(string Id, string Name);

/// <summary>A host to be added, or what is to be changed of one.</summary>
/// <param name="Address">Only when it is added: a libvirt URI (qemu:///system, qemu+ssh://root@kvm.example/system), or name or address of an ESXi or vCenter.</param>
/// <param name="Name">By default its host name.</param>
/// <param name="Username">User there.</param>
/// <param name="Password">Password there.</param>
/// <param name="Fingerprint">SHA-256 that its certificate must have; empty: whichever it shows next is pinned.</param>
/// <param name="Enlist">Its machines become machines of the appliance by themselves; true by default.</param>
internal sealed record HostBody(string? Address, string? Name, string? Username, string? Password, string? Fingerprint, bool? Enlist);
