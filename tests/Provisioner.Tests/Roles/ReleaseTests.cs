using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

/// <summary>A release may extend another one: only what differs is in its file.</summary>
public sealed class ReleaseTests
{
    private const string Old = "release: old\nproduct: shop\ntitle: Old\nsystems: [debian-12]\nvalues:\n  region: here\n  web: {packages: [shop, nginx], port: 80}\n";
    private const string New = "release: new\nextends: old\nproduct: shop\ntitle: New\nsystems: [ubuntu-22.04]\nvalues:\n  web: {packages: [shop]}\n  more: true\n";

    [Fact]
    public void A_release_that_extends_another_one_has_its_values_but_for_its_own()
    {
        var library = RoleLibrary.Read([("releases/new.yaml", New), ("releases/old.yaml", Old)]);
        Assert.Empty(library.Faults);
        string[] Of(string release) => [.. library.Releases[release].Values.Select(v => $"{v.Key}={v.Value.Template.Text(Values.None).Replace('\n', ' ')}")];
        Assert.Equal(["more=true", "region=here", "web.packages=shop", "web.port=80"], Of("new"));
        Assert.Equal(["region=here", "web.packages=shop nginx", "web.port=80"], Of("old"));
        Assert.Equal("ubuntu-22.04", Assert.Single(library.Releases["new"].Systems));
    }

    [Theory]
    [InlineData("extends: old", "extends: odd", "releases/new.yaml:2: there is no release \"odd\" that new could extend: did you mean \"old\"?")]
    [InlineData("extends: old", "extends: new", "releases/new.yaml:2: new extends new, which extends new itself: there are old")]
    [InlineData("product: shop", "product: other", "releases/new.yaml:2: new is a release of other and extends old, one of shop: leave out extends")]
    public void A_release_that_can_t_extend_what_it_says_is_not_in(string part, string instead, string fault)
    {
        var library = RoleLibrary.Read([("releases/new.yaml", New.Replace(part, instead, StringComparison.Ordinal)), ("releases/old.yaml", Old)]);
        Assert.Equal(fault, Assert.Single(library.Faults).ToString());
        Assert.Equal(["old"], library.Releases.Keys);
    }
}
