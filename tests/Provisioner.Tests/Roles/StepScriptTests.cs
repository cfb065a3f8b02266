using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

public sealed class StepScriptTests
{
    private static RolePlan Plan(RoleFacts? facts = null) => RolePlan.For(RoleSamples.Basics, facts ?? RoleSamples.Facts);

    [Theory]
    [InlineData(1, "basics-names.sh")]
    [InlineData(2, "basics-time.sh")]
    [InlineData(3, "basics-operator.sh")]
    public void The_steps_of_basics_are_golden(int step, string name) => RoleSamples.IsGolden(name, Plan().Script(step, run: 4));

    [Fact]
    public void A_script_begins_with_its_header_and_ends_with_a_mark()
    {
        string script = Plan().Script(2, run: 4);
        Assert.StartsWith("#!/bin/sh\n#: role basics\n#: run 4\n#: step 2\n#: steps 3\n#: name time\n#: deadline 300\n#: end\n", script, StringComparison.Ordinal);
        Assert.EndsWith("\n#: whole\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_gives_a_line_for_each_element_and_none_for_none()
    {
        var template = Template.Read("a {{ l }} {{ t }}\nb", (_, problem) => Assert.Fail(problem));
        Assert.Equal("a 1 x\na 2 x\nb", template.Text(Values.None.With("t", "x").With("l", ["1", "2"])));
        Assert.Equal("b", template.Text(Values.None.With("t", "x").With("l", [])));
    }

    [Theory]
    [InlineData("ssh-ed25519 AAAA a\nssh-ed25519 BBBB evil")]
    [InlineData("ssh-ed25519 AAAA \u001b[2J")]
    [InlineData("ssh-ed25519 AAAA \u2028")]
    public void A_value_with_a_line_of_its_own_is_refused(string key)
    {
        var e = Assert.Throws<RoleValueException>(() => Plan(RoleSamples.Facts with { SshKeys = [key] }));
        Assert.Equal("operator.ssh_keys has a line break or another control character: give it without", e.Message);
    }

    [Theory]
    [InlineData("root")]
    [InlineData("a b")]
    [InlineData("-rf")]
    [InlineData("$(id)")]
    public void An_account_that_is_no_account_is_refused(string name) =>
        Assert.Throws<RoleValueException>(() => Plan(RoleSamples.Facts with { Operator = name }));

    [Fact]
    public void A_hostile_value_is_one_word_of_the_script()
    {
        string script = Plan(RoleSamples.Facts with { SshKeys = ["ssh-ed25519 AAAA '; touch /pwned; $(reboot) `id` \"x\" \\"] }).Script(3, run: 0);
        Assert.Contains("user operator yes 'ssh-ed25519 AAAA '\\''; touch /pwned; $(reboot) `id` \"x\" \\'\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_differs_when_a_fact_does_and_only_then()
    {
        Assert.Equal(Plan().Fingerprint, Plan().Fingerprint);
        Assert.NotEqual(Plan().Fingerprint, Plan(RoleSamples.Facts with { Hosts = RoleSamples.Facts.Hosts.RemoveAt(0) }).Fingerprint);
    }
}
