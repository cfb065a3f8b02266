using Provisioner.Domain.Roles;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>A small role is cut off everywhere: what it makes afterwards is the same, and nothing is done twice.</summary>
public sealed class PowerLossTests : IDisposable
{
    private const string Role = """
        - group: {name: shop}
        - system-user: {name: shop, home: /srv/shop, groups: [shop]}
        - directory: {path: /srv/shop, owner: shop, group: shop, mode: "0750"}
        - template: {path: /srv/shop/a.conf, content: "{{ machine.name }}\n", owner: shop, group: shop, mode: "0640"}
        - ini: {path: /srv/shop/b.ini, set: "[a]\nb = c\n[d]\ne = f\n"}
        - line: {path: /srv/shop/c, line: one}
        - block: {path: /srv/shop/c, content: "two\nthree\n"}
        - command: {run: "echo x > /srv/shop/made", creates: /srv/shop/made}
        - command: {run: "cat /srv/shop/a.conf > /srv/shop/read", when-changed: [/srv/shop/a.conf]}
        - service: {name: shop, restart-when-changed: [/srv/shop/a.conf, /srv/shop/b.ini]}
        """;

    // Every program that changes something, in place of the real one: the n-th call ends the step, before it or after it.
    private const string Wrapper = """
        #!/bin/sh
        n=$(($(cat /run/calls 2>/dev/null || echo 0) + 1))
        echo $n >/run/calls
        at=$(cat /run/kill-at 2>/dev/null || echo 0)
        if [ "$n" = "$at" ] && [ ! -e /run/kill-after ]; then kill -s KILL -- $(cat /run/step-pid); fi
        rc=0
        "/usr/bin/${0##*/}.real" "$@" || rc=$?
        if [ "$n" = "$at" ]; then kill -s KILL -- $(cat /run/step-pid); fi
        exit $rc
        """;

    private static readonly string[] Programs = ["sync", "mv", "mkdir", "chown", "chmod", "rm", "systemctl"];

    private readonly RoleHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_role_that_is_cut_off_anywhere_comes_to_the_same_end()
    {
        foreach (string program in Programs)
        {
            File.Move(_host.Host.In($"/usr/bin/{program}"), _host.Host.In($"/usr/bin/{program}.real"));
            File.WriteAllText(_host.Host.In($"/usr/bin/{program}"), Wrapper);
            File.SetUnixFileMode(_host.Host.In($"/usr/bin/{program}"), (UnixFileMode)0b111_101_101);
        }
        File.WriteAllText(_host.Host.In("/etc/systemd/system/shop.service"), "[Service]\nExecStart=/bin/sh -c 'cat /srv/shop/a.conf > /run/shop; exec sleep infinity'\n[Install]\nWantedBy=multi-user.target\n");
        string script = _host.Scripts(Role)[0];

        Reset();
        Assert.Equal(0, Run(script, 0, false));
        string wanted = Looks();
        int calls = Calls();
        Assert.InRange(calls, 25, 120);
        // Before each call; after every fourth, which is before the next one but for what the call did.
        foreach (bool after in new[] { false, true })
            for (int at = 1; at <= calls; at += after ? 4 : 1)
            {
                Reset();
                string where = $"cut off {(after ? "after" : "before")} call {at}";
                // The first run of all has some calls more, such as the enabling of a service that was never seen before.
                if (Run(script, at, after) == 0)
                {
                    Assert.True(Calls() < at, $"{where}: it wasn't");
                    break;
                }
                Assert.True(Run(script, 0, false) == 0, where);
                Assert.True(wanted == Looks(), $"{where}:\n{Looks()}\ninstead of\n{wanted}");
                var (code, said, output) = _host.Run(script);
                Assert.True(code == 0 && said.Length == 0, $"{where}, then again: {code} {string.Join("; ", said)} {output}");
            }
    }

    private int Calls() => int.Parse(_host.Host.Enter("cat /run/calls").Output, System.Globalization.CultureInfo.InvariantCulture);

    private void Reset() => _host.Host.Enter(
        "systemctl disable --now -q shop; systemctl daemon-reload; systemctl reset-failed; userdel shop; groupdel shop; rm.real -rf /srv/shop /run/shop /var/lib/provisioner/services /var/lib/provisioner/commands");

    private int Run(string script, int killAt, bool after)
    {
        File.WriteAllText(_host.Host.In("/root/step"), script);
        return _host.Host.Enter($"cd /; rm.real -f /run/calls /run/kill-after; echo {killAt} >/run/kill-at; {(after ? ": >/run/kill-after; " : "")}setsid sh -c 'echo -$$ >/run/step-pid; exec sh /root/step' </dev/null 3>/dev/null").Code;
    }

    private string Looks() => _host.Host.Enter(
        "cd /srv/shop && ls -ln --time-style=+ | tail -n +2; for f in *; do echo \"$f:\"; cat \"$f\"; done; systemctl is-enabled shop; systemctl is-active shop; cat /run/shop; id -nG shop; find /srv/shop /etc/systemd/system -name '*provisioner-new*'").Output;
}
