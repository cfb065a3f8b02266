using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

public sealed class RoleFileTests
{
    private static string[] Faults(string yaml) => [.. RoleFile.Read("sample.yaml", yaml).Faults.Select(f => f.ToString())];

    private static string WithResource(string resource) => $"role: sample\ntitle: A sample\nsteps:\n  - name: one\n    resources:\n      - {(resource.Contains("}, when", StringComparison.Ordinal) ? $"{{{resource}}}" : resource)}\n";

    [Fact]
    public void The_role_of_the_catalog_has_no_faults() =>
        Assert.Empty(RoleFile.Read("roles/basics.yaml", File.ReadAllText("catalog/roles/basics.yaml")).Faults);

    [Fact]
    public void A_check_that_is_called_like_a_step_is_a_fault_and_no_crash_of_the_plan() => Assert.Equal(
        ["sample.yaml:8: two steps are called \"one\": give each its own name"],
        Faults(WithResource("{directory: {path: /srv/a}}") + "verify:\n  - name: one\n    resources: [{check: {run: \"true\"}}]\n"));

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_line_and_cure()
    {
        var faults = Faults("""
            role: other
            titel: A sample
            parameters:
              servers: {type: nombre, default: ["x"]}
            steps:
              - name: One Two
                deadline-seconds: soon
                resources:
                  - template: {path: etc/x, contnet: "x"}
                  - service: {name: "a;b"}
                  - packge: {}
              - name: two
                resources: []
            """);
        Assert.Equal(
        [
            "sample.yaml:1: the role is called \"other\" and its file \"sample\": give both the same name",
            "sample.yaml:1: a role has no title: add title: …",
            "sample.yaml:2: unknown key \"titel\" in a role: did you mean \"title\"?",
            "sample.yaml:4: type of parameter servers is \"nombre\": the types are text, list, number and flag",
            "sample.yaml:4: default of parameter servers is not a text: write one text",
            "sample.yaml:6: name of a step is \"One Two\": letters a–z, digits and hyphens, a letter first",
            "sample.yaml:7: deadline-seconds of step One Two is \"soon\": a number from 1 to 86400",
            "sample.yaml:9: unknown key \"contnet\" in a template: did you mean \"content\"?",
            "sample.yaml:9: path of a template is \"etc/x\": an absolute path of ordinary characters, without ..",
            "sample.yaml:9: a template has no content: add content: …",
            "sample.yaml:10: name of a service is \"a;b\": a unit's name, without .service",
            "sample.yaml:11: unknown kind of resource \"packge\": did you mean \"package\"?",
            "sample.yaml:13: step two sees to nothing: write one resource at least",
        ], faults);
    }

    [Theory]
    [InlineData("template: {path: /etc/x, content: 'a {{ machine.nmae }}'}", "6: unknown name \"machine.nmae\" in content: did you mean \"machine.name\"?")]
    [InlineData("template: {path: /etc/x, content: 'a {{ machine.name'}", "6: \"{{\" without \"}}\" in content: a reference is {{ name }}")]
    [InlineData("template: {path: /etc/x, content: 'a {{ $(reboot) }}'}", "6: \"$(reboot)\" is not a name in content: a reference is {{ name }}")]
    [InlineData("template: {path: /etc/x, content: '{{ site.time_servers }} {{ deployment.hosts }}'}", "6: two lists in one line in content: write a line for each")]
    [InlineData("user: {name: '{{ operator.ssh_keys }}'}", "6: name of a user is the list operator.ssh_keys: refer to a text")]
    [InlineData("file: {path: /etc/../x, content: a}", "6: path of a file is \"/etc/../x\": an absolute path of ordinary characters, without ..")]
    [InlineData("file: {path: /etc/x, content: a, mode: 9}", "6: mode of a file is \"9\": permissions in octal, in quotes: \"0644\"")]
    [InlineData("user: {name: a, sudo: yes}", "6: sudo of a user is yes: write true or false")]
    [InlineData("package: {names: ['a b']}", "6: names of a package is \"a b\": one word of letters, digits and . _ + : @ % ~ - /, not beginning with -")]
    [InlineData("http-wait: {url: 'http://x', timeout-seconds: soon}", "6: timeout-seconds of a http-wait is \"soon\": a whole number")]
    [InlineData("command: {run: 'echo {{ secret.x }}'}", "6: unknown name \"secret.x\" in run: there are *")]
    [InlineData("keystone-role: {name: admin}", "6: a keystone-role in step one, which doesn't say how to sign in: add openstack: {url: …, user: …, password: …, project: …} to the step")]
    [InlineData("file: {path: /etc/x, content: a}, when: 'a b c'", "6: when of a file is \"a b c\": write NAME, not NAME, NAME == text, NAME != text or NAME in [a, b]")]
    [InlineData("template: {path: /etc/x, content: '{{ item }}'}", "6: unknown name \"item\" in content: did you mean \"item\"?")]
    [InlineData("template: {path: /etc/x, content: '{{ machine.name | jsn }}'}", "6: unknown filter \"jsn\": did you mean \"json\"? in content: a reference is {{ name }}")]
    [InlineData("file", "6: a resource is one kind with its settings: write - file: {path: …, content: …}")]
    public void A_resource_that_makes_no_sense_is_refused(string resource, string fault) =>
        Assert.StartsWith($"sample.yaml:{fault}".TrimEnd('*'), Assert.Single(Faults(WithResource(resource))), StringComparison.Ordinal);

    [Fact]
    public void A_fault_in_a_block_names_the_line_in_the_block() =>
        Assert.Equal(["sample.yaml:11: unknown name \"x\" in content: there are " + string.Join(", ", RoleNames.Fixed.Keys.Order(StringComparer.Ordinal))],
            Faults("role: sample\ntitle: A sample\nsteps:\n  - name: one\n    resources:\n      - template:\n          path: /etc/x\n          content: |\n            first\n            second\n            {{ x }}\n"));

    [Theory]
    [InlineData("")]
    [InlineData("- a\n- b\n")]
    [InlineData("role: sample\nrole: sample\n")]
    [InlineData("a: [\n")]
    [InlineData("a: &x 1\nb: *x\n")]
    [InlineData("\t\0")]
    [InlineData("--- {}\n--- {}\n")]
    public void What_is_not_a_role_is_a_fault_and_never_an_exception(string yaml) => Assert.NotEmpty(Faults(yaml));

    [Fact]
    public void A_file_nested_without_end_is_refused() =>
        Assert.StartsWith("sample.yaml:1: nested more than 32 deep", Assert.Single(Faults(new string('[', 200_000))), StringComparison.Ordinal);
}
