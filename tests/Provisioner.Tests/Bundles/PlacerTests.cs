using Provisioner.Domain.Bundles;

namespace Provisioner.Tests.Bundles;

public sealed class PlacerTests
{
    private static Candidate Machine(string name, string tag, bool free = true, long memory = 8L << 30) => new($"id-{name}", name, [tag], 4, memory, 100L << 30, "amd64", free, free ? "Ready" : "Deployed");

    [Fact]
    public void Machines_are_chosen_by_tag_and_size()
    {
        var (placement, faults) = Placer.Place(Samples.Bundle(), [Machine("a", "controller"), Machine("b", "compute", memory: 1L << 30), Machine("c", "compute"), Machine("d", "compute")]);
        Assert.Empty(faults);
        Assert.Equal("compute: id-c id-d; controller: id-a", string.Join("; ", placement!.Groups.Select(g => $"{g.Key}: {string.Join(" ", g.Value)}")));
    }

    [Fact]
    public void Every_group_that_can_t_be_filled_is_told() => Assert.Equal(
        [
            "three.yaml:7: machines controller: 1 with tag controller wanted, 0 found: give 1 more machine this tag",
            "three.yaml:8: machines compute: 2 with tag compute wanted, 1 found: not free: c (Deployed); too small or of another architecture: b",
        ], Placer.Place(Samples.Bundle(), [Machine("b", "compute", memory: 1L << 30), Machine("c", "compute", free: false), Machine("d", "compute")]).Faults.Select(f => f.ToString()));

    [Fact]
    public void A_disk_is_asked_of_machines_that_were_looked_at_and_an_adopted_one_that_told_nothing_of_its_disks_has_its_system_already()
    {
        var bundle = Samples.Bundle(Samples.Three.Replace("count: 2, memory: 4G", "count: 2, disk: 200G", StringComparison.Ordinal));
        Candidate adopted = Machine("b", "compute") with { Disk = 0, Installed = true }, small = Machine("c", "compute"), big = Machine("d", "compute") with { Disk = 300L << 30 };
        Assert.Equal(["id-b", "id-d"], Placer.Place(bundle, [Machine("a", "controller"), adopted, small, big]).Placement!.Groups["compute"].ToArray());
        Assert.Null(Placer.Place(bundle, [Machine("a", "controller"), adopted with { Installed = false }, small, big]).Placement);
        Assert.Contains("their agents have not called yet, and nobody knows their sizes: b; too small or of another architecture: c",
            Assert.Single(Placer.Place(Samples.Bundle(), [Machine("a", "controller"), adopted with { Cpus = 0, Memory = 0 }, small with { Memory = 1 << 30 }]).Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_deployment_has_it_keeps_and_a_lost_one_is_replaced_in_its_place()
    {
        Candidate[] all = [Machine("a", "controller", free: false), Machine("x", "compute", free: false), Machine("c", "compute", free: false), Machine("new", "compute")];
        var kept = new Placement(System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty
            .Add("controller", ["id-a"]).Add("compute", ["id-x", "id-c"]));
        Assert.Equal(["id-x", "id-c"], Placer.Place(Samples.Bundle(), all, kept).Placement!.Groups["compute"].ToArray());
        Assert.Equal(["id-new", "id-c"], Placer.Place(Samples.Bundle(), all, kept, ["id-x"]).Placement!.Groups["compute"].ToArray());
    }

    [Fact]
    public void Count_all_takes_every_one_and_later_ones_too()
    {
        var bundle = Samples.Bundle(Samples.Three.Replace("count: 2, memory: 4G", "count: all, least: 1", StringComparison.Ordinal));
        var (first, _) = Placer.Place(bundle, [Machine("a", "controller"), Machine("b", "compute"), Machine("c", "compute")]);
        Assert.Equal(["id-b", "id-c"], first!.Groups["compute"].ToArray());
        var (second, _) = Placer.Place(bundle, [Machine("a", "controller", false), Machine("aa", "compute"), Machine("b", "compute", false), Machine("c", "compute", false)], first);
        Assert.Equal(["id-b", "id-c", "id-aa"], second!.Groups["compute"].ToArray());
    }

    // "physical3 → compute", as a bundle says it.
    private static readonly Bundle Growing = Samples.Bundle(Samples.Three.Replace("compute: {tags: [compute], count: 2, memory: 4G}", "compute: {tags: [physical3], count: all, memory: 4G, image: debian-12}", StringComparison.Ordinal));
    private static readonly Placement Kept = new(System.Collections.Immutable.ImmutableSortedDictionary<string, System.Collections.Immutable.ImmutableArray<string>>.Empty
        .Add("controller", ["id-a"]).Add("compute", ["id-c"]));

    private static string[] Grown(Bundle bundle, params Candidate[] candidates) => [.. Placer.Grow(bundle, candidates, Kept, ["id-lost"]).Groups["compute"]];

    [Fact]
    public void A_deployment_grows_by_a_machine_that_comes_with_the_tag_of_a_group_of_all()
    {
        Assert.Equal(["id-c", "id-d"], Grown(Growing, Machine("c", "physical3"), Machine("d", "physical3")));
        Assert.Equal(["id-c"], Grown(Growing, Machine("d", "physical4"), Machine("e", "physical3", free: false), Machine("f", "physical3", memory: 1L << 30)));
        Assert.Same(Kept, Placer.Grow(Growing, [Machine("c", "physical3"), Machine("d", "other")], Kept, []));
    }

    [Fact]
    public void It_doesn_t_grow_by_a_machine_that_it_lost_nor_where_it_has_a_number_of_them()
    {
        Assert.Equal(["id-c"], Grown(Growing, Machine("lost", "physical3")));
        Assert.Same(Kept, Placer.Grow(Samples.Bundle(), [Machine("d", "compute")], Kept, []));
    }

    [Fact]
    public void It_doesn_t_grow_by_a_machine_without_a_system_where_nobody_says_which_it_gets()
    {
        var bare = Samples.Bundle(Samples.Three.Replace("count: 2, memory: 4G", "count: all", StringComparison.Ordinal));
        Assert.Equal(["id-c"], Grown(bare, Machine("d", "compute")));
        Assert.Equal(["id-c", "id-d"], Grown(bare, Machine("d", "compute") with { Installed = true }));
    }

    [Fact]
    public void The_plan_of_a_grown_deployment_has_the_newcomer_s_steps_and_what_others_must_know_of_it()
    {
        var grown = DeploymentPlan.For(Growing, [.. Samples.Machines, Samples.Machine("p3", "new-one", "compute", 33)], Samples.Around).Plan!;
        Assert.Equal(["base/3/names", "agent/2/packages", "agent/2/start"], grown.OfMachine("p3").Select(n => n.Id));
        Assert.Contains("10.0.0.33 new-one", Assert.IsType<Rendering.Ready>(grown.Render(grown.Find("base/0/names")!, Provisioner.Domain.Roles.StepMode.Apply, Samples.Known, 1)).Script.Replace(".rack.internal new-one", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
