using System.Collections.Immutable;
using System.Net;

namespace Provisioner.Appliance.Serving;

/// <summary>The whole configuration: what the flags said. Checked wholly at start.</summary>
internal sealed record ApplianceOptions
{
    /// <summary>Folder of the store, the key and what else must last.</summary>
    public required string Data { get; init; }
    /// <summary>Interfaces to serve from the start; the page may add others.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = [];
    /// <summary>Where the page answers besides the served interfaces.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;
    /// <summary>TCP port for machines and people.</summary>
    public int HttpPort { get; init; } = 5240;
    /// <summary>TCP port of HTTPS: installed machines call it, and people may.</summary>
    public int HttpsPort { get; init; } = 5243;
    /// <summary>TCP port of boot files and images, on the served interfaces.</summary>
    public int FilePort { get; init; } = 5241;
    /// <summary>Where a person on this host finds the page.</summary>
    public string Origin => $"http://{(Listen.Equals(IPAddress.Loopback) || Listen.Equals(IPAddress.Any) ? "localhost" : Listen)}:{HttpPort}";
    /// <summary>First and last address of the dynamic range; null: the upper half of the interface's subnet.</summary>
    public (IPAddress First, IPAddress Last)? Range { get; init; }
    /// <summary>Default gateway given to machines.</summary>
    public IPAddress? Gateway { get; init; }
    /// <summary>Domain of the machines.</summary>
    public string Domain { get; init; } = "rack.internal";
    /// <summary>Time servers given to machines; with none, the appliance.</summary>
    public ImmutableArray<IPAddress> Ntp { get; init; } = [];
    /// <summary>DNS servers that other names are asked of; empty: those of /etc/resolv.conf.</summary>
    public ImmutableArray<IPAddress> UpstreamDns { get; init; } = [];
    /// <summary>Folder with kernel, ramdisk and iPXE.</summary>
    public required string BootFiles { get; init; }
    /// <summary>Folder with images.</summary>
    public required string Images { get; init; }
    /// <summary>Folder with roles and hardware profiles.</summary>
    public required string Catalog { get; init; }

    /// <summary>TCP port of the package cache; 0: there is none.</summary>
    public int PackagePort { get; init; } = 8000;
    /// <summary>Bytes that the package cache may take.</summary>
    public long PackageCacheSize { get; init; } = 20L << 30;
    /// <summary>A proxy that the way out to the archives leads through.</summary>
    public Uri? UpstreamProxy { get; init; }

    /// <summary>All that is wrong, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        if (HttpPort is < 1 or > 65535) yield return $"--http-port {HttpPort}: a TCP port is 1 to 65535";
        if (FilePort is < 1 or > 65535) yield return $"--file-port {FilePort}: a TCP port is 1 to 65535";
        if (HttpsPort is < 1 or > 65535) yield return $"--https-port {HttpsPort}: a TCP port is 1 to 65535";
        if (HttpsPort == HttpPort || HttpsPort == FilePort || HttpsPort == PackagePort) yield return $"--https-port {HttpsPort}: --http-port, --file-port or --package-port has it already; give them different ones";
        if (FilePort == HttpPort) yield return $"--file-port {FilePort}: --http-port has it already; give them different ones";
        if (PackagePort is < 0 or > 65535) yield return $"--package-port {PackagePort}: a TCP port is 1 to 65535, and 0 is for none";
        if (PackagePort != 0 && (PackagePort == HttpPort || PackagePort == FilePort)) yield return $"--package-port {PackagePort}: --http-port or --file-port has it already; give them different ones";
        if (Range is { } range && Number(range.First) > Number(range.Last)) yield return $"--range {range.First}-{range.Last}: the first address is above the last";
        if (Domain.Length is 0 or > 200 || !Domain.Split('.').All(Provisioner.Domain.Machines.HostName.IsValid)) yield return $"--domain {Domain}: not a domain name such as rack.internal";
        if (Interfaces.FirstOrDefault(i => i is "lo") is not null) yield return "--interface lo: machines don't boot over loopback; name the interface that their cable ends in";
    }

    private static uint Number(IPAddress address) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
