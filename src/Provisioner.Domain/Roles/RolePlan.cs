using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Domain.Roles;

/// <summary>What a role means on one machine: its steps with all values in place.</summary>
public sealed class RolePlan
{
    private readonly Values _values;

    private RolePlan(Role role, Values values)
    {
        (Role, _values) = (role, values);
        Fingerprint = Hash(role.Steps.Select(step => $"{step.Name}\n{StepScript.Body(role, step, values)}"));
    }

    /// <summary>The role.</summary>
    public Role Role { get; }

    /// <summary>Differs when any step would do something else: 16 hex digits of SHA-256.</summary>
    public string Fingerprint { get; }

    /// <summary>Makes the plan.</summary>
    /// <exception cref="RoleValueException">a value is one that no step may be made of.</exception>
    public static RolePlan For(Role role, RoleFacts facts) => new(role, With(role.Parameters, facts.ToValues()));

    /// <summary>The script of a step.</summary>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="run">Which run of the role it is for.</param>
    public string Script(int number, int run) => StepScript.Render(Role, Role.Steps[number - 1], number, run, _values);

    private static Values With(ImmutableArray<Parameter> parameters, Values facts) => parameters.Aggregate(facts, (values, parameter) =>
        parameter.Kind is ValueKind.List
            ? values.With(parameter.Name, parameter.Default.RenderLines(facts))
            : values.With(parameter.Name, parameter.Default.Text(facts)));

    private static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..16];
}
