using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Provisioner.Wire;

namespace Provisioner.Domain.Machines;

/// <summary>What an installed system says of itself: its agent reports it at its start, and again when it changes.</summary>
public sealed record HostFacts
{
    private const int MostLines = 512, MostInLine = 1024;

    /// <summary>What it calls itself.</summary>
    public string Name { get; init; } = "";
    /// <summary>ID of os-release(5): <c>debian</c>.</summary>
    public string Os { get; init; } = "";
    /// <summary>VERSION_ID of os-release(5): <c>12</c>.</summary>
    public string Release { get; init; } = "";
    /// <summary>As uname -m says: <c>x86_64</c>.</summary>
    public string Architecture { get; init; } = "";
    /// <summary>As uname -r says.</summary>
    public string Kernel { get; init; } = "";
    /// <summary>Processors that the kernel sees.</summary>
    public int Cpus { get; init; }
    /// <summary>RAM in bytes.</summary>
    public long MemoryBytes { get; init; }
    /// <summary>VT-x or AMD-V is offered.</summary>
    public bool Virtualisation { get; init; }
    /// <summary>Its addresses, in the order in which it has them.</summary>
    public ImmutableArray<HostAddress> Addresses { get; init; } = [];
    /// <summary>Its network interfaces.</summary>
    public ImmutableArray<HostNic> Nics { get; init; } = [];
    /// <summary>Its SSH host key, <c>ssh-ed25519 AAAA…</c>; empty where it has none.</summary>
    public string SshKey { get; init; } = "";

    /// <summary>Reads an agent's report: a word and a value in each line. What can't be read is left out: it is the machine's own loss.</summary>
    public static HostFacts Read(string text)
    {
        var facts = new HostFacts();
        var addresses = ImmutableArray.CreateBuilder<HostAddress>();
        var nics = ImmutableArray.CreateBuilder<HostNic>();
        foreach (string line in text.Split('\n').Take(MostLines).Where(l => l.Length <= MostInLine && !l.Any(char.IsControl)))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            facts = words switch
            {
                ["name", var name] => facts with { Name = name },
                ["os", var os] => facts with { Os = os },
                ["os", var os, var release] => facts with { Os = os, Release = release },
                ["architecture", var architecture] => facts with { Architecture = architecture },
                ["kernel", var kernel] => facts with { Kernel = kernel },
                ["cpus", var cpus] when int.TryParse(cpus, NumberStyles.None, CultureInfo.InvariantCulture, out int number) => facts with { Cpus = number },
                ["memory", var memory] when long.TryParse(memory, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) => facts with { MemoryBytes = bytes },
                ["virtualisation", "yes"] => facts with { Virtualisation = true },
                ["ssh-key", "ssh-ed25519", var blob] => facts with { SshKey = $"ssh-ed25519 {blob}" },
                _ => facts,
            };
            if (words is ["address", var nic, var address] && HostAddress.Parse(nic, address) is { } known) addresses.Add(known);
            if (words is ["nic", var name2, var mac] && MacAddress.TryParse(mac, out var parsed)) nics.Add(new(name2, parsed.ToString()));
        }
        return facts with { Addresses = addresses.ToImmutable(), Nics = nics.ToImmutable() };
    }

    /// <summary>As ssh-keygen -l writes it: SHA-256 of the key's blob, base64 without padding; null where there is no key.</summary>
    public string? SshFingerprint()
    {
        if (SshKey.Split(' ') is not [_, { Length: <= 128 } blob]) return null;
        Span<byte> key = stackalloc byte[96];
        return Convert.TryFromBase64String(blob, key, out int length) ? $"SHA256:{Convert.ToBase64String(SHA256.HashData(key[..length])).TrimEnd('=')}" : null;
    }

    /// <summary>By content: the lists too.</summary>
    public bool Equals(HostFacts? other) => other is not null && Name == other.Name && Os == other.Os && Release == other.Release && Architecture == other.Architecture
        && Kernel == other.Kernel && Cpus == other.Cpus && MemoryBytes == other.MemoryBytes && Virtualisation == other.Virtualisation && SshKey == other.SshKey
        && Addresses.AsSpan().SequenceEqual(other.Addresses.AsSpan()) && Nics.AsSpan().SequenceEqual(other.Nics.AsSpan());

    /// <summary>Of what tells them apart most.</summary>
    public override int GetHashCode() => HashCode.Combine(Name, Kernel, Addresses.Length, SshKey);
}

/// <summary>An address of an installed system.</summary>
/// <param name="Interface">The interface's name.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">Length of its network's prefix, in bits.</param>
public sealed record HostAddress(string Interface, string Address, int PrefixLength)
{
    /// <summary>Reads <c>10.77.0.5/24</c>; null where it is none.</summary>
    public static HostAddress? Parse(string nic, string text) =>
        text.Split('/') is [var address, var prefix] && IPAddress.TryParse(address, out var parsed) && int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= 128
            ? new(nic, parsed.ToString(), length) : null;
}

/// <summary>A network interface of an installed system.</summary>
public sealed record HostNic(string Name, string Mac);
