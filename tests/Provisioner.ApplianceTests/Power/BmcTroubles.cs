namespace Provisioner.ApplianceTests.Power;

/// <summary>Ways in which a BMC is ill, by name.</summary>
internal static class BmcTroubles
{
    /// <summary>Each answer comes so late.</summary>
    public static BmcSimulator Slow(this BmcSimulator bmc, double seconds)
    {
        bmc.Delay = _ => TimeSpan.FromSeconds(seconds);
        return bmc;
    }

    /// <summary>Answers until there is a session, and then no more.</summary>
    public static BmcSimulator HalfDead(this BmcSimulator bmc)
    {
        bmc.Tamper = (stage, answer) => stage == Stage.Command ? [] : [answer];
        return bmc;
    }

    /// <summary>Of each <paramref name="of"/> answers the first is lost.</summary>
    public static BmcSimulator Drops(this BmcSimulator bmc, int of)
    {
        int count = 0;
        bmc.Tamper = (_, answer) => Interlocked.Increment(ref count) % of == 1 ? [] : [answer];
        return bmc;
    }

    /// <summary>Each answer comes after the one before it, again.</summary>
    public static BmcSimulator Replays(this BmcSimulator bmc)
    {
        byte[]? before = null;
        bmc.Tamper = (_, answer) =>
        {
            byte[][] both = before is null ? [answer] : [before, answer];
            before = answer;
            return both;
        };
        return bmc;
    }

    /// <summary>Says yes to so many power orders, and does nothing.</summary>
    public static BmcSimulator Lies(this BmcSimulator bmc, int orders = int.MaxValue)
    {
        bmc.Chassis.LiesLeft = orders;
        return bmc;
    }

    /// <summary>Restarts with the first command of this number, instead of an answer.</summary>
    public static BmcSimulator RestartsAt(this BmcSimulator bmc, string command, double seconds)
    {
        bool done = false;
        bmc.Tamper = (_, answer) =>
        {
            if (done || !bmc.Heard.Contains(command)) return [answer];
            done = true;
            bmc.Restart(TimeSpan.FromSeconds(seconds));
            return [];
        };
        return bmc;
    }
}
