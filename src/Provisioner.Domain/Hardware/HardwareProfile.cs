using System.Collections.Immutable;

namespace Provisioner.Domain.Hardware;

/// <summary>What a profile is of.</summary>
public enum HardwareKind
{
    /// <summary>A server, by its model.</summary>
    Server,
    /// <summary>A family of management controllers, whatever server it is in.</summary>
    Controller,
    /// <summary>A virtual machine, by its hypervisor.</summary>
    VirtualMachine,
}

/// <summary>How a model of server or a family of controllers differs from the papers: one file of catalog/hardware, read and checked.</summary>
/// <param name="Name">Its name, the same as its file's: <c>proliant-dl360-g7</c>.</param>
/// <param name="Title">As people say it: <c>ProLiant DL360 G7</c>.</param>
/// <param name="Kind">What it is of.</param>
/// <param name="Controller">The profile of the controller that is in it, whose quirks are its own too; null for none.</param>
/// <param name="Matches">What it is known by; any of them is enough.</param>
/// <param name="Protocols">Kinds of power controllers to try, the best first: <c>redfish</c>, <c>ipmi</c>.</param>
/// <param name="Quirks">How it differs.</param>
/// <param name="Waits">Waits that differ from the usual ones.</param>
/// <param name="Users">Names of the users that come with it, for a person who looks for one.</param>
/// <param name="Notes">What a person should know.</param>
public sealed record HardwareProfile(
    string Name, string Title, HardwareKind Kind, string? Controller, ImmutableArray<HardwareMatch> Matches, ImmutableArray<string> Protocols,
    ImmutableArray<Quirk> Quirks, HardwareWaits Waits, ImmutableArray<string> Users, string Notes)
{
    /// <summary>Of hardware that nobody described: no quirks, the usual waits.</summary>
    public static readonly HardwareProfile Unknown = new("unknown", "unknown hardware", HardwareKind.Server, null, [], ["redfish", "ipmi"], [], HardwareWaits.Usual, [], "");

    /// <summary>Whether it has a quirk: a name of <see cref="QuirkNames"/>.</summary>
    public bool Has(string quirk) => Quirks.Any(q => q.Name == quirk);

    /// <summary>With what its controller adds: quirks, waits and users that it does not say itself.</summary>
    internal HardwareProfile With(HardwareProfile controller) => this with
    {
        Protocols = Protocols.IsEmpty ? controller.Protocols : Protocols,
        Quirks = [.. Quirks, .. controller.Quirks.Where(q => !Has(q.Name))],
        Waits = Waits.Over(controller.Waits),
        Users = Users.IsEmpty ? controller.Users : Users,
        Notes = string.Join('\n', new[] { Notes, controller.Notes }.Where(note => note.Length > 0)),
    };
}

/// <summary>One way in which hardware differs.</summary>
/// <param name="Name">One of <see cref="QuirkNames"/>.</param>
/// <param name="Source">Who says so: a document with its section, a manual page, a bug report; or <c>general knowledge</c>.</param>
/// <param name="Note">What was seen; may be empty.</param>
public sealed record Quirk(string Name, string Source, string Note);

/// <summary>Waits that differ from the usual ones; null for the usual one.</summary>
/// <param name="OffBeforeOn">How long the machine stays off in a power cycle.</param>
/// <param name="Follow">How long the power state may take to follow an order: it is not given again before, and not found ignored.</param>
/// <param name="Restart">How long the controller itself is away when it restarts with its machine: so long its silence is borne.</param>
public sealed record HardwareWaits(TimeSpan? OffBeforeOn, TimeSpan? Follow, TimeSpan? Restart)
{
    /// <summary>The usual ones.</summary>
    public static readonly HardwareWaits Usual = new(null, null, null);

    internal HardwareWaits Over(HardwareWaits other) =>
        new(OffBeforeOn ?? other.OffBeforeOn, Follow ?? other.Follow, Restart ?? other.Restart);
}
