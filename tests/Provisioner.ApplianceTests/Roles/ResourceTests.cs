using System.Collections.Immutable;
using Provisioner.Domain.Roles;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>Every kind of resource of a plain machine, on a booted Debian: checked, applied, applied again.</summary>
public sealed class ResourceTests : IClassFixture<ResourceTests.Fixture>
{
    private readonly RoleHost _host;

    public ResourceTests(Fixture fixture) => _host = fixture.Host;

    public sealed class Fixture : IDisposable
    {
        internal RoleHost Host { get; } = new();

        public void Dispose() => Host.Dispose();
    }

    private string Text(string path) => File.ReadAllText(_host.Host.In(path));

    [Fact]
    public void Files_directories_links_and_absence()
    {
        File.WriteAllText(_host.Host.In("/etc/old"), "x");
        Assert.Equal(
            ["/etc/a/b.conf: written", "/etc/a/bin: written", "/srv/data: made", "/etc/a/link: points to /etc/a/b.conf", "/etc/old: removed"],
            _host.Becomes("""
                - template: {path: /etc/a/b.conf, content: "{{ machine.name }}\n", mode: "0640", group: daemon}
                - file: {path: /etc/a/bin, base64: AAEC/w==}
                - directory: {path: /srv/data, owner: nobody, group: nogroup, mode: "0700"}
                - link: {path: /etc/a/link, to: /etc/a/b.conf}
                - absent: {path: /etc/old}
                """));
        Assert.Equal("calm-otter\n", Text("/etc/a/b.conf"));
        Assert.Equal([0, 1, 2, 255], File.ReadAllBytes(_host.Host.In("/etc/a/bin")));
        Assert.Equal("640 root daemon\n", _host.Host.Enter("stat -c '%a %U %G' /etc/a/b.conf").Output);
        Assert.Equal("700 nobody nogroup\n", _host.Host.Enter("stat -c '%a %U %G' /srv/data").Output);
    }

    [Fact]
    public void An_INI_file_has_what_is_set_where_it_stood_and_the_rest_stays()
    {
        File.WriteAllText(_host.Host.In("/etc/x.ini"),
            "# top\n[DEFAULT]\nverbose=True\nmulti = a\nmulti = b\nlong = one\n  two\n\n[database]\n#connection = x\n\n[service_providers]\nservice_provider = LB\n# c\n");
        string[] changes = _host.Becomes("""
            - ini:
                path: /etc/x.ini
                set: |
                  [DEFAULT]
                  verbose = True
                  multi = b
                  multi = c
                  multi = http://x/%(tenant_id)s
                  [database]
                  connection = mysql://a:b@c/d?x=y
                  [new]
                  key = value
                unset: |
                  [DEFAULT]
                  long
                comment-sections: [service_providers]
            - ini: {path: /etc/y.ini, whole: true, set: "[a]\nb = c\n", mode: "0600"}
            - ini: {path: /etc/z.conf, separator: "=", set: "key = value"}
            """);
        Assert.Equal(["/etc/x.ini: written", "/etc/y.ini: written", "/etc/z.conf: written"], changes);
        Assert.Equal(
            "# top\n[DEFAULT]\nverbose=True\nmulti = b\nmulti = c\nmulti = http://x/%(tenant_id)s\n\n[database]\n#connection = x\nconnection = mysql://a:b@c/d?x=y\n\n"
            + "[service_providers]\n#service_provider = LB\n# c\n\n[new]\nkey = value\n", Text("/etc/x.ini"));
        Assert.Equal("[a]\nb = c\n", Text("/etc/y.ini"));
        Assert.Equal("key=value\n", Text("/etc/z.conf"));
    }

    [Fact]
    public void A_WSGI_program_inside_Apache_has_as_many_processes_as_are_wanted()
    {
        File.WriteAllText(_host.Host.In("/etc/site.conf"), "Listen 5000\n    WSGIDaemonProcess k processes=5 threads=1 user=k\nWSGIProcessGroup k\n");
        Assert.Equal(["/etc/site.conf: written"], _host.Becomes("- apache-wsgi: {path: /etc/site.conf, processes: 2, threads: 8}"));
        Assert.Equal("Listen 5000\n    WSGIDaemonProcess k processes=2 threads=8 user=k\nWSGIProcessGroup k\n", Text("/etc/site.conf"));
    }

