using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Sensors, event log, inventory, LAN settings and users of OpenIPMI's BMC, read by us and by ipmitool: both must say the same.</summary>
public sealed class BmcServicesTests
{
    private static Task<T> TalkAsync<T>(IpmiDriver driver, PowerTarget target, Func<BmcTalk, Task<T>> conversation) =>
        driver.TalkAsync("ask", target, conversation, default);

    private static async Task<string> IpmitoolAsync(IpmiSim sim, params string[] command)
    {
        var (exit, output) = await Peer.RunAsync("ipmitool", ["-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-p", $"{sim.Port}", "-U", "admin", "-P", "sixteen-octets-1", .. command]);
        Assert.True(exit == 0, output);
        return output;
    }

    [Fact]
    public async Task Sensors_have_the_values_units_and_thresholds_that_ipmitool_reads()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var ours = (await TalkAsync(driver, sim.Target(), talk => new SensorService(talk).ReadAsync())).ToDictionary(sensor => sensor.Name);
        string[][] theirs = [.. (await IpmitoolAsync(sim, "sensor")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|', StringSplitOptions.TrimEntries))];
        Assert.Equal(7, theirs.Length);
        string[] order = ["lowerNonRecoverable", "lowerCritical", "lowerNonCritical", "upperNonCritical", "upperCritical", "upperNonRecoverable"];
        foreach (string[] line in theirs)
        {
            var sensor = ours[line[0]];
            if (line[2] == "discrete")
            {
                Assert.Null(sensor.Value);
                continue;
            }
            Assert.Equal(double.Parse(line[1], CultureInfo.InvariantCulture), sensor.Value!.Value, 3);
            Assert.Equal(line[2], sensor.Unit);
            for (int i = 0; i < order.Length; i++)
                if (sensor.Thresholds.TryGetValue(order[i], out double threshold)) Assert.Equal(double.Parse(line[4 + i], CultureInfo.InvariantCulture), threshold, 3);
        }
        Assert.Equal("present", Assert.Single(ours["PSU 1"].States));
        Assert.Equal(("chassis open", Health.Warning), (Assert.Single(ours["Lid"].States), ours["Lid"].Health));
    }

    [Fact]
    public async Task Sensor_records_are_read_once_as_long_as_they_stay_the_same()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        await TalkAsync(driver, sim.Target(), talk => new SensorService(talk).ReadAsync());
        long before = driver.Datagrams(sim.Target());
        await TalkAsync(driver, sim.Target(), talk => new SensorService(talk).ReadAsync());
        // One for the repository's state; a reading for each of seven sensors, and thresholds for four.
        Assert.Equal(2 * (1 + 7 + 4), driver.Datagrams(sim.Target()) - before);
    }

