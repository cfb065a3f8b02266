using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;
using static Provisioner.ApplianceTests.Power.Redfish.RedfishDrivers;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>The driver before the strict service, wearing each maker's face.</summary>
public sealed class RedfishDriverTests
{
    private static readonly Uri Image = new("http://10.0.0.1:5240/images/debian-12.iso"), Loader = new("http://10.0.0.1:5240/boot/shimx64.efi");

    public static TheoryData<string> Faces => [.. ServiceFace.All.Select(f => f.Name)];

    [Theory, MemberData(nameof(Faces))]
    public async Task It_finds_out_what_a_controller_is(string name)
    {
        var face = ServiceFace.Of(name);
        await using var service = await RedfishService.StartAsync(face);
        await using var driver = Driver();
        var abilities = await driver.LookAsync(service.Target(), default);
        Assert.Equal((face.Manufacturer, face.ControllerModel, face.Firmware, "SN0001", service.Machine.Uuid), (abilities.Vendor, abilities.Model, abilities.Firmware, abilities.Serial, abilities.SystemUuid));
        Assert.Equal(service.Machine.Macs, abilities.Macs);
        Assert.True(abilities.ReadsState);
        Assert.Superset(new HashSet<PowerAction> { PowerAction.On, PowerAction.Off, PowerAction.SoftOff }, abilities.Orders.ToHashSet());
        Assert.Equal(face.Resets.Contains("ForceRestart") || face.Resets.Contains("PowerCycle"), abilities.Orders.Contains(PowerAction.Reset));
        Assert.Superset(new HashSet<BootDevice> { BootDevice.Pxe, BootDevice.Disk, BootDevice.VirtualMedia }, abilities.NextBoots.ToHashSet());
        Assert.Equal(face.BootTargets.Contains("UefiHttp"), abilities.NextBoots.Contains(BootDevice.Http));
        Assert.Equal(service.Fingerprint, abilities.Settings![CertificatePin.Setting]);
        Assert.Contains("inventory", abilities.Features);
        Assert.Equal(face.Progress || face.Oem is "Hp" or "Hpe", abilities.Features.Contains("bootprogress"));
        Assert.Empty(abilities.Notes);
    }