    [Theory]
    [InlineData("Listen 5000\n", "/etc/other.conf has no WSGIDaemonProcess")]
    [InlineData(null, "/etc/other.conf is not there")]
    public void A_site_of_Apache_without_such_a_program_is_named(string? site, string fault)
    {
        File.Delete(_host.Host.In("/etc/other.conf"));
        if (site is not null) File.WriteAllText(_host.Host.In("/etc/other.conf"), site);
        var (code, _, output) = _host.Run(_host.Scripts("- apache-wsgi: {path: /etc/other.conf, processes: 2, threads: 8}")[0]);
        Assert.Equal(1, code);
        Assert.Contains(fault, output, StringComparison.Ordinal);
        Assert.Equal(site, File.Exists(_host.Host.In("/etc/other.conf")) ? Text("/etc/other.conf") : null);
    }

    [Fact]
    public void Lines_and_blocks()
    {
        File.WriteAllText(_host.Host.In("/etc/l.conf"), "a\n#PermitRootLogin yes\nb\n");
        _host.Becomes("""
            - line: {path: /etc/l.conf, match: "^#?PermitRootLogin", line: PermitRootLogin no}
            - line: {path: /etc/l.conf, line: c}
            - line: {path: /etc/l.conf, line: b, state: absent}
            - block: {path: /etc/l.conf, mark: mine, comment: ";", content: "one\ntwo\n"}
            """);
        Assert.Equal("a\nPermitRootLogin no\nc\n; BEGIN provisioner mine\none\ntwo\n; END provisioner mine\n", Text("/etc/l.conf"));
    }

    [Fact]
    public void Services_run_with_the_present_content_of_their_files_or_not_at_all()
    {
        File.WriteAllText(_host.Host.In("/etc/systemd/system/sample.service"), "[Service]\nExecStart=/bin/sh -c 'cat /etc/sample.conf > /run/sample; exec sleep infinity'\n[Install]\nWantedBy=multi-user.target\n");
        _host.Host.Enter("systemctl daemon-reload");
        const string Running = "- template: {path: /etc/sample.conf, content: \"WORD\\n\"}\n- service: {name: sample, restart-when-changed: [/etc/sample.conf]}\n";
        Assert.Equal(["/etc/sample.conf: written", "sample: enabled", "sample: restarted"], _host.Becomes(Running));
        Assert.Equal(["/etc/sample.conf: written", "sample: restarted"], _host.Becomes(Running.Replace("WORD", "other", StringComparison.Ordinal)));
        Assert.Equal("other\n", _host.Host.Enter("cat /run/sample").Output);
        _host.Host.Enter("systemctl stop sample");
        Assert.Equal(["sample: started"], _host.Becomes(Running.Replace("WORD", "other", StringComparison.Ordinal)));
        Assert.Equal(["sample: disabled", "sample: stopped"], _host.Becomes("- service: {name: sample, state: stopped, enabled: false}"));
    }

