using System.Collections.Concurrent;
using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>Where in a conversation an answer of the simulator stands.</summary>
internal enum Stage { Capabilities, OpenSession, Rakp2, Rakp4, Command, Sol, Ping }

/// <summary>
/// A BMC without a socket: datagrams in, datagrams out. It shares no code with the driver that is tested against it but names of
/// numbers: its half of IPMI 1.5 and 2.0 was written beside the specification, and is proved by ipmitool and FreeIPMI.
/// </summary>
internal class SimulatedBmc
{
    private readonly SimulatedSessions _sessions;
    private readonly SimulatedLanSessions _lanSessions;
    private readonly SimulatedCommands _commands;
    private readonly Lock _turn = new();
    private long _awayUntil;

    public SimulatedBmc(BmcFace? face = null)
    {
        Face = face ?? new BmcFace();
        (_sessions, _lanSessions, _commands) = (new(this), new(this), new(this));
        Chassis = new(this);
        (Records, Fru, Log, Lan, Users, Sol) = (new(Face), new(Face), new(), new(this), new(), new());
    }

    /// <summary>Who it says it is.</summary>
    public BmcFace Face { get; }

    public SimulatedChassis Chassis { get; }

    public SimulatedUsers Users { get; }

    public SimulatedSensors Records { get; }

    public SimulatedFru Fru { get; }

    public SimulatedLog Log { get; }

    public SimulatedLan Lan { get; }

    public SimulatedSol Sol { get; }

    public byte[] Suites { get; set; } = [17, 3];

    /// <summary>Octets of a password that are kept.</summary>
    public int PasswordRoom { get; set; } = 20;

    /// <summary>The BMC's own key, or empty.</summary>
    public byte[] Kg { get; set; } = [];

    public bool Speaks15Only { get; set; }

    /// <summary>Sessions of IPMI 1.5 too.</summary>
    public bool Speaks15 { get; set; }

    public int MaxSessions { get; set; } = 4;

    /// <summary>A session without a datagram for so long is forgotten (IPMI 2.0 §6.12.15: 60 s ± 3 s).</summary>
    public TimeSpan SessionLife { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Get Channel Cipher Suites stays unanswered.</summary>
    public bool HidesCipherSuites { get; set; }

    /// <summary>Checksums inside of answers are wrong.</summary>
    public bool WrongChecksums { get; set; }

    /// <summary>The level of Open Session goes into the keys where that of RAKP 1 belongs.</summary>
    public bool HashesOpenSessionLevel { get; set; }

    /// <summary>So long after a wrong password nobody logs in.</summary>
    public TimeSpan LoginDelay { get; set; }

    /// <summary>IPMI over LAN is on (channel 1's access mode).</summary>
    public bool LanAccess { get; set; } = true;

    /// <summary>The command's answer is this completion code, while it is there.</summary>
    public ConcurrentDictionary<(NetFn, byte), byte> Refusals { get; } = new();

    /// <summary>What is asked is written down: not where thousands of BMCs are polled.</summary>
    public bool WritesDown { get; init; } = true;

    /// <summary>Names of the stages and numbers of the commands, as they were asked for.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    public int OpenSessions => _sessions.Count + _lanSessions.Count;

    /// <summary>Since when logins wait, in <see cref="Environment.TickCount64"/>.</summary>
    internal long LoginsFrom { get; set; }

    /// <summary>As after a restart: it knows no session.</summary>
    public void ForgetSessions()
    {
        _sessions.Forget();
        _lanSessions.Forget();
    }

    /// <summary>Restarts: silent for so long, and no session is known afterwards.</summary>
    public void Restart(TimeSpan away)
    {
        ForgetSessions();
        Sol.Drop();
        _awayUntil = Environment.TickCount64 + (long)away.TotalMilliseconds;
    }

    /// <summary>A command as the machine's own system gives it, by KCS.</summary>
    public (byte Code, byte[] Data) InBand(NetFn netFn, byte command, params byte[] data) =>
        _commands.Do(new Caller("", PrivilegeLevel.Administrator, PrivilegeLevel.Administrator), netFn, command, data) ?? (CompletionCode.InvalidCommand, []);

    /// <summary>What it answers, or null. <paramref name="send"/> is for what it says by itself later: a console's output.</summary>
    public (Stage Stage, byte[] Datagram)? Answer(ReadOnlySpan<byte> datagram, Action<Stage, byte[]>? send = null)
    {
        if (!LanAccess || Environment.TickCount64 < _awayUntil || datagram.Length < 5 || datagram[0] != 0x06) return null;
        lock (_turn)
        {
            if (datagram[3] == 0x06) return Pong(datagram);
            if (datagram[3] != 0x07) return null;
            return datagram[4] == 0x06 ? Speaks15Only ? null : _sessions.Answer(datagram, send) : _lanSessions.Answer(datagram);
        }
    }

    internal (byte Code, byte[] Data)? Do(Caller caller, NetFn netFn, byte command, byte[] data) => _commands.Do(caller, netFn, command, data);

    internal void Hear(string what)
    {
        if (WritesDown) Heard.Enqueue(what);
    }

    // ASF 2.0 §3.2.4.2, §3.2.4.3: RMCP presence ping and pong; 0x81: IPMI, ASF 1.0.
    private static (Stage, byte[])? Pong(ReadOnlySpan<byte> ping) => ping.Length < 12 || ping[8] != 0x80 ? null
        : (Stage.Ping, [0x06, 0, 0xff, 0x06, 0, 0, 0x11, 0xbe, 0x40, ping[9], 0, 16, 0, 0, 0x11, 0xbe, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0]);
}

/// <summary>Who asks a command.</summary>
internal sealed class Caller(string user, PrivilegeLevel highest, PrivilegeLevel level)
{
    public string User { get; } = user;

    public PrivilegeLevel Highest { get; } = highest;

    public PrivilegeLevel Level { get; set; } = level;

    /// <summary>The BMC's id of the session, or 0.</summary>
    public uint Session { get; init; }

    /// <summary>Ends the session.</summary>
    public Action Close { get; init; } = static () => { };

    /// <summary>Sends a payload of SOL in the session; null where there is none.</summary>
    public Action<byte[]>? SendSol { get; init; }
}
