namespace Provisioner.FirmwareTests;

/// <summary>A network where dnsmasq gives the addresses, and the appliance only the boot files.</summary>
public sealed class ProxyRack() : RackFixture("p",
    "name=bios,firmware=bios,memory=1024,disk=1G",
    "name=uefi,firmware=uefi,rom=none,memory=1024,disk=1G",
    "name=uefi-http,firmware=uefi,rom=none,net=http,memory=1024,disk=1G",
    "name=secure,firmware=secure,memory=1024,disk=1G",
    "name=arm64,firmware=arm64,memory=1024,disk=1G")
{
    protected override async Task BeginAsync()
    {
        string id = (string)(await Appliance.GetAsync("/vlans"))["vlans"]!.AsArray().Single()!["id"]!;
        await Appliance.PatchAsync($"/vlans/{id}", new { dhcp = "proxy" });
        // The other server stands in the rack; what lives there ends with it.
        Sh.Run(Short, "ip", "-n", $"prack-{Rack}", "addr", "add", $"{Subnet}.2/24", "dev", "br0");
        Sh.Run(Short, "ip", "netns", "exec", $"prack-{Rack}", "dnsmasq", "--conf-file=/dev/null", "--port=0", "--interface=br0", "--bind-interfaces", $"--listen-address={Subnet}.2",
            $"--dhcp-range={Subnet}.60,{Subnet}.99,1h", $"--dhcp-leasefile={Folder}/dnsmasq.leases", $"--pid-file={Folder}/dnsmasq.pid", $"--log-facility={Folder}/dnsmasq.log", "--log-dhcp", "--no-ping");
    }
}
