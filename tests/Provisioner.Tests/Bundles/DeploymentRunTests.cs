using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Bundles;

public sealed class DeploymentRunTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeploymentPlan Plan = Samples.Plan();

    private static Known KnownOf(RunState state) => Samples.Known with { Facts = Samples.Known.Facts.AddRange(state.Facts) };

    /// <summary>Machines ask and report in turn until nobody has anything to do; answers with what each step says.</summary>
    private static (RunState State, List<string> Done) Run(RunState state, Func<PlanNode, NodeReport?>? says = null)
    {
        var done = new List<string>();
        for (bool more = true; more;)
        {
            more = false;
            foreach (var machine in Samples.Machines)
            {
                var next = DeploymentRun.Next(Plan, state, machine.Id, KnownOf(state), Now);
                if (next is RunNext.Nothing nothing) state = nothing.State;
                if (next is not RunNext.Step step) continue;
                more = true;
                done.Add(step.Node.Id);
                var report = says?.Invoke(step.Node) ?? new NodeReport(state.Run, step.Node.Id, false, 0, 0.1, "", step.Node.Id == "shop/0/sync" ? "changed run: shop-sync\nexport id NDcxMQ==\n" : "changed x\n");
                state = DeploymentRun.On(Plan, step.State, report, KnownOf(step.State), Now)!.Value.State;
            }
        }
        return (state, done);
    }

    [Fact]
    public void All_steps_are_done_in_order_and_facts_go_where_they_are_needed()
    {
        var (state, done) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null));
        Assert.Equal(Plan.Nodes.Length, done.Count);
        Assert.Equal("4711", state.Facts["shop/0/id"]);
        Assert.True(done.IndexOf("agent/0/start") > done.IndexOf("shop/0/start"));
        Assert.Equal("16 steps, 16 changed", DeploymentRun.Ended(Plan, state)!.Text);
    }

    [Fact]
    public void A_second_apply_that_finds_all_as_it_should_be_says_so()
    {
        var (first, _) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null));
        var (second, _) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 2, first), n => new(2, n.Id, false, 0, 0, "", ""));
        Assert.Equal("16 steps, nothing changed", DeploymentRun.Ended(Plan, second)!.Text);
    }

    [Fact]
    public void A_failure_stops_what_waits_for_it_and_nothing_else()
    {
        var (state, done) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null), n => n.Id == "shop/0/sync" ? new(1, n.Id, true, 3, 0.1, "one\nno table s3cr3tpassw0\u001b[2J\n", "") : null);
        Assert.Contains("agent/1/packages", done);
        Assert.Contains("database/0/tune", done);
        Assert.DoesNotContain("agent/1/start", done);
        var end = DeploymentRun.Ended(Plan, state)!;
        Assert.Equal(["shop/0/sync"], end.Failed.ToArray());
        Assert.Equal("shop/0/sync", end.Blocked["agent/1/start"]);
        Assert.Equal("one\nno table s3cr3tpassw0[2J", state.Nodes["shop/0/sync"].Tail);
    }

    [Fact]
    public void A_step_that_has_secrets_hides_them_in_what_it_says()
    {
        var (state, _) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null),
            n => n.Id == "shop/0/configure" ? new(1, n.Id, true, 3, 0.1, "no s3cr3tpassw0\n", "changed s3cr3tpassw0\n") : null);
        Assert.Equal("no •••", state.Nodes["shop/0/configure"].Tail);
        Assert.Equal(["•••"], state.Nodes["shop/0/configure"].Changes.ToArray());
    }

    [Fact]
    public void Resume_tries_again_what_failed_and_leaves_alone_what_was_done()
    {
        var (broken, _) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null), n => n.Id == "shop/0/sync" ? new(1, n.Id, true, 3, 0.1, "", "") : null);
        var (state, done) = Run(DeploymentRun.Resume(Plan, broken));
        Assert.Equal("shop/0/sync", done[0]);
        Assert.DoesNotContain("shop/0/packages", done);
        Assert.True(DeploymentRun.Ended(Plan, state)!.Good);
    }

    [Fact]
    public void A_replaced_machine_begins_anew_and_the_others_don_t()
    {
        var (first, _) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null));
        var other = DeploymentPlan.For(Plan.Bundle, Samples.Machines.SetItem(2, Samples.Machine("p9", "new-owl", "compute", 39)), Samples.Around).Plan!;
        var resumed = DeploymentRun.Resume(other, first);
        Assert.Equal(["agent/1/packages", "agent/1/start", "base/2/names"], resumed.Nodes.Where(n => n.Value.Status is NodeStatus.Waiting).Select(n => n.Key));
    }

    [Fact]
    public void A_report_that_was_in_already_is_nothing()
    {
        var step = Assert.IsType<RunNext.Step>(DeploymentRun.Next(Plan, DeploymentRun.Begin(Plan, StepMode.Apply, 1, null), "c1", Samples.Known, Now));
        var report = new NodeReport(1, step.Node.Id, false, 0, 0, "", "");
        var state = DeploymentRun.On(Plan, step.State, report, Samples.Known, Now)!.Value.State;
        Assert.Null(DeploymentRun.On(Plan, state, report, Samples.Known, Now));
        Assert.Null(DeploymentRun.On(Plan, step.State, report with { Run = 2 }, Samples.Known, Now));
        Assert.Null(DeploymentRun.On(Plan, step.State, report with { Node = "no/0/such" }, Samples.Known, Now));
    }

    [Fact]
    public void A_step_is_given_until_its_report_is_in()
    {
        var first = Assert.IsType<RunNext.Step>(DeploymentRun.Next(Plan, DeploymentRun.Begin(Plan, StepMode.Apply, 1, null), "c1", Samples.Known, Now));
        var again = Assert.IsType<RunNext.Step>(DeploymentRun.Next(Plan, first.State, "c1", Samples.Known, Now));
        Assert.Equal(first.Script.Script, again.Script.Script);
    }

    [Fact]
    public void A_check_needs_no_order_and_says_what_only_an_apply_finds_out()
    {
        var (state, done) = Run(DeploymentRun.Begin(Plan, StepMode.Check, 1, null));
        Assert.Equal(NodeStatus.Unknown, state.Nodes["agent/0/start"].Status);
        Assert.DoesNotContain("shop/0/answers", done);
        Assert.Empty(state.Facts);
        Assert.Equal("15 steps, 13 would change, 2 can only be told by an apply", DeploymentRun.Ended(Plan, state)!.Text);
    }

    [Fact]
    public void Verify_runs_the_checks_alone()
    {
        var (state, done) = Run(DeploymentRun.Begin(Plan, StepMode.Verify, 1, null), n => new(1, n.Id, false, 0, 0, "", ""));
        Assert.Equal(["shop/0/answers"], done);
        Assert.Equal("1 checks, all good", DeploymentRun.Ended(Plan, state)!.Text);
    }

    [Fact]
    public void What_tolerates_failures_goes_on_when_one_of_them_is_good()
    {
        var (state, done) = Run(DeploymentRun.Begin(Plan, StepMode.Apply, 1, null), n => n.Id == "agent/1/packages" ? new(1, n.Id, true, 1, 0, "", "") : null);
        Assert.Contains("shop/0/discover", done);
        Assert.Equal(["agent/1/packages"], DeploymentRun.Ended(Plan, state)!.Failed.ToArray());
    }
}
