using Provisioner.Appliance.Web.Access;
using Provisioner.ApplianceTests.Power;

namespace Provisioner.ApplianceTests.Web;

/// <summary>A machine's console in a browser: a QEMU machine's real firmware, OpenIPMI's BMC, the whole appliance, Debian's Chromium.</summary>
[Collection(AloneCollection.Name)]
public sealed class ConsoleBrowserTests
{
    [Fact]
    public async Task A_QEMU_machines_firmware_is_watched_and_typed_into_in_a_browser()
    {
        await BrowserTests.InstallAsync();
        int serial = Peer.FreeTcpPort();
        await using var sim = await IpmiSim.StartAsync(more: $"sol \"tcp:127.0.0.1:{serial}\" 115200");
        await using var appliance = await TestAppliance.StartAsync();
        var machine = await ConsoleTests.AddAsync(appliance, sim.Port, password: "sixteen-octets-1");
        string link = appliance.Get<SignInLink>().MakeUrl(appliance.Http.BaseAddress!.ToString().TrimEnd('/'));
        var (code, output) = await BrowserTests.RunAsync(BrowserTests.Source, TimeSpan.FromMinutes(4), "node", Path.Combine(BrowserTests.Source, "console.cjs"), link, machine.Id,
            // wait=on: a BMC sees its server's serial port from the first word on; ipmi_sim has to connect to it first.
            // graphics=off: SeaBIOS, and iPXE through it, speak on the serial port, as servers do ("console redirection").
            "qemu-system-x86_64", "-machine", "pc,graphics=off", "-accel", "tcg", "-m", "128", "-nodefaults", "-no-user-config", "-display", "none",
            "-netdev", "user,id=net,restrict=on", "-device", "virtio-net-pci,netdev=net", "-boot", "order=n,menu=off",
            "-serial", $"tcp:127.0.0.1:{serial},server=on,wait=on");
        Assert.True(code == 0, output);
    }
}
