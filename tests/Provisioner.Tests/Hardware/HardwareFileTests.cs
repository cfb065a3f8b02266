using Provisioner.Appliance.Hardware;
using Provisioner.Domain.Hardware;

namespace Provisioner.Tests.Hardware;

public sealed class HardwareFileTests
{
    private static readonly HardwareCatalog Catalog = HardwareCatalog.Load("catalog");

    private static string[] Faults(string yaml) => [.. HardwareFile.Read("hardware/sample.yaml", yaml).Faults.Select(f => f.ToString())];

    private static HardwareProfile Read(string name, string yaml) => HardwareFile.Read($"{name}.yaml", yaml).Profile!;

    [Fact]
    public void The_profiles_of_the_catalog_have_no_faults()
    {
        Assert.Empty(Catalog.Faults);
        Assert.True(Catalog.Profiles.All.Count() >= 26);
    }

    [Fact]
    public void Every_quirk_of_the_catalog_says_who_says_so() =>
        Assert.All(Catalog.Profiles.All.SelectMany(p => p.Quirks), quirk => Assert.True(quirk.Source.Length > 10, $"{quirk.Name}: {quirk.Source}"));

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_line_and_cure()
    {
        var faults = Faults("""
            profile: other
            titel: A sample
            kind: servr
            match:
              - {product: "*", ipmi-manufacturer: eleven, ipmi-product: 0x10000}
              - {firmware: "1.*"}
            protocols: [ipmy]
            quirks:
              - {name: no-suit-17, source: somebody}
              - {name: no-suite-17}
              - {name: no-suite-17, source: " "}
            waits: {restart-seconds: soon, follow-seconds: 0}
            users: [[]]
            """);
        Assert.Equal(
        [
            "hardware/sample.yaml:1: the profile is called \"other\" and its file \"sample\": give both the same name",
            "hardware/sample.yaml:1: a profile has no title: add title: …",
            "hardware/sample.yaml:2: unknown key \"titel\" in a profile: did you mean \"title\"?",
            "hardware/sample.yaml:3: kind is \"servr\": did you mean \"server\"?",
            "hardware/sample.yaml:5: product of a match is \"*\": leave it out: it fits everything",
            "hardware/sample.yaml:5: ipmi-manufacturer of a match is \"eleven\": a number from 0 to 1048575, or in hexadecimal: 0x2020",
            "hardware/sample.yaml:5: ipmi-product of a match is \"0x10000\": a number from 0 to 65535, or in hexadecimal: 0x2020",
            "hardware/sample.yaml:6: a match that says neither a manufacturer nor a product: add manufacturer: … or product: …; it would fit everything",
            "hardware/sample.yaml:7: a protocol is \"ipmy\": did you mean \"ipmi\"?",
            "hardware/sample.yaml:9: the name of a quirk is \"no-suit-17\": did you mean \"no-suite-17\"?",
            "hardware/sample.yaml:10: a quirk has no source: add source: …",
            "hardware/sample.yaml:11: the quirk no-suite-17 stands there twice: leave one out",
            "hardware/sample.yaml:11: the quirk no-suite-17 has an empty source: write who says so, or general knowledge",
            "hardware/sample.yaml:12: follow-seconds is \"0\": a number above 0, at most 3600",
            "hardware/sample.yaml:12: restart-seconds is \"soon\": a number above 0, at most 3600",
            "hardware/sample.yaml:13: a user is not a word: write one word",
        ], faults);
    }

    [Theory]
    [InlineData("", "1: 0 documents in one file: a file holds one profile")]
    [InlineData("[]", "1: a profile is a list: write it as key: value lines")]
    [InlineData("profile: &a sample\ntitle: *a", "2: not YAML: aliases are not used in profile files: mend the syntax; indent with spaces")]
    [InlineData("profile: sample\ntitle: A\nkind: server\nmatch: []", "4: a profile that nothing is known by: write one match at least")]
    public void A_file_that_holds_no_profile_is_refused(string yaml, string fault) => Assert.Equal([$"hardware/sample.yaml:{fault}"], Faults(yaml));

    [Fact]
    public void A_server_has_the_quirks_waits_and_users_of_its_controller()
    {
        var bmc = Read("bmc", """
            profile: bmc
            title: A BMC
            kind: controller
            match: [{controller-model: "BMC"}]
            protocols: [ipmi]
            users: [root]
            waits: {off-before-on-seconds: 9, follow-seconds: 40}
            quirks:
              - {name: slow-answers, source: the papers}
              - {name: one-session, source: the papers}
            notes: It is slow.
            """);
        var server = Read("box", """
            profile: box
            title: A box
            kind: server
            controller: bmc
            match: [{product: "Box"}]
            waits: {follow-seconds: 60.5}
            quirks:
              - {name: slow-answers, source: seen here, note: 8 s}
            """);
        var (profiles, faults) = HardwareProfiles.Of([("bmc.yaml", bmc), ("box.yaml", server)]);
        Assert.Empty(faults);
        var box = profiles.For(new(Product: "box"));
        Assert.Equal(["slow-answers", "one-session"], box.Quirks.Select(q => q.Name));
        Assert.Equal("seen here", box.Quirks[0].Source);
        Assert.Equal((TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(60.5), null), (box.Waits.OffBeforeOn, box.Waits.Follow, box.Waits.Restart));
        Assert.Equal(["ipmi"], box.Protocols.AsEnumerable());
        Assert.Equal(["root"], box.Users.AsEnumerable());
        Assert.Equal("It is slow.", box.Notes);
        Assert.True(box.Has(QuirkNames.OneSession));
    }

    [Fact]
    public void A_controller_that_is_not_there_and_a_name_that_is_there_twice_are_faults()
    {
        const string Match = "match: [{product: x}]";
        var bmc = Read("ilo", $"profile: ilo\ntitle: A BMC\nkind: controller\n{Match}");
        var box = Read("box", $"profile: box\ntitle: A box\nkind: server\ncontroller: ilu\n{Match}");
        var odd = Read("odd", $"profile: odd\ntitle: A BMC\nkind: controller\ncontroller: ilo\n{Match}");
        var (profiles, faults) = HardwareProfiles.Of([("a/ilo.yaml", bmc), ("b/ilo.yaml", bmc), ("box.yaml", box), ("odd.yaml", odd)]);
        Assert.Equal(
        [
            "b/ilo.yaml:1: a profile \"ilo\" stands in a/ilo.yaml already: give one of them another name",
            "box.yaml:1: the controller \"ilu\" of box is not there: did you mean \"ilo\"?",
            "odd.yaml:1: the controller odd has a controller, ilo: write its quirks into its own file",
        ], faults.Select(f => f.ToString()));
        Assert.Equal(["ilo"], profiles.All.Select(p => p.Name));
    }

    [Fact]
    public void Every_name_of_a_quirk_has_words_and_files_know_no_other()
    {
        var constants = typeof(QuirkNames).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
        Assert.All(constants, name => Assert.True(QuirkNames.All.ContainsKey(name), name));
        Assert.All(QuirkNames.All.Values, words => Assert.DoesNotContain('\n', words));
    }
}
