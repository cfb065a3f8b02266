using System.Text.Json;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Benchmarks.Scale;

/// <summary>A data folder of a large room: machines that were looked at, each with two disks and four NICs, and leases of them and of strangers.</summary>
internal static class ScaleData
{
    public const int Machines = 10_000, Leases = 50_000, Leased = 9_000;
    private const uint FirstAddress = 0x0a58_0100; // 10.88.1.0
    private const long Gibibyte = 1L << 30;

    /// <summary>MAC of a machine's first NIC, or of a stranger from <see cref="Machines"/> on.</summary>
    public static MacAddress Mac(int n) => new(0x5254_0000_0000 + (ulong)n * 8);

    /// <summary>The address that a lease of it has; the machines from <see cref="Leased"/> on have none.</summary>
    public static Ipv4Address Address(int n) => new(FirstAddress + (uint)n);

    public static string Id(int n)
    {
        const string digits = "abcdefghijkmnpqrstuvwxyz23456789";
        return string.Create(6, n, static (text, n) =>
        {
            for (int i = 5; i >= 0; i--, n /= digits.Length) text[i] = digits[n % digits.Length];
        });
    }

    public static async Task FillAsync(string folder)
    {
        using (var store = new SqliteStore(folder))
            foreach (var some in Enumerable.Range(0, Machines).Chunk(1000))
                await store.CommitAsync(new([.. some.Select(n => new Document("machines", Id(n), 1, JsonSerializer.Serialize(Machine(n), StoreJson.Default.Machine)))], [], []));
        using var journal = LeaseJournal.Open(Path.Combine(folder, "leases"), new BootClock(), TimeProvider.System);
        var now = journal.Clock.Now;
        var holders = Enumerable.Range(0, Leased).Concat(Enumerable.Range(Machines, Leases - Leased));
        journal.Import([.. holders.Select(n => new Lease(Mac(n), Address(n), LeaseState.Bound, now, now.AddHours(12)))]);
    }

    private static Machine Machine(int n) => new()
    {
        Id = Id(n),
        Name = $"node-{n}",
        State = MachineState.Ready,
        StateSince = DateTimeOffset.UnixEpoch.AddYears(56),
        Macs = [.. Enumerable.Range(0, 4).Select(i => new MacAddress(Mac(n).Value + (ulong)i).ToString())],
        Firmware = "uefi",
        Inventory = new(
            new("Hewlett Packard Enterprise", "ProLiant DL380 Gen10", $"CZ{n:000000}", $"33313350-3138-5a43-3030-{n:000000000000}", "HPE", "U30", "02/02/2023"), "uefi",
            new("Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz", 2, 32, 64, true), 384 * Gibibyte,
            [.. Enumerable.Range(0, 2).Select(i => new DiskInfo($"sd{(char)('a' + i)}", $"/dev/sd{(char)('a' + i)}", 960 * Gibibyte, $"S3EV{n:00000}{i}", $"5002538e{n:00000000}", "MK000960GWCEV", false, false, ""))],
            [.. Enumerable.Range(0, 4).Select(i => new NicInfo($"eno{i + 1}", new MacAddress(Mac(n).Value + (ulong)i).ToString(), 25000, i < 2, "mlx5_core", $"0000:12:00.{i}", [new("b8:59:9f:00:00:01", $"Ethernet{n % 48 + 1}", $"leaf-{n / 48}")]))]),
    };
}
