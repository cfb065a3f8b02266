using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Roles;

/// <summary>A machine's name and address.</summary>
public sealed record HostEntry(string Name, IPAddress Address);

/// <summary>What all machines of a place have in common.</summary>
/// <param name="Domain">Their domain, without a trailing dot; may be empty.</param>
/// <param name="Appliance">The appliance's address on their network.</param>
/// <param name="TimeServers">The time servers that are given to machines; may be empty.</param>
public sealed record Site(string Domain, IPAddress Appliance, ImmutableArray<IPAddress> TimeServers);

/// <summary>What a role is told of the world: everything that its templates know without a parameter.</summary>
/// <param name="Machine">The machine that the role is for.</param>
/// <param name="Hosts">All machines of the deployment, that one among them, sorted by name.</param>
/// <param name="Domain">Their domain.</param>
/// <param name="Appliance">The appliance's address on their network.</param>
/// <param name="TimeServers">Where they get the time from; never empty.</param>
/// <param name="Operator">The operator's account.</param>
/// <param name="SshKeys">The operator's public keys.</param>
public sealed record RoleFacts(
    HostEntry Machine, ImmutableArray<HostEntry> Hosts, string Domain, IPAddress Appliance,
    ImmutableArray<IPAddress> TimeServers, string Operator, ImmutableArray<string> SshKeys)
{
    /// <summary>The facts' names, as templates spell them, with their kinds.</summary>
    public static readonly FrozenDictionary<string, ValueKind> Kinds = new Dictionary<string, ValueKind>
    {
        ["machine.name"] = ValueKind.Text,
        ["machine.fqdn"] = ValueKind.Text,
        ["machine.address"] = ValueKind.Text,
        ["deployment.hosts"] = ValueKind.List,
        ["site.domain"] = ValueKind.Text,
        ["site.appliance"] = ValueKind.Text,
        ["site.time_servers"] = ValueKind.List,
        ["operator.name"] = ValueKind.Text,
        ["operator.ssh_keys"] = ValueKind.List,
    }.ToFrozenDictionary();

    /// <summary>
    /// Gathers the facts for a deployed machine. Machines of the deployment are those that are deployed with the same role and have
    /// an address, and the machine itself.
    /// </summary>
    /// <param name="machine">The machine; it has a deployment.</param>
    /// <param name="address">Its address, as its call came from.</param>
    /// <param name="all">All machines.</param>
    /// <param name="addressOf">The address that another machine has, or null.</param>
    /// <param name="site">What all machines there have in common.</param>
    public static RoleFacts Gather(
        Machine machine, IPAddress address, IEnumerable<Machine> all, Func<Machine, IPAddress?> addressOf, Site site)
    {
        var deployment = machine.Deployment ?? throw new ArgumentException($"{machine.Name} has no deployment", nameof(machine));
        var self = new HostEntry(machine.Name, address);
        var others = all
            .Where(m => m.Id != machine.Id && m.State is MachineState.Deployed && m.Deployment?.Role == deployment.Role)
            .Select(m => addressOf(m) is { } a ? new HostEntry(m.Name, a) : null)
            .OfType<HostEntry>();
        // Without a configured time server the appliance is asked: the one address that a machine in a closed network surely reaches.
        // A public pool would be a call to strangers that nobody ordered.
        var time = site.TimeServers.IsDefaultOrEmpty ? [site.Appliance] : site.TimeServers;
        return new(self, [.. others.Append(self).OrderBy(h => h.Name, StringComparer.Ordinal)],
            site.Domain, site.Appliance, time, deployment.Operator, deployment.SshKeys);
    }

    /// <summary>The facts as values for templates.</summary>
    /// <exception cref="RoleValueException">one of them can't be a line of a file.</exception>
    public Values ToValues() => Values.None
        .With("machine.name", Machine.Name)
        .With("machine.fqdn", Fqdn(Machine))
        .With("machine.address", Machine.Address.ToString())
        .With("deployment.hosts", Hosts.Select(h => $"{h.Address} {Names(h)}"))
        .With("site.domain", Domain)
        .With("site.appliance", Appliance.ToString())
        .With("site.time_servers", TimeServers.Select(t => t.ToString()))
        .With("machine.number", new Value(ValueKind.Number, ["0"]))
        .With("machine.first", Value.Of(true))
        .With("application.names", [Machine.Name])
        .With("application.addresses", [Machine.Address.ToString()])
        .With("operator.name", Operator)
        .With("operator.ssh_keys", SshKeys);

    private string Fqdn(HostEntry host) => Domain.Length > 0 ? $"{host.Name}.{Domain}" : host.Name;

    // hosts(5): canonical name first, aliases after it.
    private string Names(HostEntry host) => Domain.Length > 0 ? $"{Fqdn(host)} {host.Name}" : host.Name;
}
