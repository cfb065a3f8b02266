using System.Collections.Immutable;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Bundles;

/// <summary>A product of three roles: a database, a service that needs it, agents of that on other machines; and its two releases.</summary>
internal static class Samples
{
    public const string Old = "release: old\nproduct: shop\ntitle: Old\nvalues:\n  packages: [shop-server, shop-registry]\n  scheme: mysql\n  port: 80\n";

    public const string New = """
        release: new
        product: shop
        title: New
        values:
          packages: [shop]
          scheme: mysql+pymysql
          port: 8080
          has_tokens: true
          login:
            - "user = {{ user }}"
            - "password = {{ secret.password }}"
        """;

    public const string Base = "role: base\ntitle: Names\nbase: true\nsteps:\n  - name: names\n    resources:\n      - hosts-file: {entries: [\"{{ deployment.hosts }}\"]}\n";

    public const string Database = """
        role: database
        title: Database
        single: true
        spaces: [inner]
        provides:
          sql:
            after: server
            values: {host: "{{ machine.address.inner }}", servers: ["{{ application.addresses }}"]}
        steps:
          - name: server
            resources:
              - package: {names: [mariadb-server]}
          - name: tune
            resources:
              - file: {path: /etc/tuned, content: "yes"}
        """;

    public const string Shop = """
        role: shop
        title: The shop
        product: shop
        parameters:
          user: {type: text, default: "{{ application.name }}"}
          workers: {type: number, default: 2, min: 1, max: 8}
        secrets:
          password: {kind: password, length: 12, about: of its database}
        requires:
          sql: {}
          cache: {optional: true}
          agent: {optional: true, many: true, tolerate: true}
        provides:
          shop:
            after: start
            values: {url: "http://{{ machine.name }}:{{ release.port }}", id: "{{ fact.id }}"}
        steps:
          - name: packages
            resources:
              - package: {names: ["{{ release.packages }}"]}
          - name: database
            at: sql
            resources:
              - sql-database: {name: shop, user: "{{ user }}", password: "{{ secret.password }}"}
          - name: configure
            resources:
              - ini:
                  path: /etc/shop.conf
                  set: |
                    [database]
                    connection = {{ release.scheme }}://{{ user }}:{{ secret.password }}@{{ sql.host }}/shop
                    workers = {{ workers }}
              - ini: {path: /etc/shop.conf, set: "[login]\n{{ release.login }}"}
                when: [release.has_tokens, release.login]
          - name: sync
            once: true
            resources:
              - command: {run: "shop-sync {{ user }}", unless: shop-sync --check}
              - export: {name: id, command: shop-id}
          - name: start
            resources:
              - service: {name: shop, restart-when-changed: [/etc/shop.conf]}
          - name: discover
            once: true
            needs: [agent]
            resources:
              - command: {run: shop-discover, unless: shop-discovered}
        verify:
          - name: answers
            resources:
              - http-wait: {url: "http://{{ machine.name }}:{{ release.port }}/"}
        """;

    public const string Agent = """
        role: agent
        title: An agent
        requires: {shop: {}}
        provides: {agent: {values: {name: "{{ machine.name }}"}}}
        steps:
          - name: packages
            resources:
              - package: {names: [shop-agent]}
          - name: start
            resources:
              - template: {path: /etc/agent.conf, content: "{{ shop.url }} {{ shop.id }}\n"}
              - service: {name: shop-agent, restart-when-changed: [/etc/agent.conf]}
        """;

    public const string Three = """
        bundle: three
        release: new
        spaces:
          outer: {subnet: 10.0.0.0/24}
          inner: {subnet: 10.0.1.0/24}
        machines:
          controller: {tags: [controller]}
          compute: {tags: [compute], count: 2, memory: 4G}
        applications:
          base: {to: [controller, compute]}
          database: {to: controller}
          shop: {to: database, options: {workers: 3}}
          agent: {to: compute}
        """;

    public static RoleLibrary Library { get; } = RoleLibrary.Read(
        [("roles/base.yaml", Base), ("roles/database.yaml", Database), ("roles/shop.yaml", Shop), ("roles/agent.yaml", Agent), ("releases/old.yaml", Old), ("releases/new.yaml", New)]);

    public static readonly Surroundings Around = new("prod", "rack.internal", "10.0.0.1", ["10.0.0.1"], "operator", []);

    public static readonly ImmutableArray<PlannedMachine> Machines = [Machine("c1", "calm-otter", "controller", 11), Machine("p1", "bold-lynx", "compute", 31), Machine("p2", "warm-crow", "compute", 32)];

    public static readonly Known Known = new(
        ImmutableDictionary<string, string>.Empty.Add("shop/password", "s3cr3tpassw0"), ImmutableDictionary<string, string>.Empty);

    public static Bundle Bundle(string yaml = Three)
    {
        var read = BundleFile.Read("three.yaml", yaml, Library);
        Assert.Empty(read.Faults);
        return read.Bundle!;
    }

    public static DeploymentPlan Plan(string yaml = Three) => DeploymentPlan.For(Bundle(yaml), Machines, Around).Plan!;

    public static PlannedMachine Machine(string id, string name, string group, int number) => new(id, name, group)
    {
        Address = $"10.0.0.{number}",
        Addresses = ImmutableSortedDictionary<string, string>.Empty.Add("outer", $"10.0.0.{number}").Add("inner", $"10.0.1.{number}"),
    };
}
