using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Tests.Roles;

public sealed class RoleRunTests
{
    private static readonly RolePlan Plan = RolePlan.For(RoleSamples.Basics, RoleSamples.Facts);
    private static readonly RoleProgress Pending = new("pending", 0, 0, 0, "") { Run = 2 };

    private static RoleProgress Begun => Assert.IsType<RoleNext.Step>(RoleRun.Next(Pending, Plan)).Progress;

    private static (RoleProgress, string[]) Report(RoleProgress progress, StepVerdict verdict, int exit = 0, string output = "", int? step = null, int run = 2)
    {
        var outcome = RoleRun.On(progress, Plan.Role, new(run, step ?? progress.Done + 1, verdict, exit, 0.5, output));
        return outcome is { } o ? (o.Progress, [.. o.Events.Select(e => $"{e.Kind} {e.Text}")]) : (progress, []);
    }

    private static (RoleProgress Progress, List<string> Told) RunAll(StepVerdict verdict)
    {
        var (progress, told) = (Begun, new List<string>());
        for (int i = 0; i < 3; i++)
        {
            (progress, var events) = Report(progress, verdict);
            told.AddRange(events);
        }
        return (progress, told);
    }

    [Fact]
    public void A_first_run_tells_each_step_and_a_sum()
    {
        var (progress, told) = RunAll(StepVerdict.Changed);
        Assert.Equal(
        [
            "role.step basics: names: changed (step 1 of 3)", "role.step basics: time: changed (step 2 of 3)",
            "role.step basics: operator: changed (step 3 of 3)", "role.done basics: 3 steps, 3 changed",
        ], told);
        Assert.Equal(("done", 3, 3, 3), (progress.Status, progress.Done, progress.Total, progress.Changed));
        Assert.IsType<RoleNext.Nothing>(RoleRun.Next(progress, Plan));
    }

    [Fact]
    public void A_second_run_says_that_nothing_changed() => Assert.Equal("role.done basics: 3 steps, nothing changed", RunAll(StepVerdict.Unchanged).Told[^1]);

    [Fact]
    public void A_step_is_given_until_its_report_is_in()
    {
        var first = Assert.IsType<RoleNext.Step>(RoleRun.Next(Begun, Plan));
        Assert.Equal((1, Begun), (first.Number, first.Progress));
        var second = Assert.IsType<RoleNext.Step>(RoleRun.Next(Report(Begun, StepVerdict.Changed).Item1, Plan));
        Assert.Equal((2, "basics: step 2 of 3, time"), (second.Number, second.Progress.Text));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 2)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(2, 3)]
    public void A_late_doubled_or_foreign_report_changes_nothing(int step, int run)
    {
        var progress = Report(Begun, StepVerdict.Changed).Item1;
        Assert.Empty(Report(progress, StepVerdict.Failed, step: step, run: run).Item2);
    }

    [Fact]
    public void A_failed_step_tells_its_exit_code_and_last_words()
    {
        var (progress, told) = Report(Begun, StepVerdict.Failed, exit: 2, output: "one\ntwo \u001b[31mred\nhosts-file /etc/hosts: ended with exit code 2\n");
        Assert.Equal(["role.failed basics: step 1 of 3, names, failed with exit code 2:\none\ntwo [31mred\nhosts-file /etc/hosts: ended with exit code 2"], told);
        Assert.Equal("failed", progress.Status);
        Assert.IsType<RoleNext.Nothing>(RoleRun.Next(progress, Plan));
    }

    [Fact]
    public void A_step_that_ran_out_of_time_says_so() =>
        Assert.Equal(["role.failed basics: step 1 of 3, names, was not done within its 300 s, without a word"], Report(Begun, StepVerdict.Failed, exit: 124).Item2);

    [Fact]
    public void A_role_that_is_done_runs_again_when_the_world_changed()
    {
        var changed = RolePlan.For(RoleSamples.Basics, RoleSamples.Facts with { Operator = "ops" });
        Assert.IsType<RoleNext.Again>(RoleRun.Next(RunAll(StepVerdict.Changed).Progress, changed));
    }

    [Fact]
    public void A_role_file_that_lost_its_last_steps_in_the_middle_of_a_run_still_ends()
    {
        var two = RolePlan.For(Plan.Role with { Steps = Plan.Role.Steps[..2] }, RoleSamples.Facts);
        var next = Assert.IsType<RoleNext.Step>(RoleRun.Next(Begun with { Done = 2 }, two));
        Assert.Equal((2, 1), (next.Number, next.Progress.Done));
    }
}
