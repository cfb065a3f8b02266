using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>The real process and the programs that others wrote, over a cable between two namespaces.</summary>
[Collection("namespaces")]
public sealed partial class PeerTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;

    public PeerTests() => _appliance = new Served(_net);

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Fact]
    public void Udhcpc_and_dhclient_get_one_address_for_one_mac_and_keep_it_over_a_kill()
    {
        string first = Udhcpc();
        Assert.StartsWith("10.77.1.", first);
        Assert.Equal(first, Dhclient());
        _appliance.KillAndStart();
        Assert.Equal(first, Udhcpc());
        Assert.NotEqual(first, Udhcpc(mac: "52:54:00:77:00:99"));
    }

    [Fact]
    public void Perfdhcp_gets_1000_unique_addresses_and_renews_them()
    {
        var said = _net.OnClient("perfdhcp", $"-4 -l {Namespaces.Client} -r 200 -R 1000 -n 1000 -d 10 -u -W 4000000 -s 1 {Namespaces.Appliance}", 30).Text;
        Assert.Equal(("1000", "1000"), (Received(said, "DISCOVER-OFFER"), Received(said, "REQUEST-ACK")));
        Assert.DoesNotContain("non unique addresses: 1", said.Replace("\r", ""));
        var renewing = _net.OnClient("perfdhcp", $"-4 -l {Namespaces.Client} -r 200 -f 100 -R 1000 -n 400 -W 500000 -s 2 {Namespaces.Appliance}", 30).Text;
        Assert.Contains("REQUEST-ACK (renewal)", renewing);
        Assert.True(_appliance.IsAlive);
    }

    [Fact]
    public void Boot_files_arrive_whole_at_other_people_s_clients()
    {
        byte[] content = RandomNumberGenerator.GetBytes(3_000_000);
        File.WriteAllBytes(Path.Combine(_appliance.BootFiles, "ipxe.efi"), content);
        string got = Path.Combine(_appliance.Folder, "got"), from = Namespaces.Appliance.ToString();
        foreach (string client in (string[])
        [
            $"atftp --option \"blksize 1468\" --option \"windowsize 16\" --option \"tsize 0\" --get --remote-file ipxe.efi --local-file {got} {from}",
            $"atftp --option \"blksize 512\" --get --remote-file /ipxe.efi --local-file {got} {from}",
            $"curl -sS --tftp-blksize 1400 -o {got} tftp://{from}/snponly.efi", // is not there: ipxe.efi stands in
            $"curl -sS --tftp-no-options -o {got} tftp://{from}/ipxe.efi",
            $"busybox tftp -b 1468 -g -r ipxe.efi -l {got} {from}",
        ])
        {
            File.Delete(got);
            var output = _net.OnClient(client, "");
            Assert.True(output.Exit == 0, $"{client}: {output.Text}");
            Assert.Equal(SHA256.HashData(content), SHA256.HashData(File.ReadAllBytes(got)));
        }
    }

    [Fact]
    public void Paths_outside_the_list_are_not_found()
    {
        File.WriteAllText(Path.Combine(_appliance.BootFiles, "kernel"), "not over TFTP");
        foreach (string path in (string[])["../data/provisioner.db", "%2e%2e/%2e%2e/etc/passwd", "kernel", "/etc/passwd", "ipxe.efi"])
            Assert.Equal(68, _net.OnClient("curl", $"-sS --path-as-is -o /dev/null tftp://{Namespaces.Appliance}/{path}").Exit); // CURLE_TFTP_NOTFOUND
    }

    // A HEAD that was refused kept GRUB from starting where it had come over HTTP boot: it asks for the length first, by the firmware's HTTP.
    [Fact]
    public void GRUB_finds_its_first_file_over_TFTP_and_HTTP_and_a_HEAD_says_how_long_its_script_is()
    {
        string loader = _net.OnClient("curl", $"-sS tftp://{Namespaces.Appliance}//grub/x86_64-efi/grub.cfg").Text;
        Assert.Contains($"source (http,{Namespaces.Appliance}:5240)/boot/$net_default_mac/$grub_cpu/grub.cfg", loader);
        Assert.Equal(loader, _net.OnClient("curl", $"-sS http://{Namespaces.Appliance}:5241/grub/grub.cfg").Text);
        File.WriteAllText(Path.Combine(_appliance.BootFiles, "grubx64.efi"), "GRUB");
        Assert.Equal("GRUB", _net.OnClient("curl", $"-sS --path-as-is http://{Namespaces.Appliance}:5241/boot//grubx64.efi").Text.Trim());

        string address = Udhcpc(), mac = _net.OnClient("cat", "/sys/class/net/c0/address").Text.Trim();
        Tool.Run("ip", $"-n {_net.ClientSide} address add {address}/16 dev c0");
        string script = $"-sS --fail --interface {address} http://{Namespaces.Appliance}:5240/boot/{mac}/x86_64/grub.cfg";
        Assert.Contains("initrd (http,", _net.OnClient("curl", script).Text);
        string length = _net.OnClient("curl", $"{script} -o /dev/null -w %{{size_download}}").Text.Trim();
        Assert.Contains($"Content-Length: {length}", _net.OnClient("curl", $"{script} --head").Text);
    }

    [Fact]
    public void Nothing_can_be_written()
    {
        File.WriteAllText(Path.Combine(_appliance.Folder, "evil"), "x");
        Assert.Equal(69, _net.OnClient("curl", $"-sS -T {_appliance.Folder}/evil tftp://{Namespaces.Appliance}/ipxe.efi").Exit); // CURLE_TFTP_PERM
    }

    [Fact]
    public void Dig_finds_machines_by_name_and_address_and_others_through_the_upstream_server()
    {
        string upstream = $"netns exec {_net.ClientSide} dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --listen-address={Namespaces.Client} --port=53 --address=/up.example/192.0.2.7 --pid-file";
        using var dnsmasq = Tool.Start("ip", upstream, _ => { });
        try
        {
            Assert.Equal("10.77.0.1", Dig("provisioner.rack.internal"));
            Assert.Equal("provisioner.rack.internal.", Dig("-x 10.77.0.1"));
            Assert.Equal("10.77.0.1", Dig("+tcp provisioner.rack.internal"));
            Assert.Contains("status: NXDOMAIN", _net.OnClient("dig", $"@{Namespaces.Appliance} nobody.rack.internal").Text);
            Assert.Contains("status: BADVERS", _net.OnClient("dig", $"@{Namespaces.Appliance} +edns=1 +noednsnegotiation rack.internal").Text);
            Assert.Contains("status: REFUSED", _net.OnClient("dig", $"@{Namespaces.Appliance} +norecurse up.example").Text);

            string address = Udhcpc();
            string mac = _net.OnClient("cat", "/sys/class/net/c0/address").Text.Trim();
            Tool.Run("ip", $"-n {_net.ClientSide} address add {address}/16 dev c0");
            var script = _net.OnClient("curl", $"-sS --fail --interface {address} http://{Namespaces.Appliance}:5240/boot/{mac.Replace(':', '-')}/boot.ipxe");
            Assert.True(script.Exit == 0, script.Text);
            string name = Dig($"-x {address}");
            Assert.EndsWith(".rack.internal.", name);
            Assert.Equal(address, Dig(name));

            Assert.Equal("192.0.2.7", Until("192.0.2.7", () => Dig("host.up.example")));
            Assert.Equal("192.0.2.7", Dig("+tcp host.up.example"));
            dnsmasq.Kill();
            dnsmasq.WaitForExit();
            Assert.Contains("status: SERVFAIL", _net.OnClient("dig", $"@{Namespaces.Appliance} +time=6 +tries=1 other.up.example").Text);
        }
        finally
        {
            if (!dnsmasq.HasExited) dnsmasq.Kill();
        }
    }

    [Fact]
    public void An_interface_without_a_carrier_is_served_until_the_switch_comes_on()
    {
        Tool.Run("ip", $"-n {_net.ClientSide} link set c0 down");
        _appliance.KillAndStart();
        Tool.Run("ip", $"-n {_net.ClientSide} link set c0 up");
        Assert.StartsWith("10.77.1.", Udhcpc());
    }

    [Fact]
    public void A_second_appliance_on_the_same_interface_says_who_has_the_port()
    {
        string dll = Path.Combine(AppContext.BaseDirectory, "provisioner.dll");
        var folder = Directory.CreateTempSubdirectory("second-");
        var second = Tool.Try("ip", $"netns exec {_net.ServerSide} dotnet {dll} serve --data {folder.FullName} --interface s0 --http-port 5999 --https-port 5998", 20);
        folder.Delete(recursive: true);
        Assert.Equal(1, second.Exit);
        Assert.Matches(@"can't be served on s0, UDP port 53: \S+ \(process \d+\) has it already", second.Text);
    }

    private string Dig(string arguments) => _net.OnClient("dig", $"@{Namespaces.Appliance} +short +time=2 +tries=2 {arguments}").Text.Trim();

    private static string Until(string wanted, Func<string> ask)
    {
        string got = "";
        for (int i = 0; i < 10 && (got = ask()) != wanted; i++) Thread.Sleep(200);
        return got;
    }

    private string Udhcpc(string? mac = null)
    {
        if (mac is not null) Tool.Run("ip", $"-n {_net.ClientSide} link set c0 address {mac}");
        string said = _net.OnClient("udhcpc", "-i c0 -f -n -q -t 5 -T 1 -s /bin/true").Text;
        return Leased(said, UdhcpcLease());
    }

    private string Dhclient()
    {
        string at = Path.Combine(_appliance.Folder, "dhclient");
        string said = _net.OnClient("dhclient", $"-d -1 -v -lf {at}.leases -pf {at}.pid -sf /bin/true c0", 4).Text;
        return Leased(said, DhclientLease());
    }

    private static string Leased(string said, Regex pattern)
    {
        var match = pattern.Match(said);
        Assert.True(match.Success, $"no lease; the client said: {said}");
        return match.Groups[1].Value;
    }

    private static string Received(string said, string exchange)
    {
        var section = said[said.IndexOf($"***Statistics for: {exchange}***", StringComparison.Ordinal)..];
        return Regex.Match(section, @"received packets: (\d+)").Groups[1].Value;
    }

    [GeneratedRegex(@"lease of (\S+) obtained")]
    private static partial Regex UdhcpcLease();

    [GeneratedRegex(@"DHCPACK of (\S+) from")]
    private static partial Regex DhclientLease();
}
