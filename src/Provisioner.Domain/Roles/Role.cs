using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>What a machine can be made into after its system called home: one file of catalog/roles, read and checked.</summary>
/// <param name="Name">Its name, the same as its file's: <c>basics</c>.</param>
/// <param name="Title">One line for people.</param>
/// <param name="About">What it does and where that comes from.</param>
/// <param name="Parameters">What can be set; each has a default.</param>
/// <param name="Steps">What is done, in order.</param>
public sealed record Role(
    string Name, string Title, string About, ImmutableArray<Parameter> Parameters, ImmutableArray<Step> Steps);

/// <summary>What kind of value a name stands for.</summary>
public enum ValueKind
{
    /// <summary>One line of text.</summary>
    Text,
    /// <summary>Any number of lines of text, none included.</summary>
    List,
}

/// <summary>A value of a role that has a name of its own.</summary>
/// <param name="Name">Letters, digits and <c>_</c>; without a dot, which facts have.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Default">Its value where nobody says another; may refer to facts.</param>
/// <param name="About">What it is for.</param>
public sealed record Parameter(string Name, ValueKind Kind, Template Default, string About);

/// <summary>A part of a role that is run, reported and repeated as one.</summary>
/// <param name="Name">Its name, unique in the role.</param>
/// <param name="About">What is true after it.</param>
/// <param name="Deadline">How long it may take.</param>
/// <param name="Resources">What it sees to, in order.</param>
public sealed record Step(string Name, string About, TimeSpan Deadline, ImmutableArray<Resource> Resources);

/// <summary>
/// Something on a machine with a wanted state. Seeing to it twice does nothing the second time.
/// </summary>
public abstract record Resource
{
    private Resource() { }

    /// <summary>Lines of a hosts file, in a marked block; what stands outside of it is a person's, but for 127.0.1.1, which is commented out.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Entries">The lines.</param>
    public sealed record Hosts(string Path, Template Entries) : Resource;

    /// <summary>A file. A plain <c>file</c> has content without references, a <c>template</c> has references.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Content">All of its content.</param>
    /// <param name="Mode">Permissions, octal, without leading zeros.</param>
    /// <param name="Owner">Its user.</param>
    /// <param name="Group">Its group.</param>
    public sealed record File(string Path, Template Content, string Mode, string Owner, string Group) : Resource;

    /// <summary>A service that is enabled and runs, with the present content of the files that it reads.</summary>
    /// <param name="Name">Its unit, without <c>.service</c>.</param>
    /// <param name="RestartWhenChanged">Files after whose change it is restarted.</param>
    public sealed record Service(string Name, ImmutableArray<string> RestartWhenChanged) : Resource;

    /// <summary>A person's account without a password.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="SshKeys">Lines that authorized_keys must have; what people added stays.</param>
    /// <param name="Sudo">It may do everything, without a password.</param>
    public sealed record User(Template Name, Template SshKeys, bool Sudo) : Resource;
}
