using Provisioner.Domain.Bundles;

namespace Provisioner.Tests.Bundles;

public sealed class BundleFileTests
{
    private static string[] Faults(string yaml) => [.. BundleFile.Read("b.yaml", yaml, Samples.Library).Faults.Select(f => f.ToString())];

    [Fact]
    public void The_sample_and_its_library_have_no_faults()
    {
        Assert.Empty(Samples.Library.Faults);
        Assert.Empty(Faults(Samples.Three));
    }

    [Fact]
    public void Relations_come_by_themselves()
    {
        var shop = Samples.Bundle().Find("shop");
        Assert.Equal("agent: agent; sql: database", string.Join("; ", shop.Relations.Select(r => $"{r.Key}: {string.Join(",", r.Value)}")));
        Assert.Equal(["controller"], shop.Groups.ToArray());
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_line_and_cure() => Assert.Equal(
        [
            "b.yaml:2: there is no release \"newe\": did you mean \"new\"?",
            "b.yaml:3: no role here has the parameter \"wrokers\": did you mean \"workers\"?",
            "b.yaml:4: subnet of space outer is \"10.0.0.0/99\": write it as 10.0.0.0/24",
            "b.yaml:6: unknown key \"tag\" in machines a: did you mean \"tags\"?",
            "b.yaml:7: memory is \"lots\": a size such as 512M, 4G or 2T",
            "b.yaml:9: workers of the application shop is \"9\": a whole number from 1 to 8",
            "b.yaml:9: shop needs sql, which no application here provides: add one: database",
            "b.yaml:10: there is no role \"shopp\": did you mean \"shop\"?",
            "b.yaml:11: application lost stands nowhere: add to: MACHINES, to: another application, or tags: […]",
        ],
        Faults("""
            bundle: b
            release: newe
            options: {wrokers: 2}
            spaces: {outer: {subnet: 10.0.0.0/99}}
            machines:
              a: {tag: [x]}
              b: {memory: lots}
            applications:
              shop: {to: a, options: {workers: 9}}
              other: {role: shopp, to: a}
              lost: {role: base}
            """).Select(f => f.Replace("option workers is \"9\"", "workers of the application shop is \"9\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData("database: {to: controller}", "database: {to: compute}", "b.yaml:11: database stands on more than one machine, and there may be one database: put it on machines with count: 1")]
    [InlineData("database: {to: controller}", "database: {to: controller}\n  second: {role: database, to: controller}",
        "b.yaml:13: shop needs one sql, and database and second provide it: say which under relations: - [shop:sql, database]")]
    [InlineData("release: new", "release: old", "")]
    [InlineData("release: new", "about: x", "b.yaml:12: shop belongs to shop, and the bundle names no release: add release: new or old")]
    [InlineData("agent: {to: compute}", "agent: {to: agents}", "b.yaml:13: application agent is to stand on \"agents\", which is neither machines nor an application: did you mean \"agent\"?")]
    [InlineData("agent: {to: compute}", "agent: {to: agent}", "b.yaml:13: application agent stands with itself: agent: name machines in one of them")]
    public void A_bundle_that_can_t_be_is_refused(string part, string instead, string fault) =>
        Assert.Equal(fault.Length > 0 ? [fault] : [], Faults(Samples.Three.Replace(part, instead, StringComparison.Ordinal)).Take(1));

    [Fact]
    public void Steps_that_wait_for_each_other_are_named()
    {
        var library = Provisioner.Domain.Roles.RoleLibrary.Read(
        [
            ("a.yaml", "role: a\ntitle: A\nrequires: {b: {}}\nprovides: {a: {}}\nsteps:\n  - name: one\n    needs: [b]\n    resources:\n      - file: {path: /a, content: a}\n"),
            ("b.yaml", "role: b\ntitle: B\nrequires: {a: {}}\nprovides: {b: {}}\nsteps:\n  - name: two\n    needs: [a]\n    resources:\n      - file: {path: /b, content: b}\n"),
        ]);
        Assert.Empty(library.Faults);
        var read = BundleFile.Read("c.yaml", "bundle: c\nmachines: {m: {}}\napplications:\n  a: {to: m}\n  b: {to: m}\n", library);
        Assert.Equal("c.yaml:1: these wait for each other: a/0/one waits for b (relation b) waits for b/0/two waits for a (relation a) waits for a/0/one: provide a relation after an earlier step, or refer to it in a later one",
            Assert.Single(read.Faults).ToString());
    }
}