    [Theory, MemberData(nameof(Faces))]
    public async Task Power_orders_are_followed_and_read_back(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        service.Machine.FollowsAfter = TimeSpan.FromSeconds(0.3);
        await using var driver = Driver();
        var hand = Hand(driver);
        var target = service.Target();
        var soon = TimeSpan.FromSeconds(20);
        Assert.Equal(PowerState.Off, await hand.GetAsync(target, default));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, soon, default));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.Cycle, soon, default));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.SoftOff, soon, default));
        Assert.Equal(PowerState.On, await hand.SetAsync(target, PowerAction.On, soon, default));
        Assert.Equal(PowerState.Off, await hand.SetAsync(target, PowerAction.Off, soon, default));
        Assert.Equal(["On", "ForceOff", "On", service.Face.Resets.Contains("GracefulShutdown") ? "GracefulShutdown" : "PushPowerButton", "On", "ForceOff"], service.Machine.Orders);
    }

    [Theory, MemberData(nameof(Faces))]
    public async Task The_next_boot_is_set_once_and_read_back(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        await using var driver = Driver(Short with { ReadBack = TimeSpan.FromSeconds(10) });
        string? note = await driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default);
        Assert.Equal(("Pxe", "Once"), (service.Machine.BootTarget, service.Machine.BootEnabled));
        Assert.Equal(service.Face.BootModeReadOnly, note?.Contains("doesn't let the boot mode be chosen", StringComparison.Ordinal) is true);
        await driver.SetNextBootAsync(service.Target(uefi: false), new(BootDevice.Disk), default);
        Assert.Equal(("Hdd", service.Face is { HasBootMode: true, BootModeReadOnly: false } ? "Legacy" : "UEFI"), (service.Machine.BootTarget, service.Machine.BootMode));
    }

    [Theory]
    [InlineData("generic")]
    [InlineData("iDRAC 9")]
    [InlineData("OpenBMC")]
    [InlineData("AMI")]
    public async Task HTTP_boot_carries_its_URL(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        await using var driver = Driver();
        Assert.Null(await driver.SetNextBootAsync(service.Target(), new(BootDevice.Http, Loader), default));
        Assert.Equal(("UefiHttp", Loader.AbsoluteUri), (service.Machine.BootTarget, service.Machine.HttpBootUri));
    }

    [Fact]
    public async Task HTTP_boot_on_a_controller_that_has_none_is_refused_with_what_it_has()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Ilo4);
        await using var driver = Driver();
        await FailsAsync(PowerFailure.Refused, "can't boot from network (HTTP): it takes None, Cd, Hdd", () => driver.SetNextBootAsync(service.Target(), new(BootDevice.Http, Loader), default));
    }

    [Theory, MemberData(nameof(Faces))]
    public async Task An_image_is_inserted_booted_from_and_taken_out(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        await using var driver = Driver(Short with { ReadBack = TimeSpan.FromSeconds(10) });
        await driver.SetNextBootAsync(service.Target(), new(BootDevice.VirtualMedia, Image), default);
        Assert.Single(service.Machine.Media.Values, v => v == Image.AbsoluteUri);
        Assert.Equal(service.Face.DellImport ? ("None", "VCD-DVD") : (name.StartsWith("Supermicro", StringComparison.Ordinal) ? "UsbCd" : "Cd", null), (service.Machine.BootTarget, service.Machine.DellDevice));
        Assert.Null(await driver.InsertMediaAsync(service.Target(), Image, default));
        Assert.Equal(1, await driver.EjectMediaAsync(service.Target(), default));
        Assert.Equal(0, await driver.EjectMediaAsync(service.Target(), default));
        Assert.All(service.Machine.Media.Values, Assert.Null);
    }

    [Fact]
    public async Task Another_image_takes_the_place_of_the_first_and_that_is_said()
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Idrac9);
        await using var driver = Driver();
        Assert.Null(await driver.InsertMediaAsync(service.Target(), new("http://user:secret@10.0.0.9/other.iso"), default));
        Assert.Equal("what was in the virtual drive before (http://10.0.0.9/other.iso) was taken out", await driver.InsertMediaAsync(service.Target(), Image, default));
        Assert.Equal([null, Image.AbsoluteUri], service.Machine.Media.Values);
    }

    [Theory, MemberData(nameof(Faces))]
    public async Task Its_inventory_is_read(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        await using var driver = Driver();
        var inventory = await driver.ReadInventoryAsync(service.Target(), default);
        Assert.Empty(inventory.Missing);
        Assert.Equal((service.Face.Model, "2.52", 32L << 30), (inventory.Model, inventory.Bios, inventory.Memory));
        Assert.Equal(["CPU1", "CPU2"], inventory.Processors.Select(p => p.Id));
        Assert.Equal((16, 32), (inventory.Processors[0].Cores, inventory.Processors[0].Threads));
        Assert.Equal(32L << 30, Assert.Single(inventory.Modules).Bytes);
        Assert.Equal(service.Face.MacsInSystem ? [] : service.Machine.Macs, inventory.Nics.Select(n => n.Mac));
        Assert.Equal([480103981056, 4000787030016], inventory.Drives.Select(d => d.Bytes));
        Assert.Equal(["1.2.3", "1.2.3"], inventory.Firmware.Select(f => f.Version));
        if (service.Face.CanExpand) Assert.DoesNotContain(service.Heard, h => h.Contains("/Processors/CPU1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_session_serves_all_and_is_logged_out_at_the_end()
    {
        await using var service = await RedfishService.StartAsync();
        await using (var driver = Driver())
        {
            for (int i = 0; i < 5; i++) await driver.GetAsync(service.Target(), default);
            Assert.Equal(1, service.OpenSessions);
        }
        Assert.Equal(0, service.OpenSessions);
        Assert.Equal(1, service.Heard.Count(h => h.StartsWith("POST", StringComparison.Ordinal)));
        // Found once, then one exchange a poll: root, login, collection, system; then the system four times; then the farewell.
        Assert.Equal(9, service.Heard.Count);
    }

    [Fact]
    public async Task A_session_that_is_over_is_renewed()
    {
        await using var service = await RedfishService.StartAsync();
        await using var driver = Driver();
        await driver.GetAsync(service.Target(), default);
        service.ExpireSessions();
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
        Assert.Equal(2, service.Heard.Count(h => h.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Where_no_session_is_to_be_had_each_request_carries_the_password()
    {
        await using var service = await RedfishService.StartAsync();
        service.MaxSessions = 0;
        await using var driver = Driver();
        Assert.Equal<string>(["each request carries the password, for all of the controller's sessions are taken"], (await driver.LookAsync(service.Target(), default)).Notes);
        service.HasSessions = false;
        Assert.Contains("gave no session", Assert.Single((await driver.LookAsync(service.Target(), default)).Notes), StringComparison.Ordinal);
        Assert.Equal(PowerState.Off, await driver.GetAsync(service.Target(), default));
    }

    [Fact]
    public async Task One_of_a_chassis_is_chosen_or_all_are_named()
    {
        await using var service = await RedfishService.StartAsync(systems: 4);
        service.Machines[2].Power = "On";
        await using var driver = Driver();
        var target = service.Target();
        await FailsAsync(PowerFailure.Refused, "the controller has 4 systems (\"Blade1\", Contoso 3500, serial SN0001", () => driver.LookAsync(target, default));
        foreach (var (key, value) in new[] { ("system", "Blade3"), ("serial", "SN0003"), ("uuid", service.Machines[2].Uuid), ("mac", service.Machines[2].Macs[1]) })
            Assert.Equal(PowerState.On, await driver.GetAsync(target with { Settings = target.Settings.SetItem(key, value) }, default));
        await driver.GiveAsync(target with { Settings = target.Settings.SetItem("system", "Blade4") }, PowerAction.On, default);
        Assert.Equal(["Off", "Off", "On", "On"], service.Machines.Select(m => m.Power));
        Assert.Equal(1, service.OpenSessions);
    }

    [Fact]
    public async Task The_start_of_a_machine_is_told_as_it_goes_on()
    {
        var told = new List<string>();
        await using var service = await RedfishService.StartAsync();
        await using var driver = Driver(note: (machine, text) => told.Add($"{machine} {text}"));
        foreach (string state in new[] { "None", "MemoryInitializationStarted", "MemoryInitializationStarted", "OSBootStarted", "OSRunning" })
        {
            service.Machine.Progress = state;
            await driver.GetAsync(service.Target(), default);
        }
        Assert.Equal(["node7 its start: memory is set up", "node7 its start: the firmware hands over to what it boots", "node7 its start: an operating system runs"], told);
    }

    [Theory]
    [InlineData("generic")]
    [InlineData("iDRAC 8")]
    public async Task Work_that_is_taken_on_as_a_task_is_waited_for(string name)
    {
        await using var service = await RedfishService.StartAsync(ServiceFace.Of(name));
        service.TaskLooks = 3;
        await using var driver = Driver(Short with { ReadBack = TimeSpan.FromSeconds(10) });
        await driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default);
        Assert.Equal(4, service.Heard.Count(h => h.Contains("/Tasks/", StringComparison.Ordinal)));
        service.TaskEnd = "Exception";
        await FailsAsync(PowerFailure.Refused, "and gave it up: its task is Exception: The job failed because the host is in POST", () => driver.SetNextBootAsync(service.Target(), new(BootDevice.Disk), default));
        service.TaskLooks = 10_000;
        await FailsAsync(PowerFailure.NotNow, "its task is Running at 40 %", () => driver.SetNextBootAsync(service.Target(), new(BootDevice.Pxe), default));
        // A reset is begun, and no more is said of it.
        await driver.GiveAsync(service.Target(), PowerAction.On, default);
    }

    [Fact]
    public async Task Ten_at_once_are_asked_one_after_the_other()
    {
        int at = 0, most = 0;
        await using var service = await RedfishService.StartAsync();
        service.Before = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref at));
            await Task.Delay(10);
            Interlocked.Decrement(ref at);
            return false;
        };
        await using var driver = Driver();
        var states = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => driver.GetAsync(service.Target(), default)));
        Assert.All(states, s => Assert.Equal(PowerState.Off, s));
        Assert.Equal((1, 1), (most, service.OpenSessions));
    }
}
