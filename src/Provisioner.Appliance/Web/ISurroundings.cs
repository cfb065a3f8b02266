using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web;

/// <summary>
/// What pages and API ask of the rest of the appliance besides <see cref="MachineBook"/>. The running appliance is one answer,
/// the rack of cardboard machines that the tests of pages look at is the other.
/// </summary>
internal interface ISurroundings
{
    /// <summary>Images that can be deployed.</summary>
    IReadOnlyList<ImageInfo> Images { get; }
    /// <summary>What lies among the images and can't be used, with the reason.</summary>
    IReadOnlyList<string> ImageFaults { get; }
    /// <summary>Roles of the catalog.</summary>
    IReadOnlyList<RoleChoice> Roles { get; }
    /// <summary>Networks that are served now.</summary>
    IReadOnlyList<ServedNetwork> Served { get; }
    /// <summary>What DHCP does on a served network: its ranges, or its mode.</summary>
    string DhcpInWords(ServedNetwork network);
    /// <summary>Network interfaces of this host.</summary>
    IReadOnlyList<InterfaceChoice> Interfaces { get; }
    /// <summary>The address that a machine has now, as far as its lease tells.</summary>
    IPAddress? AddressOf(Machine machine);
    /// <summary>How far the machine's agent has come with what it is at, or null.</summary>
    ProgressNow? ProgressOf(Machine machine);
    /// <summary>How far the machine's own role has come.</summary>
    RoleProgress RoleOf(Machine machine);
    /// <summary>Runs the deployed system's role once more.</summary>
    Task<Applied> RunRoleAsync(string id, string by);
    /// <summary>The script that makes a running machine, adopted before, one of ours; with its token in it.</summary>
    string InstallScript(Machine machine, IPAddress appliance);
    /// <summary>What DHCP would say to a DISCOVER, on each served network that it could come in on; nothing changes.</summary>
    IReadOnlyList<DhcpExplanation> ExplainDhcp(DhcpQuestion question);
    /// <summary>Orders power and completes when the order was read back.</summary>
    Task<Applied> OrderPowerAsync(string id, PowerAction action, string by, CancellationToken cancel);
    /// <summary>What is known of a machine's power now, with its age.</summary>
    PowerReading PowerOf(Machine machine);
    /// <summary>Kinds of power controllers that can be spoken to.</summary>
    IReadOnlyList<string> ControllerKinds { get; }
    /// <summary>Gives a machine a power controller, once it was spoken to.</summary>
    Task<Applied> SetControllerAsync(string id, ControllerWish wish, string by, CancellationToken cancel);
    /// <summary>Takes one of a machine's power controllers away.</summary>
    Task<Applied> RemoveControllerAsync(string id, string controller, string by);
    /// <summary>Begins to serve an interface. Null when it does, else one sentence with the cure.</summary>
    Task<string?> ServeAsync(string name, string by);
    /// <summary>Stops serving an interface. Null when it did, else one sentence.</summary>
    Task<string?> StopServingAsync(string name, string by);
}

/// <summary>A role that a machine can be given.</summary>
/// <param name="Alone">It needs nothing of others: a machine can have it without a bundle.</param>
internal sealed record RoleChoice(string Name, string Title, string Description, bool Alone = true);

/// <summary>A network interface of this host, as the page offers it.</summary>
/// <param name="Address">Its IPv4 address with prefix length, or null.</param>
/// <param name="IsUplink">The default route goes out here: an address server on it would answer the whole office.</param>
/// <param name="Obstacle">Why it can't be served, with the cure, or null.</param>
internal sealed record InterfaceChoice(string Name, string? Address, bool IsUp, bool IsUplink, bool IsServed, string? Obstacle);
