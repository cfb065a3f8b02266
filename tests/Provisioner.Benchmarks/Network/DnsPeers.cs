using System.Text.Json;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Store;

namespace Provisioner.Benchmarks.Network;

/// <summary>DNS servers with one worker each, authoritative for the addresses of 10,000 machines in one zone.</summary>
internal static class DnsPeers
{
    public const int Names = 10_000;
    public const string Zone = "maas";

    public static readonly (string Name, Func<Lab, Peer> Start)[] All = [("unbound", Unbound), ("knot", Knot), ("bind", Bind), ("dnsmasq", Dnsmasq), (Figure.Us, Appliance)];

    /// <summary>A machine's address.</summary>
    public static string AddressOf(int machine) => $"10.88.{1 + machine / 250}.{1 + machine % 250}";

    // Its names are added records: they lie in the store before it starts.
    private static Peer Appliance(Lab lab) => new Served(lab, data =>
    {
        using var store = new SqliteStore(data);
        var records = Enumerable.Range(0, Names).Select(i => new AddedRecord($"m{i}", $"m{i}.{Zone}", "A", AddressOf(i)));
        store.CommitAsync(StoreBatch.Empty with { Put = [.. records.Select(r => new Document("dns", $"record:{r.Id}", 1, JsonSerializer.Serialize(r, DnsJson.Default.AddedRecord)))] }).GetAwaiter().GetResult();
    }, "--domain", Zone).Peer;

    private static Peer Knot(Lab lab)
    {
        string config = lab.Fresh("knot.conf"), run = Folder(lab, "knot");
        File.WriteAllText(config, $"""
            server:
              listen: {Lab.Server}@53
              rundir: {run}
              udp-workers: 1
            log:
              - target: stderr
                any: error
            database:
              storage: {run}
            zone:
              - domain: {Zone}
                file: {ZoneFile(lab)}

            """);
        return lab.Start("knot", "knotd", "-c", config).UntilBound(53);
    }

    private static Peer Bind(Lab lab)
    {
        string config = lab.Fresh("named.conf"), run = Folder(lab, "named");
        File.WriteAllText(config, $$"""
            options { directory "{{run}}"; listen-on { {{Lab.Server}}; }; listen-on-v6 { none; }; recursion no; pid-file none; session-keyfile "{{run}}/key"; };
            zone "{{Zone}}" { type primary; file "{{ZoneFile(lab)}}"; };
            """);
        return lab.Start("bind", "named", "-g", "-n", "1", "-c", config).UntilBound(53);
    }

    private static Peer Unbound(Lab lab)
    {
        string config = lab.Fresh("unbound.conf");
        File.WriteAllText(config, $"""
            server:
              interface: {Lab.Server}
              access-control: {Lab.Subnet} allow
              chroot: ""
              username: ""
              pidfile: ""
              do-daemonize: no
              num-threads: 1
              local-zone: "{Zone}." static
            {string.Join('\n', Enumerable.Range(0, Names).Select(i => $"  local-data: \"m{i}.{Zone}. A {AddressOf(i)}\""))}
            remote-control:
              control-enable: no

            """);
        return lab.Start("unbound", "unbound", "-d", "-c", config).UntilBound(53);
    }

    private static Peer Dnsmasq(Lab lab)
    {
        string hosts = lab.Fresh("hosts");
        File.WriteAllLines(hosts, Enumerable.Range(0, Names).Select(i => $"{AddressOf(i)} m{i}.{Zone}"));
        return lab.Start("dnsmasq", "dnsmasq", "-k", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", $"--addn-hosts={hosts}", $"--listen-address={Lab.Server}",
            "--bind-interfaces", "--user=root", "--pid-file").UntilBound(53);
    }

    private static string ZoneFile(Lab lab)
    {
        string file = lab.Fresh("zone");
        File.WriteAllLines(file, [$"$ORIGIN {Zone}.", "$TTL 300", "@ SOA ns hostmaster 1 3600 600 86400 30", "@ NS ns", $"ns A {Lab.Server}",
            .. Enumerable.Range(0, Names).Select(i => $"m{i} A {AddressOf(i)}")]);
        return file;
    }

    // knot and bind drop root.
    private static string Folder(Lab lab, string name)
    {
        string folder = Directory.CreateDirectory(lab.Fresh(name)).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        return folder;
    }
}