    [Fact]
    public async Task The_event_log_says_what_ipmitool_says_and_is_empty_once_it_was_cleared()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var log = await TalkAsync(driver, sim.Target(), talk => new EventLogService(talk, TimeProvider.System).ReadAsync());
        string[] theirs = (await IpmitoolAsync(sim, "sel", "elist")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(theirs.Length, log.Entries.Length);
        Assert.Contains("Temperature CPU temp | Upper Critical going high | Asserted | Reading 95 > Threshold 95 degrees C", theirs[0], StringComparison.Ordinal);
        Assert.Equal("CPU temp (temperature): upper critical going high, read 95 degrees C, threshold 95 degrees C", log.Entries[0].Text);
        Assert.Contains("PSU 1 | Failure detected | Deasserted", theirs[2], StringComparison.Ordinal);
        Assert.Equal("PSU 1 (power supply): failure is over", log.Entries[2].Text);
        Assert.NotNull(log.Entries[^1].Text);
        Assert.Equal(6, await TalkAsync(driver, sim.Target(), talk => new EventLogService(talk, TimeProvider.System).ClearAsync()));
        Assert.Empty((await TalkAsync(driver, sim.Target(), talk => new EventLogService(talk, TimeProvider.System).ReadAsync())).Entries);
        Assert.Contains("SEL has no entries", await IpmitoolAsync(sim, "sel", "elist"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_inventory_says_what_ipmitool_says()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var part = Assert.Single(await TalkAsync(driver, sim.Target(), talk => new FruService(talk).ReadAsync()));
        Assert.Equal((null, "Mainboard"), (part.Fault, part.Name));
        string theirs = await IpmitoolAsync(sim, "fru", "print", "0");
        var (board, product) = (part.Inventory!.Board!, part.Inventory.Product!);
        foreach (var (label, value) in new[]
        {
            ("Chassis Part Number", part.Inventory.Chassis!.PartNumber), ("Chassis Serial", part.Inventory.Chassis.Serial), ("Board Mfg", board.Manufacturer), ("Board Product", board.Product),
            ("Board Serial", board.Serial), ("Board Part Number", board.PartNumber), ("Board Extra", board.Extra[0]), ("Product Manufacturer", product.Manufacturer),
            ("Product Name", product.Name), ("Product Version", product.Version), ("Product Serial", product.Serial), ("Product Asset Tag", product.AssetTag),
        }) Assert.Matches($@"(?m)^ {label}\s+: {System.Text.RegularExpressions.Regex.Escape(value)}\s*$", theirs);
    }

    [Fact]
    public async Task A_BMC_without_records_or_inventory_says_so_and_nothing_breaks()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        Assert.Empty(await TalkAsync(driver, sim.Target(), talk => new SensorService(talk).ReadAsync()));
        Assert.Empty((await TalkAsync(driver, sim.Target(), talk => new EventLogService(talk, TimeProvider.System).ReadAsync())).Entries);
        Assert.NotNull(Assert.Single(await TalkAsync(driver, sim.Target(), talk => new FruService(talk).ReadAsync())).Fault);
    }

    [Fact]
    public async Task What_a_BMC_is_and_what_is_wrong_with_it_is_found_out()
    {
        await using var sim = await IpmiSim.StartRichAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var abilities = await driver.LookAsync(sim.Target(), default);
        Assert.Equal(("HP", "9.08"), (abilities.Vendor, abilities.Firmware));
        Assert.Superset(new HashSet<string> { "fru", "identify", "lan", "sel", "sensors", "users" }, abilities.Features.ToHashSet());
        Assert.NotNull(abilities.SystemUuid);
        Assert.Contains(abilities.Notes, note => note.Contains("cipher suite 0, which takes any password (CVE-2013-4782)", StringComparison.Ordinal));
        Assert.Contains(abilities.Notes, note => note.Contains("IPMI 1.5 sessions without authentication", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Users_are_listed_made_and_log_in()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var users = await TalkAsync(driver, sim.Target(), talk => new UserService(talk).ListAsync());
        Assert.Equal(PrivilegeLevel.Administrator, users.Single(user => user.Name == "admin").Privilege);
        var made = await TalkAsync(driver, sim.Target(), talk => new UserService(talk).ChangeAsync(4, new("ada", "lovelace-1815", PrivilegeLevel.Operator, true)));
        Assert.Equal(("ada", PrivilegeLevel.Operator), (made.Name, made.Privilege));
        Assert.Equal(PowerState.Off, await driver.GetAsync(sim.Target("ada", "lovelace-1815", "operator"), default));
        Assert.Contains("ada", await IpmitoolAsync(sim, "user", "list", "1"), StringComparison.Ordinal);
        await TalkAsync(driver, sim.Target(), talk => new UserService(talk).ChangeAsync(4, new(null, null, null, false)));
        var gone = await Assert.ThrowsAsync<PowerException>(() => driver.GetAsync(sim.Target("ada", "lovelace-1815", "operator"), default));
        Assert.Equal(PowerFailure.Credentials, gone.Failure);
    }

    [Fact]
    public async Task LAN_settings_are_read_and_changed_as_ipmitool_sees_them()
    {
        await using var sim = await IpmiSim.StartAsync();
        await using var driver = new IpmiDriver(TimeProvider.System);
        var lan = await TalkAsync(driver, sim.Target(), talk => new LanService(talk).ReadAsync());
        Assert.Equal((LanSource.Static, "10.77.0.11", "255.255.255.0", "10.77.0.1", "52:54:0b:12:34:56"),
            (lan.Source, lan.Address!.ToString(), lan.Mask!.ToString(), lan.Gateway!.ToString(), lan.Mac));
        var changed = await TalkAsync(driver, sim.Target(), talk => new LanService(talk).ChangeAsync(new(null, System.Net.IPAddress.Parse("10.77.0.12"), null, System.Net.IPAddress.Parse("10.77.0.254"), null)));
        Assert.Equal(("10.77.0.12", "10.77.0.254"), (changed!.Address!.ToString(), changed.Gateway!.ToString()));
        string theirs = await IpmitoolAsync(sim, "lan", "print", "1");
        Assert.Matches(@"(?m)^IP Address +: 10\.77\.0\.12$", theirs);
        Assert.Matches(@"(?m)^Default Gateway IP +: 10\.77\.0\.254$", theirs);
    }
}
