namespace Provisioner.Benchmarks.Network;

/// <summary>DHCP servers, each with the whole range, leases of an hour and its own way of keeping them. Started on fresh data every time.</summary>
internal static class DhcpPeers
{
    /// <summary>Kea writes each lease and syncs none; ISC's dhcpd syncs each; dnsmasq rewrites its file.</summary>
    public static readonly (string Name, Func<Lab, Peer> Start)[] All = [("kea", Kea), ("dnsmasq", Dnsmasq), ("dhcpd", Dhcpd), (Figure.Us, Appliance)];

    private static Peer Appliance(Lab lab) => new Served(lab).Peer;

    // Threads on, sockets of UDP, no tidying of the lease file during the run: its fastest setting for a relay's clients.
    private static Peer Kea(Lab lab)
    {
        Directory.CreateDirectory("/run/kea"); // its lock file's
        string config = lab.Fresh("kea.json");
        File.WriteAllText(config, $$$"""
            {"Dhcp4": {"interfaces-config": {"interfaces": ["{{{Lab.ServerInterface}}}"], "dhcp-socket-type": "udp"},
             "lease-database": {"type": "memfile", "persist": true, "name": "{{{lab.Fresh("kea.csv")}}}", "lfc-interval": 0},
             "valid-lifetime": 3600, "multi-threading": {"enable-multi-threading": true},
             "subnet4": [{"subnet": "{{{Lab.Subnet}}}", "pools": [{"pool": "{{{Lab.FirstOfRange}}}-{{{Lab.LastOfRange}}}"}]}],
             "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "stdout"}]}]}}
            """);
        return lab.Start("kea", "kea-dhcp4", "-c", config).UntilBound(67);
    }

    private static Peer Dnsmasq(Lab lab) =>
        lab.Start("dnsmasq", "dnsmasq", "-k", "--conf-file=/dev/null", "--port=0", $"--interface={Lab.ServerInterface}", "--bind-interfaces", "--dhcp-authoritative",
            $"--dhcp-range={Lab.FirstOfRange},{Lab.LastOfRange},255.255.0.0,1h", "--dhcp-lease-max=100000", $"--dhcp-leasefile={lab.Fresh("dnsmasq.leases")}",
            "--user=root", "--no-ping", "--pid-file").UntilBound(67);

    private static Peer Dhcpd(Lab lab)
    {
        string config = lab.Fresh("dhcpd.conf"), leases = lab.Fresh("dhcpd.leases");
        File.WriteAllText(config, $"default-lease-time 3600; max-lease-time 3600; ping-check false; subnet 10.88.0.0 netmask 255.255.0.0 {{ range {Lab.FirstOfRange} {Lab.LastOfRange}; }}");
        File.WriteAllText(leases, "");
        return lab.Start("dhcpd", "dhcpd", "-4", "-f", "-q", "-cf", config, "-lf", leases, "-user", "root", "-group", "root", "--no-pid", Lab.ServerInterface).UntilBound(67);
    }
}
