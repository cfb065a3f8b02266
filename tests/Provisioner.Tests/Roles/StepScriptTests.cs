using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

public sealed class StepScriptTests
{
    private static string Script(string step, Surroundings? around = null) => Assert.IsType<Rendering.Ready>(RoleSamples.Render(step, around)).Script;

    private static string Why(string step, Surroundings around) => Assert.IsType<Rendering.Impossible>(RoleSamples.Render(step, around)).Why;

    [Theory]
    [InlineData("names")]
    [InlineData("time")]
    [InlineData("operator")]
    public void The_steps_of_basics_are_golden(string step) => RoleSamples.IsGolden($"basics-{step}.sh", Script(step));

    [Fact]
    public void A_script_begins_with_its_header_and_ends_with_a_mark()
    {
        string script = Script("time");
        Assert.StartsWith("#!/bin/sh\n#: deployment calm-otter\n#: run 4\n#: step basics/0/time\n#: mode apply\n#: deadline 300\n#: end\n", script, StringComparison.Ordinal);
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
    public void A_value_with_a_line_of_its_own_is_refused(string key) =>
        Assert.Equal("basics/0/operator: operator.ssh_keys has a line break or another control character: give it without", Why("operator", RoleSamples.Around with { SshKeys = [key] }));

    [Theory]
    [InlineData("root")]
    [InlineData("a b")]
    [InlineData("-rf")]
    [InlineData("$(id)")]
    public void An_account_that_is_no_account_is_refused(string name) =>
        Assert.StartsWith("basics/0/operator: ", Why("operator", RoleSamples.Around with { Operator = name }), StringComparison.Ordinal);

    [Fact]
    public void A_hostile_value_is_one_word_of_the_script()
    {
        string script = Script("operator", RoleSamples.Around with { SshKeys = ["ssh-ed25519 AAAA '; touch /pwned; $(reboot) `id` \"x\" \\"] });
        Assert.Contains("user operator yes 'ssh-ed25519 AAAA '\\''; touch /pwned; $(reboot) `id` \"x\" \\'\n", script, StringComparison.Ordinal);
    }
}
