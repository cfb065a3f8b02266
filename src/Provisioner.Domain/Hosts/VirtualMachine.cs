using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Power;

namespace Provisioner.Domain.Hosts;

/// <summary>A virtual machine as its host tells it.</summary>
/// <param name="Id">Its id there, fixed: libvirt's UUID, vSphere's instance UUID.</param>
/// <param name="Name">Its name there.</param>
public sealed record VirtualMachine(string Id, string Name)
{
    /// <summary>Its SMBIOS UUID, lower case; empty where it isn't told.</summary>
    public string Uuid { get; init; } = "";
    /// <summary>MAC addresses of its NICs, lower case with colons, in the host's order.</summary>
    public ImmutableArray<string> Macs { get; init => field = value.IsDefault ? [] : value; } = [];
    /// <summary><c>bios</c>, <c>uefi</c>, or empty where it isn't told.</summary>
    public string Firmware { get; init; } = "";
    /// <summary>Virtual processors; 0 where it isn't told.</summary>
    public int Cpus { get; init; }
    /// <summary>Memory, MiB; 0 where it isn't told.</summary>
    public long MemoryMiB { get; init; }
    /// <summary>Its power; a paused machine is on.</summary>
    public PowerState Power { get; init; }
    /// <summary>Which of its runs this is: another text after each start; empty while it is off.</summary>
    public string Run { get; init; } = "";

    /// <summary>Its name as a host name: <c>DB_1 (old)</c> is <c>db-1-old</c>; null where nothing is left of it.</summary>
    public string? HostName
    {
        get
        {
            var name = new StringBuilder();
            foreach (char c in Name.ToLowerInvariant())
            {
                if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
                else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            }
            string text = name.ToString(0, Math.Min(name.Length, 63)).TrimEnd('-');
            return Machines.HostName.IsValid(text) ? text : null;
        }
    }

    /// <summary>The same machine with the same facts (arrays are compared by content).</summary>
    public bool Equals(VirtualMachine? other) => other is not null
        && (Id, Name, Uuid, Firmware, Cpus, MemoryMiB, Power, Run) == (other.Id, other.Name, other.Uuid, other.Firmware, other.Cpus, other.MemoryMiB, other.Power, other.Run)
        && Macs.SequenceEqual(other.Macs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name, Power, Run);
}