    [Fact]
    public void A_service_that_falls_over_is_a_failure_with_its_words()
    {
        File.WriteAllText(_host.Host.In("/etc/systemd/system/bad.service"), "[Service]\nExecStart=/bin/sh -c 'echo no such table; exit 3'\nType=oneshot\n");
        _host.Host.Enter("systemctl daemon-reload");
        var (code, _, output) = _host.Run(_host.Scripts("- service: {name: bad, enabled: false}")[0]);
        Assert.Equal(1, code);
        Assert.Contains("no such table", output, StringComparison.Ordinal);
        Assert.Contains("service bad: bad.service does not run", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Accounts_and_groups()
    {
        Assert.Equal(["shop: group made", "shop: account made", "shop: in the group adm", "ada: account made", "/etc/sudoers.d/90-provisioner-ada: written", "ada: SSH keys added"], _host.Becomes("""
            - group: {name: shop}
            - system-user: {name: shop, home: /var/lib/shop, groups: [adm]}
            - user: {name: ada, sudo: true, ssh-keys: ["ssh-ed25519 AAAA ada"]}
            """));
        Assert.StartsWith("shop:/var/lib/shop:/usr/sbin/nologin", _host.Host.Enter("getent passwd shop | cut -d: -f1,6,7").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_run_once_and_again_when_what_they_read_changed()
    {
        const string Commands = """
            - template: {path: /etc/c.conf, content: "WORD\n"}
            - command: {run: "echo made > /srv/made; cat", creates: /srv/made}
            - command: {run: "id -un > /srv/who; pwd >> /srv/who; printf '%s\\n' \"$GREETING\" >> /srv/who", unless: test -e /srv/who, as: nobody, directory: /tmp, environment: {GREETING: "it's \"me\" $(id)"}}
            - command: {run: "cat /etc/c.conf >> /srv/read", when-changed: [/etc/c.conf]}
            """;
        _host.Host.Enter("chmod 777 /srv");
        Assert.Equal(["/etc/c.conf: written", "run: echo made > /srv/made; cat", "run: id -un > /srv/who; pwd >> /srv/who; printf '%s\\n' \"$GREETING\" >> /srv/who", "run: cat /etc/c.conf >> /srv/read"], _host.Becomes(Commands));
        Assert.Equal("nobody\n/tmp\nit's \"me\" $(id)\n", Text("/srv/who"));
        Assert.Equal(["/etc/c.conf: written", "run: cat /etc/c.conf >> /srv/read"], _host.Becomes(Commands.Replace("WORD", "other", StringComparison.Ordinal)));
        Assert.Equal("WORD\nother\n", Text("/srv/read"));
    }

    [Fact]
    public void The_kernel_s_settings_hold_now_and_after_a_start()
    {
        Assert.Equal(["/etc/sysctl.d/60-provisioner-net.ipv4.ip_forward.conf: written", "net.ipv4.ip_forward: 1", "/etc/sysctl.d/60-provisioner-net.ipv4.ip_local_port_range.conf: written", "net.ipv4.ip_local_port_range: 20000 50000"],
            _host.Becomes("- sysctl: {values: {net.ipv4.ip_forward: 1, net.ipv4.ip_local_port_range: \"20000 50000\"}}"));
        Assert.Equal("1\n", _host.Host.Enter("cat /proc/sys/net/ipv4/ip_forward").Output);
    }

    [Fact]
    public void A_bridge_has_its_ports_and_addresses_and_a_unit_that_makes_it_again()
    {
        _host.Host.Enter("ip link add port0 type veth peer name port1");
        Assert.Equal(["/etc/systemd/system/provisioner-bridge-br-x.service: written", "bridge br-x: at each start", "bridge br-x: made"], _host.Becomes("- bridge: {name: br-x, ports: [port0], addresses: [192.0.2.1/24]}"));
        Assert.Contains("192.0.2.1/24", _host.Host.Enter("ip -o address show dev br-x").Output, StringComparison.Ordinal);
        _host.Host.Enter("ip link del br-x");
        Assert.Equal(["bridge br-x: made"], _host.Becomes("- bridge: {name: br-x, ports: [port0], addresses: [192.0.2.1/24]}"));
    }

    [Fact]
    public void What_is_fetched_has_its_sum_and_what_answers_is_waited_for()
    {
        File.WriteAllText(_host.Host.In("/srv/file"), "hello\n");
        _host.Becomes("""
            - fetch: {url: "file:///srv/file", path: /opt/file, sha256: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03}
            - port-wait: {host: 127.0.0.1, port: 22}
            - command: {run: "mkdir -p /srv/www; setsid busybox httpd -p 127.0.0.1:8099 -h /srv/www >/dev/null 2>&1", unless: "curl -s -o /dev/null http://127.0.0.1:8099/"}
            - http-wait: {url: "http://127.0.0.1:8099/none", status: [404], timeout-seconds: 20}
            """);
        var (code, _, output) = _host.Run(_host.Scripts("- fetch: {url: \"file:///srv/file\", path: /opt/other, sha256: aa}")[0]);
        Assert.Equal(1, code);
        Assert.Contains("file:///srv/file has SHA-256 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03, not aa", output, StringComparison.Ordinal);
        (code, _, output) = _host.Run(_host.Scripts("- port-wait: {host: 127.0.0.1, port: 9, timeout-seconds: 1}")[0]);
        Assert.Contains("port-wait 127.0.0.1: nobody answers at 127.0.0.1 port 9 within 1 s", output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    public void Facts_are_told()
    {
        var (code, said, output) = _host.Run(_host.Scripts("- export: {name: one, command: \"echo a b\"}\n- export: {name: many, list: true, command: \"printf '1\\\\n2\\\\n'\"}\n- export: {name: file, file: /etc/hostname}")[0]);
        Assert.True(code == 0, output);
        Assert.Equal(["a b", "1\n2"], said.Take(2).Select(s => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(s.Split(' ')[2]))));
        Assert.StartsWith("export file ", said[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Checks_say_what_they_expected()
    {
        var (code, _, output) = _host.Run(_host.Scripts("- check: {run: echo state DOWN, output: UP}")[0]);
        Assert.Equal(1, code);
        Assert.Contains("its output doesn't match UP", output, StringComparison.Ordinal);
        Assert.Equal(0, _host.Run(_host.Scripts("- check: {run: echo state UP, output: 'UP$'}")[0]).Code);
    }

    [Fact]
    public void A_long_file_that_differs_at_its_beginning_is_written_without_another_word()
    {
        File.WriteAllText(_host.Host.In("/etc/long"), "another\n");
        // As systemd starts the agent: SIGPIPE ignored.
        string script = "trap '' PIPE\n" + _host.Scripts($"- file: {{path: /etc/long, content: \"{new string('x', 200_000)}\"}}")[0];
        var (code, _, output) = _host.Run(script);
        Assert.Equal((0, "/etc/long: written\n"), (code, output));
    }

    [Fact]
    public void Hostile_values_stay_values()
    {
        const string Hostile = """'; touch /pwned; "$(touch /pwned)" `touch /pwned` \ %s {{ x }} $HOME # [x] = y""";
        var secrets = ImmutableDictionary<string, string>.Empty.Add("sample/word", Hostile);
        foreach (string shell in new[] { "sh", "bash --posix", "busybox sh" })
        {
            _host.Host.Enter("rm -rf /etc/hostile /srv/word");
            string script = _host.Scripts("""
                - template: {path: /etc/hostile/t, content: "{{ secret.word }}\n"}
                - ini: {path: /etc/hostile/i, set: "[a]\nkey = {{ secret.word }}\n"}
                - line: {path: /etc/hostile/l, line: "{{ secret.word }}"}
                - block: {path: /etc/hostile/b, content: "{{ secret.word }}\n"}
                - command: {run: "printf '%s\\n' {{ secret.word }} > /srv/word; printf '%s\\n' \"in quotes {{ secret.word }}\" >> /srv/word", creates: /srv/word}
                """, StepMode.Apply, "secrets: {word: {}}\n", secrets)[0];
            var (code, said, output) = _host.Run(script, shell);
            Assert.True(code == 0, $"{shell}: {output}");
            Assert.Equal(5, said.Length);
            Assert.Empty(_host.Run(script, shell).Said);
            Assert.Equal($"{Hostile}\n", Text("/etc/hostile/t"));
            Assert.Equal($"[a]\nkey = {Hostile}\n", Text("/etc/hostile/i"));
            Assert.Equal($"{Hostile}\n", Text("/etc/hostile/l"));
            Assert.Contains($"\n{Hostile}\n", Text("/etc/hostile/b"), StringComparison.Ordinal);
            Assert.StartsWith($"{Hostile}\nin quotes ", Text("/srv/word"), StringComparison.Ordinal);
            Assert.False(File.Exists(_host.Host.In("/pwned")));
        }
    }
}
