using Provisioner.Domain.Events;

namespace Provisioner.Tests.Events;

public sealed class WalkBreakdownTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    // The timelines of a BIOS machine in the virtual rack, in tenths of seconds.
    private const string Commission = """
        0 dhcp.discover
        1 dhcp.offer
        10 dhcp.request
        11 dhcp.ack
        14 tftp.sent
        30 dhcp.discover
        31 dhcp.offer
        32 dhcp.request
        33 dhcp.ack
        34 state.commissioning
        36 http.script
        40 http.sent
        70 http.sent
        180 dhcp.discover
        190 dhcp.ack
        200 agent.hello
        230 agent.inventory
        260 agent.bmc
        270 power.off
        272 state.ready
        """;

    private const string Deploy = """
        1000 state.deploying
        1010 power.on
        1100 dhcp.discover
        1101 dhcp.offer
        1105 dhcp.request
        1106 dhcp.ack
        1110 tftp.sent
        1120 dhcp.discover
        1130 dhcp.ack
        1132 http.script
        1160 http.sent
        1250 agent.hello
        1252 image.started
        1300 http.sent
        1552 image.written
        1560 power.reset
        1700 dhcp.discover
        1701 dhcp.ack
        1900 home.called
        1901 state.deployed
        1950 role.step
        2000 role.done
        """;

    [Fact]
    public void A_commissioning_is_told_part_by_part()
    {
        var walk = Read(Commission)!;
        Assert.Equal(("commission", true), (walk.Walk, walk.Ended));
        Assert.Equal(27.2, walk.TotalSeconds, 3);
        Parts(walk, (WalkPart.Firmware, 1.6), (WalkPart.Dhcp, 2.4), (WalkPart.Transfer, 4), (WalkPart.Kernel, 12), (WalkPart.Agent, 7.2));
    }

    [Fact]
    public void A_deployment_is_told_part_by_part_and_the_commissioning_before_it_is_left_out()
    {
        var walk = Read(Commission + "\n" + Deploy)!;
        Assert.Equal(("deploy", true, Noon.AddSeconds(100)), (walk.Walk, walk.Ended, walk.Start));
        Parts(walk, (WalkPart.Appliance, 1.9), (WalkPart.Agent, 0.2), (WalkPart.Firmware, 10), (WalkPart.Dhcp, 1.6), (WalkPart.Transfer, 3.4), (WalkPart.Kernel, 9),
            (WalkPart.Image, 30), (WalkPart.Reboot, 14), (WalkPart.FirstBoot, 20), (WalkPart.Role, 9.9));
    }

    // As the virtual rack's ProLiant left it on 2026-11-21, in hundredths of seconds: iPXE is in its NIC, and its image had a broken file system.
    private const string RackBios = """
        0 dhcp.discover|1 dhcp.offer|9 dhcp.request|11 dhcp.ack|22 state.new|42 http.script|165 http.sent|439 http.sent|2597 dhcp.discover|2597 dhcp.offer|2603 dhcp.request|2604 dhcp.ack
        2774 agent.hello|2774 state.commissioning|3978 agent.inventory|4391 agent.bmc|4399 power.note|5044 power.seen|5044 power.off|5044 state.ready
        5096 state.deploying|5102 power.note|5102 power.bootdevice|5105 power.cycle|5105 power.seen|5360 dhcp.discover|5360 dhcp.offer|5361 dhcp.request|5362 dhcp.ack|5371 http.script
        5404 http.sent|5579 http.sent|7849 dhcp.discover|7849 dhcp.offer|7854 dhcp.request|7854 dhcp.ack|8023 agent.hello|8441 image.started|18433 agent.note|19041 state.failed
        """;

    [Fact]
    public void A_real_commissioning_that_began_with_a_stranger_is_told_from_its_first_packet()
    {
        var walk = Recorded(RackBios.Split("5096")[0])!;
        Assert.Equal(("commission", true, Noon), (walk.Walk, walk.Ended, walk.Start));
        Parts(walk, (WalkPart.Dhcp, 0.18), (WalkPart.Transfer, 4.28), (WalkPart.Kernel, 23.28), (WalkPart.Agent, 22.7));
    }

    [Fact]
    public void A_real_deployment_that_failed_is_told_up_to_its_end()
    {
        var walk = Recorded(RackBios)!;
        Assert.Equal(("deploy", true, 139.45), (walk.Walk, walk.Ended, Math.Round(walk.TotalSeconds, 3)));
        Parts(walk, (WalkPart.Appliance, 0.09), (WalkPart.Firmware, 2.55), (WalkPart.Dhcp, 0.07), (WalkPart.Transfer, 2.17), (WalkPart.Kernel, 24.39), (WalkPart.Agent, 4.18), (WalkPart.Image, 106));
    }

    [Theory]
    [InlineData(Commission)]
    [InlineData(Deploy)]
    public void Spans_have_no_gaps_and_sum_up_to_the_whole(string recorded)
    {
        var walk = Read(recorded)!;
        double at = 0;
        foreach (var span in walk.Spans)
        {
            Assert.Equal(at, span.From, 6);
            at += span.Seconds;
        }
        Assert.Equal(walk.TotalSeconds, at, 6);
        Assert.Equal(walk.TotalSeconds, Enum.GetValues<WalkPart>().Sum(walk.Of), 6);
    }

    [Fact]
    public void A_firmware_that_tries_the_network_before_the_disk_is_reboot_and_not_first_boot()
    {
        var walk = Read("0 state.deploying\n1 power.on\n5 agent.hello\n6 image.started\n20 image.written\n21 power.reset\n"
            + "80 dhcp.discover\n85 dhcp.ack\n90 tftp.sent\n95 http.script\n150 dhcp.discover\n250 home.called\n251 state.deployed")!;
        Assert.Equal(12.9, walk.Of(WalkPart.Reboot), 3);
        Assert.Equal(10, walk.Of(WalkPart.FirstBoot), 3);
    }

    [Fact]
    public void A_walk_that_fails_counts_the_wait_for_what_it_waited_for()
    {
        var walk = Read("0 state.deploying\n10 power.on\n6010 state.failed")!;
        Assert.Equal((true, 600.0, 1.0), (walk.Ended, walk.Of(WalkPart.Firmware), walk.Of(WalkPart.Appliance)));
    }

    [Fact]
    public void Renewals_and_power_readings_afterwards_begin_no_walk()
    {
        var walk = Read(Deploy + "\n9000 dhcp.request\n9001 dhcp.ack\n9100 power.read")!;
        Assert.Equal(("deploy", 100.0), (walk.Walk, walk.TotalSeconds));
    }

    [Fact]
    public void A_role_that_is_run_again_later_is_no_part_of_the_deployment()
    {
        var walk = Read(Deploy + "\n9000 role.asked\n9010 role.step\n9020 role.done")!;
        Assert.Equal((true, 100.0), (walk.Ended, walk.TotalSeconds));
    }

    [Fact]
    public void A_walk_under_way_counts_what_it_waits_for_now()
    {
        var walk = Read("0 state.deploying\n10 power.on\n100 agent.hello\n102 image.started", now: 50)!;
        Assert.Equal((false, 50.0, 39.8), (walk.Ended, walk.TotalSeconds, Math.Round(walk.Of(WalkPart.Image), 3)));
        Assert.Equal(100, Read(Deploy, now: 9999)!.TotalSeconds);
    }

    [Fact]
    public void A_walk_under_way_is_told_as_far_as_it_came()
    {
        var walk = Read("0 state.deploying\n10 power.on\n100 dhcp.discover\n101 dhcp.offer")!;
        Assert.Equal((false, 10.1), (walk.Ended, Math.Round(walk.TotalSeconds, 3)));
    }

    [Fact]
    public void Events_out_of_order_never_make_a_part_negative()
    {
        var walk = Read("0 state.deploying\n10 power.on\n100 dhcp.offer\n98 dhcp.discover\n105 dhcp.ack")!;
        Assert.All(walk.Spans, s => Assert.True(s.Seconds > 0));
        Assert.Equal(10.5, walk.TotalSeconds, 3);
    }

    [Fact]
    public void Nothing_begun_is_no_walk() => Assert.Null(Read("0 state.new\n5 power.read"));

    private static WalkBreakdown? Recorded(string hundredths) => WalkBreakdown.From(hundredths.Split('|', '\n').Select(l => l.Trim()).Where(l => l.Length > 0).Select((line, i) =>
        new TimelineEvent(i + 1, "de9wrr", Noon.AddSeconds(int.Parse(line.Split(' ')[0]) / 100.0), line.Split(' ')[1], "")));

    private static WalkBreakdown? Read(string recorded, double? now = null) => WalkBreakdown.From(recorded.Split('\n').Select((line, i) =>
    {
        var words = line.Trim().Split(' ');
        return new TimelineEvent(i + 1, "abc234", Noon.AddSeconds(int.Parse(words[0]) / 10.0), words[1], "");
    }), now is { } at ? Noon.AddSeconds(at) : null);

    private static void Parts(WalkBreakdown walk, params (WalkPart Part, double Seconds)[] expected)
    {
        var found = Enum.GetValues<WalkPart>().Select(p => (p, Math.Round(walk.Of(p), 3))).Where(p => p.Item2 > 0).ToHashSet();
        Assert.Equal(expected.ToHashSet(), found);
    }
}
