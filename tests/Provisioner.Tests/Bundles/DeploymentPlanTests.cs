using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Bundles;

public sealed class DeploymentPlanTests
{
    private static string[] Waits(DeploymentPlan plan, string node) =>
    [
        .. plan.Find(node)!.After.Select(i => plan.Nodes[i].Id), .. plan.Find(node)!.Gates.Select(g => $"[{string.Join(" ", plan.Gates[g].Nodes.Select(i => plan.Nodes[i].Id))}]"),
    ];

    [Fact]
    public void A_step_waits_for_what_it_refers_to_and_for_nothing_else()
    {
        var plan = Samples.Plan();
        Assert.Equal(["base/0/names"], Waits(plan, "shop/0/packages"));
        Assert.Equal(["shop/0/packages", "[database/0/server]"], Waits(plan, "shop/0/database"));
        Assert.Equal(["shop/0/configure"], Waits(plan, "shop/0/sync"));
        Assert.Equal(["base/1/names"], Waits(plan, "agent/0/packages"));
        Assert.Equal(["[shop/0/start]", "[shop/0/sync]", "agent/1/packages"], Waits(plan, "agent/1/start").Order(StringComparer.Ordinal));
        Assert.Equal(["shop/0/start", "[agent/0/start agent/1/start]"], Waits(plan, "shop/0/discover"));
        Assert.Equal(["shop/0/discover"], Waits(plan, "shop/0/answers"));
    }

    [Fact]
    public void A_step_at_the_other_end_runs_on_that_machine()
    {
        var plan = Samples.Plan(Samples.Three.Replace("shop: {to: database,", "shop: {to: compute,", StringComparison.Ordinal));
        Assert.Equal(("c1", 0), (plan.Find("shop/0/database")!.Machine, plan.Nodes.Count(n => n.Id == "shop/1/database")));
        Assert.Equal(("p2", "p1"), (plan.Find("shop/1/configure")!.Machine, plan.Find("shop/0/sync")!.Machine));
        // What is there once is waited for by all.
        Assert.Equal(["shop/1/configure", "shop/0/sync"], Waits(plan, "shop/1/start").OrderDescending());
        Assert.Contains("shop/0/database", Waits(plan, "shop/1/configure"));
    }

    [Fact]
    public void Values_come_through_relations_releases_options_and_spaces()
    {
        var ready = Assert.IsType<Rendering.Ready>(Render("shop/0/configure"));
        Assert.Contains("connection = mysql+pymysql://shop:s3cr3tpassw0@10.0.1.11/shop\nworkers = 3", ready.Script, StringComparison.Ordinal);
        Assert.Contains("[login]\nuser = shop\npassword = s3cr3tpassw0'", ready.Script, StringComparison.Ordinal);
        Assert.Equal(["shop/password"], ready.Secrets);
        Assert.Equal("connection = •••", ready.Masks.Hide("connection = s3cr3tpassw0"));
        Assert.StartsWith("#!/bin/sh\n#: deployment prod\n#: run 7\n#: step shop/0/configure\n#: mode apply\n#: deadline 300\n#: end\n", ready.Script, StringComparison.Ordinal);
        Assert.EndsWith("\n#: whole\n", ready.Script, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_step_tells_is_unknown_until_it_has_told_it()
    {
        Assert.Equal(["shop/0/id"], Assert.IsType<Rendering.Unknown>(Render("agent/0/start")).Facts.ToArray());
        var known = Samples.Known with { Facts = Samples.Known.Facts.Add("shop/0/id", "4711") };
        Assert.Contains("'http://calm-otter:8080 4711\n'", Assert.IsType<Rendering.Ready>(Samples.Plan().Render(Samples.Plan().Find("agent/0/start")!, StepMode.Apply, known, 1)).Script, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_is_given_only_the_secrets_that_its_steps_use()
    {
        var plan = Samples.Plan();
        var known = Samples.Known with { Facts = Samples.Known.Facts.Add("shop/0/id", "4711") };
        foreach (var node in plan.Nodes)
            if (plan.Render(node, StepMode.Apply, known, 1) is Rendering.Ready ready)
                Assert.Equal(node.Id is "shop/0/database" or "shop/0/configure", ready.Script.Contains("s3cr3tpassw0", StringComparison.Ordinal));
        Assert.Equal("shop/password Password 12", string.Join("; ", plan.Secrets.Select(s => $"{s.Key} {s.Kind} {s.Length}")));
    }

    [Fact]
    public void A_fingerprint_differs_with_a_value_and_not_with_a_run()
    {
        Assert.Equal(Fingerprint(Samples.Known, 1), Fingerprint(Samples.Known, 2));
        Assert.NotEqual(Fingerprint(Samples.Known, 1), Fingerprint(Samples.Known with { Secrets = Samples.Known.Secrets.SetItem("shop/password", "an0therone") }, 1));
    }

    [Theory]
    [InlineData("nothing s3cr3tpassw0 here", "nothing ••• here")]
    [InlineData("passw0 was the end of it", "••• was the end of it")]
    [InlineData("czNjcjN0cGFzc3cw", "•••")]
    [InlineData("password", "password")]
    public void Secrets_are_hidden_however_they_are_spelt(string text, string hidden) => Assert.Equal(hidden, Masks.Of(["s3cr3tpassw0"]).Hide(text));

    [Theory]
    [InlineData("it's $x", "'it'\\''s $x'")]
    [InlineData("a\"b", "{\"p\":\"a\\\"b\"}")]
    [InlineData("a/b c", "?p=a%2Fb%20c")]
    public void Hostile_secrets_are_hidden_in_their_quoted_spellings(string secret, string text) =>
        Assert.DoesNotContain(secret[2..], Masks.Of([secret + "----"]).Hide(text.Replace("x'", "x----'", StringComparison.Ordinal).Replace("b\"", "b----\"", StringComparison.Ordinal) + (text[0] == '?' ? "----" : "")), StringComparison.Ordinal);

    [Fact]
    public void A_condition_on_what_a_release_lacks_leaves_it_out()
    {
        var plan = Samples.Plan(Samples.Three.Replace("release: new", "release: old", StringComparison.Ordinal));
        var ready = Assert.IsType<Rendering.Ready>(plan.Render(plan.Find("shop/0/configure")!, StepMode.Apply, Samples.Known, 1));
        Assert.DoesNotContain("[login]", ready.Script, StringComparison.Ordinal);
        Assert.Contains("package present false true '' shop-server shop-registry\n", Assert.IsType<Rendering.Ready>(plan.Render(plan.Find("shop/0/packages")!, StepMode.Apply, Samples.Known, 1)).Script, StringComparison.Ordinal);
    }

    [Fact]
    public void An_order_has_everything_after_what_it_waits_for()
    {
        var plan = Samples.Plan();
        var place = plan.Order.Select((node, at) => (node, at)).ToDictionary(p => p.node, p => p.at);
        foreach (var node in plan.Nodes)
            Assert.All(node.After.Concat(node.Gates.SelectMany(g => plan.Gates[g].Nodes)), other => Assert.True(place[other] < place[node.Index], $"{plan.Nodes[other].Id} before {node.Id}"));
        Assert.Equal(plan.Nodes.Length, plan.Order.Length);
    }

    private static Rendering Render(string node) => Samples.Plan().Render(Samples.Plan().Find(node)!, StepMode.Apply, Samples.Known, 7);

    private static string Fingerprint(Known known, int run)
    {
        var plan = Samples.Plan();
        return Assert.IsType<Rendering.Ready>(plan.Render(plan.Find("shop/0/configure")!, StepMode.Apply, known, run)).Fingerprint;
    }
}
