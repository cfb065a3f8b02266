using System.Collections.Immutable;
using System.Globalization;

namespace Provisioner.Domain.Roles;

/// <summary>What a role means on one machine by itself, without a bundle: its steps with all values in place.</summary>
public sealed class RolePlan
{
    private readonly ImmutableArray<RenderedStep> _steps;

    private RolePlan(Role role, Values values)
    {
        Role = role;
        _steps = [.. role.Steps.Select(step => new StepRenderer(role.Name, values).Render(step))];
        Fingerprint = StepScript.Fingerprint(role.Steps.Zip(_steps, (step, rendered) => $"{step.Name}\n{rendered.Body}"));
    }

    /// <summary>The role.</summary>
    public Role Role { get; }

    /// <summary>Differs when any step would do something else: 16 hex digits of SHA-256.</summary>
    public string Fingerprint { get; }

    /// <summary>Makes the plan.</summary>
    /// <exception cref="RoleValueException">a value is one that no step may be made of, or the role doesn't stand alone.</exception>
    public static RolePlan For(Role role, RoleFacts facts) => role.StandsAlone
        ? new(role, With(role.Parameters, facts.ToValues()))
        : throw new RoleValueException($"{role.Name} doesn't stand alone: it needs {Needs(role)}; deploy a bundle that has them");

    /// <summary>The script of a step.</summary>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="run">Which run of the role it is for.</param>
    public string Script(int number, int run)
    {
        var step = Role.Steps[number - 1];
        return StepScript.Of(
        [
            ("role", Role.Name), ("run", $"{run}"), ("step", $"{number}"), ("steps", $"{Role.Steps.Length}"), ("name", step.Name),
            // Seconds are rounded up; the agent ends a step that takes longer.
            ("deadline", Math.Ceiling(step.Deadline.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
        ], _steps[number - 1], StepMode.Apply);
    }

    private static string Needs(Role role)
    {
        string[] needs = [.. role.Requires.Where(r => !r.Optional).Select(r => r.Name), .. role.Secrets.IsEmpty ? [] : new[] { "secrets" }, .. role.Product is null ? [] : new[] { $"a release of {role.Product}" }];
        return string.Join(", ", needs);
    }

    private static Values With(ImmutableArray<Parameter> parameters, Values facts) =>
        parameters.Aggregate(facts, (values, parameter) => values.With(parameter.Name, ParameterValue.Of(parameter, parameter.Default, facts)));
}
