using System.Collections.Immutable;
using System.Diagnostics;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>net-snmp's agent (Debian: snmpd 5.9.3) on loopback as a PDU of four outlets: a script behind it keeps their state, for the objects of every maker of the catalog.</summary>
internal sealed class SnmpAgent : IAsyncDisposable
{
    public const string Auth = "auth-password", Priv = "priv-password", Community = "s3cret-write";

    /// <summary>Users of version 3: name, authentication, privacy, as createUser of snmpd.conf(5) has them.</summary>
    public static readonly (string Name, string Auth, string Priv)[] Users =
    [
        ("md5", "MD5", ""), ("sha", "SHA", ""), ("sha224", "SHA-224", ""), ("sha256", "SHA-256", ""), ("sha384", "SHA-384", ""), ("sha512", "SHA-512", ""),
        ("md5-des", "MD5", "DES"), ("sha-des", "SHA", "DES"), ("sha-aes", "SHA", "AES"), ("sha224-aes", "SHA-224", "AES"), ("sha256-aes", "SHA-256", "AES"), ("sha384-aes", "SHA-384", "AES"),
        ("sha512-aes", "SHA-512", "AES"), ("sha512-des", "SHA-512", "DES"),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("snmpd-").FullName;
    private readonly string _systemId;
    private Process? _process;

    private SnmpAgent(string systemId)
    {
        _systemId = systemId;
        Port = Peer.FreeUdpPort();
        Directory.CreateDirectory(Path.Combine(_folder, "out"));
        for (int i = 1; i <= 4; i++) Switch(i, true);
        File.WriteAllText(Path.Combine(_folder, "outlets"), Script);
        File.WriteAllText(Path.Combine(_folder, "snmpd.conf"), Configuration);
    }

    public int Port { get; }

    public static async Task<SnmpAgent> StartAsync(string systemId = "1.3.6.1.4.1.318.1.3.4.5")
    {
        var agent = new SnmpAgent(systemId);
        await agent.StartAgainAsync();
        return agent;
    }

    /// <summary>Ends it, if it runs, and starts it: its count of starts goes up.</summary>
    public async Task StartAgainAsync()
    {
        await StopAsync();
        _process = Peer.Start("env", "MIBS=", $"SNMP_PERSISTENT_DIR={_folder}/kept", "snmpd", "-f", "-C", "-c", Path.Combine(_folder, "snmpd.conf"), "-Lf", Path.Combine(_folder, "log"), "-I", "-smux");
        for (int i = 0; i < 200 && !File.ReadAllText("/proc/net/udp").Contains($":{Port:X4} ", StringComparison.Ordinal); i++) await Task.Delay(50);
    }

    /// <summary>A politely ended agent keeps its users and its count of starts.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        await Peer.RunAsync("kill", $"{process.Id}");
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(time.Token);
        process.Dispose();
        _process = null;
    }

    public bool IsOn(int outlet) => File.ReadAllText(Path.Combine(_folder, "out", $"{outlet}")).Trim() == "on";

    public void Switch(int outlet, bool on) => File.WriteAllText(Path.Combine(_folder, "out", $"{outlet}"), on ? "on" : "off");

    /// <summary>Every switching of an outlet, in order: <c>3 off</c>.</summary>
    public IReadOnlyList<string> Switchings => File.Exists(Path.Combine(_folder, "said")) ? File.ReadAllLines(Path.Combine(_folder, "said")) : [];

    public PowerTarget Target(string settings = "outlet=3", string username = "", string password = Community, string secrets = "") => Pdus.Target(Port, settings, username, password, secrets);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string Configuration => $"""
        agentaddress udp:127.0.0.1:{Port}
        sysobjectid .{_systemId}
        rwcommunity {Community}
        rocommunity public
        {string.Join('\n', Users.Select(u => $"createUser {u.Name} {u.Auth} {Auth}{(u.Priv.Length > 0 ? $" {u.Priv} {Priv}" : "")}\nrwuser {u.Name} {(u.Priv.Length > 0 ? "priv" : "auth")}"))}
        createUser reader SHA {Auth} AES {Priv}
        rouser reader priv
        createUser plain
        rwuser plain noauth
        pass .1.3.6.1.4.1.318 /bin/sh {_folder}/outlets
        pass .1.3.6.1.4.1.534 /bin/sh {_folder}/outlets
        pass .1.3.6.1.4.1.13742 /bin/sh {_folder}/outlets

        """;

    // snmpd.conf(5), pass: -g OID or -s OID TYPE VALUE; OID, type and value back, or nothing. Only objects of the agent's own maker are there.
    private string Script => $$"""
        cd {{_folder}}
        case $2 in .{{string.Join('.', _systemId.Split('.').Take(7))}}.*) ;; *) exit 0 ;; esac
        n=${2##*.}; object=${2%.*}; on=1; off=2; order=$4
        case $object in
          .1.3.6.1.4.1.318.1.1.26.9.2.3.1.5) kind=state; on=2; off=1 ;;
          .1.3.6.1.4.1.318.1.1.12.3.5.1.1.4) kind=state ;;
          .1.3.6.1.4.1.318.1.1.4.4.2.1.3) kind=both ;;
          .1.3.6.1.4.1.318.1.1.26.9.2.4.1.5 | .1.3.6.1.4.1.318.1.1.12.3.3.1.1.4) kind=order ;;
          .1.3.6.1.4.1.318.1.1.12.3.5.1.1.2 | .1.3.6.1.4.1.534.6.6.7.6.1.1.3.0 | .1.3.6.1.4.1.13742.6.3.5.3.1.3.1) kind=name ;;
          .1.3.6.1.4.1.534.6.6.7.6.6.1.2.0) kind=state; off=0 ;;
          .1.3.6.1.4.1.534.6.6.7.6.6.1.3.0) kind=order; order=2 ;;
          .1.3.6.1.4.1.534.6.6.7.6.6.1.4.0) kind=order; order=1 ;;
          .1.3.6.1.4.1.13742.6.4.1.2.1.3.1) kind=state; on=7; off=8 ;;
          .1.3.6.1.4.1.13742.6.4.1.2.1.2.1) kind=order; [ "$4" = 0 ] && order=2 ;;
          *) exit 0 ;;
        esac
        [ -f hidden ] && grep -q "^$object\$" hidden && exit 0
        [ -f out/$n ] || { [ "$1" = -s ] && echo not-writable; exit 0; }
        case $1:$kind in
          -s:order | -s:both)
            case $order in 1) word=on ;; 2) word=off ;; *) echo wrong-value; exit 0 ;; esac
            echo "$n $word" >> said
            [ -f lies ] || echo $word > out/$n ;;
          -s:*) echo not-writable ;;
          -g:name) echo $2; echo string; echo "rack 4, PSU $n" ;;
          -g:*) echo $2; echo integer; [ "$(cat out/$n)" = on ] && echo $on || echo $off ;;
        esac

        """;

    /// <summary>It says yes to orders and does nothing.</summary>
    public void Lies() => File.WriteAllText(Path.Combine(_folder, "lies"), "");

    /// <summary>Objects that this model has not.</summary>
    public void Hides(params string[] objects) => File.WriteAllLines(Path.Combine(_folder, "hidden"), objects);
}
