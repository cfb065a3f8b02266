using System.Collections.Immutable;
using Provisioner.Appliance.Roles;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Web.Api;

// What the API says, record by record: what isn't named here (sealed passwords, token hashes, sessions) can't leave by accident.

/// <summary>Machines, the page that was asked for.</summary>
/// <param name="Total">How many match, over all pages.</param>
internal sealed record MachineList(IReadOnlyList<MachineDto> Machines, int Total);

/// <summary>One machine.</summary>
/// <param name="State">new, commissioning, ready, allocated, deploying, deployed, releasing, failed-commissioning, failed-deploying, failed-releasing.</param>
/// <param name="Possible">What can be asked of it now: commission, allocate, deploy, release, abort, delete, power.</param>
/// <param name="Address">The address of its lease, where it has one.</param>
internal sealed record MachineDto(
    string Id, string Name, string State, DateTimeOffset StateSince, DateTimeOffset? Deadline, string Phase, string? Failure,
    IReadOnlyList<string> Possible, ImmutableArray<string> Macs, string? Uuid, string? Firmware, string? Address, IReadOnlyList<string> Tags,
    PowerDto Power, BmcDto? Bmc, IReadOnlyList<ControllerDto> Controllers, DeploymentDto? Deployment, Inventory? Inventory);

/// <summary>What is known of the power.</summary>
/// <param name="State">on, off, or unknown: then the last try to read it failed.</param>
/// <param name="SeenAt">When it was last read.</param>
/// <param name="Error">Why it can't be read now.</param>
/// <param name="LastState">What was read then: the same as state, but where it is unknown.</param>
/// <param name="UnknownSince">Since when it can't be read.</param>
internal sealed record PowerDto(string State, DateTimeOffset? SeenAt, string? Error, string LastState, DateTimeOffset? UnknownSince, bool AtOutlet);

/// <summary>A power controller of a machine; its secrets stay where they are.</summary>
/// <param name="Id">Its name within the machine: the kind, with a number from the second on.</param>
/// <param name="Settings">What its kind needs besides: system, outlet, vm, fingerprint …</param>
/// <param name="ByHand">A person gave it; else the machine's agent found it.</param>
internal sealed record ControllerDto(
    string Id, string Kind, string Address, int Port, string Username, string Privilege, string FirmwareVersion, IReadOnlyDictionary<string, string> Settings, bool ByHand);

/// <summary>A machine's power controllers, the preferred one first, and what is known of its power.</summary>
internal sealed record ControllerList(IReadOnlyList<ControllerDto> Controllers, PowerDto Power);

/// <summary>How the BMC is reached; the password stays where it is.</summary>
internal sealed record BmcDto(string Kind, string Address, int Port, string Username, string Privilege, int ManufacturerId, string FirmwareVersion);

/// <summary>The system on a machine, or wanted on it.</summary>
internal sealed record DeploymentDto(
    string Id, string Image, string? Role, ImmutableArray<string> SshKeys, string Operator, string By, string? Disk, DateTimeOffset? HomeAt, RoleProgress RoleProgress);

/// <summary>An image that can be deployed. Sizes in bytes.</summary>
internal sealed record ImageDto(string Name, string Title, string Os, string Release, string Architecture, long SizeBytes, long RawBytes, string Sha256);

/// <summary>All images, and what lies among them and can't be used.</summary>
internal sealed record ImageList(IReadOnlyList<ImageDto> Images, IReadOnlyList<string> Faults);

/// <summary>A role of the catalog.</summary>
internal sealed record RoleDto(string Name, string Title, string Description);

/// <summary>All roles.</summary>
internal sealed record RoleList(IReadOnlyList<RoleDto> Roles);

/// <summary>One event of a timeline.</summary>
/// <param name="Level">info, warning or error.</param>
internal sealed record EventDto(
    long Seq, string Machine, DateTimeOffset At, string Kind, string Text, string Level, long? Bytes, double? Seconds, string By);

/// <summary>Events, oldest first.</summary>
/// <param name="Next">Ask with after=Next for those that come later.</param>
internal sealed record EventList(IReadOnlyList<EventDto> Events, long Next);

/// <summary>Where the time of the last walk went. Times in seconds.</summary>
/// <param name="Walk">commission, deploy or boot.</param>
internal sealed record BreakdownDto(string Machine, string Walk, DateTimeOffset Start, bool Ended, double TotalSeconds, IReadOnlyList<PartDto> Parts, IReadOnlyList<SpanDto> Spans);

/// <summary>A part of the walk, summed up.</summary>
internal sealed record PartDto(string Part, double Seconds);

/// <summary>A stretch of the walk, in order of time.</summary>
internal sealed record SpanDto(string Part, double From, double Seconds);

/// <summary>A key, without its secret.</summary>
internal sealed record KeyDto(string Id, string Name, string Prefix, bool ReadOnly, string Owner, DateTimeOffset Created, DateTimeOffset Expires);

/// <summary>All keys.</summary>
internal sealed record KeyList(IReadOnlyList<KeyDto> Keys);

