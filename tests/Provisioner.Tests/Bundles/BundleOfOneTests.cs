using Provisioner.Domain.Bundles;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;
using Provisioner.Tests.Roles;

namespace Provisioner.Tests.Bundles;

/// <summary>A role that one machine was given by itself.</summary>
public sealed class BundleOfOneTests
{
    private const string Id = "id-calm-otter";
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeploymentPlan Plan = RoleSamples.Plan();

    private static RunState Begun(int run = 1, RunState? before = null) => DeploymentRun.Begin(Plan, StepMode.Apply, run, before);

    private static (RunState State, List<Told> Told) Run(RunState state, string said, DeploymentPlan? plan = null, int steps = int.MaxValue)
    {
        var told = new List<Told>();
        for (; steps > 0 && DeploymentRun.Next(plan ?? Plan, state, Id, Known.Nothing, Now) is RunNext.Step step; steps--)
        {
            (state, var events) = DeploymentRun.On(plan ?? Plan, step.State, new(state.Run, step.Node.Id, false, 0, 0.5, "", said), Known.Nothing, Now)!.Value;
            told.AddRange(events);
        }
        return (state, told);
    }

    [Fact]
    public void Its_steps_run_in_order_and_each_is_told()
    {
        var (state, told) = Run(Begun(), "changed x\n");
        Assert.Equal(["basics/0/names: changed", "basics/0/time: changed", "basics/0/operator: changed"], told.Select(t => t.Text));
        Assert.Equal((true, "3 steps, 3 changed"), (DeploymentRun.Ended(Plan, state)!.Good, DeploymentRun.Ended(Plan, state)!.Text));
        Assert.Equal("3 steps, nothing changed", DeploymentRun.Ended(Plan, Run(Begun(2, state), "").State)!.Text);
    }

    [Fact]
    public void Machines_with_the_same_role_know_each_other_by_name() => Assert.Contains(
        "'10.77.0.102 bold-lynx.rack.internal bold-lynx\n10.77.0.101 calm-otter.rack.internal calm-otter\n'",
        Assert.IsType<Rendering.Ready>(RoleSamples.Render("names")).Script, StringComparison.Ordinal);

    [Fact]
    public void Without_a_domain_the_names_stand_alone() => Assert.Contains(
        "'10.77.0.102 bold-lynx\n10.77.0.101 calm-otter\n'",
        Assert.IsType<Rendering.Ready>(RoleSamples.Render("names", RoleSamples.Around with { Domain = "" })).Script, StringComparison.Ordinal);

    [Fact]
    public void A_role_that_is_done_is_stale_when_what_it_is_told_of_the_world_differs_and_only_then()
    {
        var (state, _) = Run(Begun(), "changed x\n");
        bool Stale(Surroundings around) => DeploymentRun.IsStale(RoleSamples.Plan(around), state, Known.Nothing);
        Assert.False(Stale(RoleSamples.Around));
        Assert.False(Stale(RoleSamples.Around with { Deployment = "another-name" }));
        Assert.True(Stale(RoleSamples.Around with { Neighbours = [] }));
        Assert.True(Stale(RoleSamples.Around with { Neighbours = [RoleSamples.Planned("bold-lynx", "10.77.0.103")] }));
        Assert.True(Stale(RoleSamples.Around with { Operator = "ops" }));
        Assert.True(Stale(RoleSamples.Around with { TimeServers = ["10.77.0.9"] }));
    }

    [Theory]
    [InlineData(2, "failed with exit code 2")]
    [InlineData(124, "was not done within its 300 s")]
    [InlineData(137, "was not done within its 300 s")]
    public void A_step_that_failed_ends_it_with_its_exit_code(int exit, string why)
    {
        var step = Assert.IsType<RunNext.Step>(DeploymentRun.Next(Plan, Begun(), Id, Known.Nothing, Now));
        var (state, told) = DeploymentRun.On(Plan, step.State, new(1, step.Node.Id, true, exit, 1, "", ""), Known.Nothing, Now)!.Value;
        Assert.Equal($"basics/0/names: {why}, without a word", Assert.Single(told).Text);
        Assert.Equal("3 steps, 1 failed: basics/0/names, 2 not begun because of that", DeploymentRun.Ended(Plan, state)!.Text.Replace(", 0 changed", "", StringComparison.Ordinal).Replace(", nothing changed", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_role_file_that_lost_its_last_steps_in_the_middle_of_a_run_still_ends()
    {
        var (state, _) = Run(Begun(), "changed x\n", steps: 2);
        state = Assert.IsType<RunNext.Step>(DeploymentRun.Next(Plan, state, Id, Known.Nothing, Now)).State;
        var two = DeploymentPlan.For(Bundle.OfOne(RoleSamples.Basics with { Steps = RoleSamples.Basics.Steps[..2] }), [RoleSamples.Planned("calm-otter", "10.77.0.101")], RoleSamples.Around).Plan!;
        Assert.IsType<RunNext.Nothing>(DeploymentRun.Next(two, state, Id, Known.Nothing, Now));
        Assert.True(DeploymentRun.Ended(two, state)!.Good);
    }

    [Theory]
    [InlineData("shop", "roles/shop.yaml:1: shop doesn't stand alone: it needs sql, a release of shop; deploy a bundle that has them: release the machine")]
    [InlineData("agent", "roles/agent.yaml:1: agent doesn't stand alone: it needs shop; deploy a bundle that has them: release the machine")]
    [InlineData("gone", "roles/gone.yaml:1: there is no role \"gone\" in the catalog any more: put its file back and restart the appliance, then run the role again")]
    public void A_role_that_can_t_be_had_alone_is_refused(string role, string fault) => Assert.Equal(fault, Assert.Single(BundleFile.OfOne(role, Samples.Library).Faults).ToString());

    [Fact]
    public void A_role_with_secrets_stands_alone()
    {
        var library = RoleLibrary.Read([("roles/vault.yaml", "role: vault\ntitle: V\nsecrets: {key: {kind: hex, length: 32}}\nsteps:\n  - name: one\n    resources:\n      - template: {path: /k, content: \"{{ secret.key }}\"}\n")]);
        var bundle = BundleFile.OfOne("vault", library).Bundle!;
        Assert.Equal("vault/key", Assert.Single(DeploymentPlan.For(bundle, [RoleSamples.Planned("calm-otter", "10.77.0.101")], RoleSamples.Around).Plan!.Secrets).Key);
    }
}
