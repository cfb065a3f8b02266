using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;

namespace Provisioner.Domain.Roles;

/// <summary>What came of a step.</summary>
public enum StepVerdict
{
    /// <summary>Something was not as it should be, and now is.</summary>
    Changed,
    /// <summary>All was as it should be.</summary>
    Unchanged,
    /// <summary>It could not be made so.</summary>
    Failed,
}

/// <summary>A machine's report on a step.</summary>
/// <param name="Run">The run that the step was for.</param>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Verdict">What came of it.</param>
/// <param name="ExitCode">The script's exit code; 124 and 137 where its deadline ended it (timeout(1)).</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Output">The end of its output.</param>
public sealed record StepReport(int Run, int Step, StepVerdict Verdict, int ExitCode, double Seconds, string Output);

/// <summary>What a machine that asks for work is told.</summary>
public abstract record RoleNext
{
    private RoleNext() { }

    /// <summary>Nothing for now.</summary>
    public sealed record Nothing : RoleNext;

    /// <summary>The role is to run again, because what it is told of the world has changed since.</summary>
    public sealed record Again(string Why) : RoleNext;

    /// <summary>This step, which may have been given out before; the progress is written down first.</summary>
    public sealed record Step(int Number, RoleProgress Progress) : RoleNext;
}

/// <summary>A role's way through its steps on one machine. Each step is given out until its report is in.</summary>
public static class RoleRun
{
    private const int ShownLines = 12, ShownCharacters = 1200;

    /// <summary>What is next.</summary>
    public static RoleNext Next(RoleProgress progress, RolePlan plan) => progress.Status switch
    {
        "pending" => new RoleNext.Step(1, progress with { Status = "running", Done = 0, Changed = 0, Total = Total(plan), Plan = plan.Fingerprint, Text = At(plan, 1) }),
        "running" => Going(progress, plan),
        "done" when progress.Plan != plan.Fingerprint => new RoleNext.Again("the machines of the deployment or its settings have changed"),
        _ => new RoleNext.Nothing(),
    };

    /// <summary>What a report means: the new progress and what goes onto the timeline; null for a report that was in already or belongs to no run.</summary>
    public static (RoleProgress Progress, ImmutableArray<Told> Events)? On(RoleProgress progress, Role role, StepReport report)
    {
        if (progress.Status != "running" || report.Run != progress.Run || report.Step != progress.Done + 1 || report.Step > role.Steps.Length) return null;
        var step = role.Steps[report.Step - 1];
        return report.Verdict is StepVerdict.Failed ? Failed(progress, role, step, report) : Good(progress, role, step, report);
    }

    /// <summary>A role that can't even begin.</summary>
    public static (RoleProgress Progress, ImmutableArray<Told> Events) Impossible(RoleProgress progress, string role, string why) =>
        (progress with { Status = "failed", Text = $"{role}: {why}" }, [new("role.failed", $"{role}: {why}", Level.Error)]);

    // A role file that lost steps while a run was under way: its end is reached.
    private static RoleNext.Step Going(RoleProgress progress, RolePlan plan)
    {
        int number = Math.Min(progress.Done + 1, Total(plan));
        return new(number, progress with { Done = number - 1, Total = Total(plan), Text = At(plan, number) });
    }

    private static (RoleProgress, ImmutableArray<Told>) Good(RoleProgress progress, Role role, Step step, StepReport report)
    {
        bool changed = report.Verdict is StepVerdict.Changed;
        var next = progress with { Done = report.Step, Total = role.Steps.Length, Changed = progress.Changed + (changed ? 1 : 0) };
        var told = new Told("role.step", $"{role.Name}: {step.Name}: {(changed ? "changed" : "unchanged")} (step {report.Step} of {next.Total})", Seconds: report.Seconds);
        if (next.Done < next.Total) return (next with { Text = At(role, next.Done + 1) }, [told]);
        string text = $"{role.Name}: {Count(next.Total)}, {(next.Changed == 0 ? "nothing changed" : $"{next.Changed} changed")}";
        return (next with { Status = "done", Text = text }, [told, new("role.done", text)]);
    }

    private static (RoleProgress, ImmutableArray<Told>) Failed(RoleProgress progress, Role role, Step step, StepReport report)
    {
        string why = report.ExitCode is 124 or 137
            ? $"was not done within its {step.Deadline.TotalSeconds:0} s"
            : $"failed with exit code {report.ExitCode.ToString(CultureInfo.InvariantCulture)}";
        string text = $"{role.Name}: step {report.Step} of {role.Steps.Length}, {step.Name}, {why}";
        string tail = Tail(report.Output);
        return (progress with { Status = "failed", Text = text },
            [new("role.failed", tail.Length > 0 ? $"{text}:\n{tail}" : $"{text}, without a word", Level.Error, Seconds: report.Seconds)]);
    }

    private static string Tail(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string tail = string.Join('\n', lines.TakeLast(ShownLines).Select(Printable));
        return tail.Length <= ShownCharacters ? tail : "…" + tail[^ShownCharacters..];
    }

    // A machine's words end on a page and in a terminal: what either would obey is left out.
    private static string Printable(string line) => string.Concat(line.Where(c => !char.IsControl(c)));

    private static int Total(RolePlan plan) => plan.Role.Steps.Length;

    private static string At(RolePlan plan, int number) => At(plan.Role, number);

    private static string At(Role role, int number) => $"{role.Name}: step {number} of {role.Steps.Length}, {role.Steps[number - 1].Name}";

    private static string Count(int steps) => steps == 1 ? "1 step" : $"{steps} steps";
}