/// <summary>A key that was just made, with its secret: shown this once.</summary>
internal sealed record NewKeyDto(KeyDto Key, string Secret);

/// <summary>How the appliance is.</summary>
/// <param name="MachinesByState">How many machines stand where.</param>
internal sealed record SystemDto(
    string Version, DateTimeOffset StartedAt, IReadOnlyList<ServedDto> Served, IReadOnlyList<InterfaceDto> Interfaces, IReadOnlyDictionary<string, int> MachinesByState,
    int Images, int Roles, long LastEvent, long MemoryBytes);

/// <summary>A served network.</summary>
/// <param name="Dhcp">What DHCP does there: its ranges, or its mode.</param>
internal sealed record ServedDto(string Interface, string Address, int PrefixLength, string Subnet, string Dhcp, string Domain);

/// <summary>An interface of the host.</summary>
internal sealed record InterfaceDto(string Name, string? Address, bool IsUp, bool IsUplink, bool IsServed, string? Obstacle);

/// <summary>What DHCP would say.</summary>
/// <param name="Answers">One for each served network that the message could come in on.</param>
/// <param name="Text">The same as a table for people.</param>
internal sealed record ExplanationDto(string Mac, IReadOnlyList<ExplainedDto> Answers, string Text);

/// <summary>The answer on one network.</summary>
/// <param name="Answer">offer or silence.</param>
/// <param name="Why">One sentence.</param>
/// <param name="Address">The address that would be offered; it is not held.</param>
/// <param name="Reasons">Every reason on the way, in order.</param>
internal sealed record ExplainedDto(
    string Interface, string Subnet, string Answer, string Why, string? Address, string? NextServer, string? File, IReadOnlyList<ReasonDto> Reasons, IReadOnlyList<DhcpOptionDto> Options);

/// <summary>A reason: network, machine, client, lease, address, boot, sent to, or silence.</summary>
internal sealed record ReasonDto(string Step, string Says);

/// <summary>An option of the answer; values that are neither text, address nor time in hexadecimal.</summary>
internal sealed record DhcpOptionDto(int Code, string Name, string Value);

// What the API takes. They describe bodies in the OpenAPI document; Fields reads them, so that all faults are told at once.

/// <summary>A deploy.</summary>
/// <param name="Image">Name of an image.</param>
/// <param name="Role">Name of a role; none by default.</param>
/// <param name="SshKeys">Public keys for the operator's account, one line of authorized_keys each.</param>
/// <param name="Operator">Name of the operator's account; <c>operator</c> by default.</param>
/// <param name="EraseForeignData">Consent to overwrite data that no install of this appliance wrote; false by default.</param>
/// <param name="Disk">Kernel name of the disk (sda); by default the smallest that the image fits on.</param>
internal sealed record DeployBody(string Image, string? Role, string[]? SshKeys, string? Operator, bool? EraseForeignData, string? Disk);

/// <summary>A power order: on, off, cycle, reset or soft-off.</summary>
internal sealed record PowerBody(string Action);

/// <summary>A power controller. What isn't said is found out by speaking to it.</summary>
/// <param name="Address">Address, host name or URI.</param>
/// <param name="Kind">ipmi, redfish …; by default what answers there: Redfish, then IPMI.</param>
/// <param name="Port">By default the kind's usual one.</param>
/// <param name="Privilege">IPMI's privilege level of the user: administrator (the default) or operator.</param>
/// <param name="Settings">What the kind needs besides: system, outlet, vm, mac, fingerprint, profile …</param>
/// <param name="Secrets">Further secrets: kg, auth, priv, community …</param>
/// <param name="First">It is the preferred one from now on; false by default.</param>
/// <param name="Force">Take it though it says that it is in another machine than this; false by default.</param>
internal sealed record ControllerBody(
    string Address, string? Kind, int? Port, string? Username, string? Password, string? Privilege, Dictionary<string, string>? Settings, Dictionary<string, string>? Secrets, bool? First, bool? Force);

/// <summary>A new host name.</summary>
internal sealed record RenameBody(string Name);

/// <summary>All tags that the machine is to have from now on.</summary>
internal sealed record TagsBody(string[] Tags);

/// <summary>A key to be made.</summary>
/// <param name="ExpiresInDays">1 to 3650; 365 by default.</param>
internal sealed record KeyBody(string Name, bool? ReadOnly, int? ExpiresInDays);

/// <summary>A DISCOVER that nobody has sent.</summary>
/// <param name="Mac">Whose.</param>
/// <param name="Architecture">Option 93: 0 BIOS, 7 UEFI x64, 16 UEFI x64 over HTTP; without it (and without iPXE) no boot client.</param>
/// <param name="Ipxe">It is iPXE already; false by default.</param>
/// <param name="UserClass">Option 77, instead of ipxe.</param>
/// <param name="Giaddr">The relay's address; none by default.</param>
/// <param name="LinkSelection">An address of the link that the relay asks for (RFC 3527), where its own isn't on it.</param>
internal sealed record ExplainBody(string Mac, int? Architecture, bool? Ipxe, string? UserClass, string? Giaddr, string? LinkSelection);
