using System.Collections.Immutable;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>Which units of an application have to have come how far.</summary>
internal enum Reach
{
    /// <summary>All.</summary>
    All,
    /// <summary>The one on the same machine.</summary>
    SameMachine,
    /// <summary>The same one.</summary>
    Same,
}

/// <summary>What a step waits for: the first steps of an application, so many.</summary>
/// <param name="Application">The application.</param>
/// <param name="Steps">How many of its steps.</param>
/// <param name="Reach">On which units.</param>
/// <param name="Tolerate">It goes on when some failed.</param>
/// <param name="Why">The relation or fact that makes it wait.</param>
internal sealed record Need(string Application, int Steps, Reach Reach, bool Tolerate, string Why);

/// <summary>
/// Finds what each step of an application waits for, by what its templates refer to, through parameters, releases and what others provide.
/// The answer is the same for all of its machines.
/// </summary>
internal sealed class StepNeeds(Bundle bundle)
{
    /// <summary>What a step waits for.</summary>
    /// <param name="application">Its application.</param>
    /// <param name="step">The step.</param>
    /// <param name="leftOut">Whether what has this condition is left out on all machines.</param>
    public ImmutableArray<Need> Of(Application application, Step step, Func<Condition, bool> leftOut)
    {
        var needs = new HashSet<Need>();
        var seen = new HashSet<(string, string)>();
        foreach (string relation in step.At is { } at ? step.Needs.Add(at) : step.Needs) Relation(application, relation, needs, Reach.Same, false);
        var names = step.Templates.Where(t => t.When is null || !leftOut(t.When)).SelectMany(t => t.Template.Names)
            .Concat(step.Resources.Where(r => r.When is { } when && !leftOut(when)).SelectMany(r => r.When!.Names))
            .Concat(step.When?.Names ?? []);
        foreach (string name in names) Name(application, name, needs, seen, Reach.Same, false);
        return [.. needs];
    }

    // Seen from the step: which units of this application matter (its own, or all of another), and whether one of them may fail.
    private void Name(Application application, string name, HashSet<Need> needs, HashSet<(string, string)> seen, Reach reach, bool tolerate)
    {
        if (!seen.Add((application.Name, name))) return;
        string[] parts = name.Split('.');
        if (parts is ["related", _]) return;
        if (parts is ["fact", var fact])
        {
            Fact(application, fact, needs, reach, tolerate);
            return;
        }
        if (parts[0] == "release")
        {
            if (bundle.Release?.Values.GetValueOrDefault(name[8..]) is { } value) Names(application, value.Template, needs, seen, reach, tolerate);
            return;
        }
        if (parts.Length == 1)
        {
            if (application.Options.GetValueOrDefault(name) is { } option) Names(application, option, needs, seen, reach, tolerate);
            else if (application.Role.Parameters.FirstOrDefault(p => p.Name == name) is { } parameter) Names(application, parameter.Default, needs, seen, reach, tolerate);
            return;
        }
        if (application.Role.Requires.FirstOrDefault(r => r.Name == parts[0]) is not { } relation) return;
        var there = Relation(application, relation.Name, needs, reach, tolerate);
        foreach (string end in Units.Ends(application, relation.Name))
        {
            var other = bundle.Find(end);
            if (other.Role.Provides.First(p => p.Interface == relation.Interface).Values.GetValueOrDefault(parts[^1]) is { } template)
                Names(other, template, needs, seen, there, tolerate || relation.Tolerate);
        }
    }

    private void Names(Application application, Template template, HashSet<Need> needs, HashSet<(string, string)> seen, Reach reach, bool tolerate)
    {
        foreach (string name in template.Names) Name(application, name, needs, seen, reach, tolerate);
    }

    private Reach Relation(Application application, string name, HashSet<Need> needs, Reach from, bool tolerate)
    {
        var relation = application.Role.Requires.First(r => r.Name == name);
        var reach = relation.Local && from is not Reach.All ? Reach.SameMachine : Reach.All;
        foreach (string end in Units.Ends(application, name))
        {
            int after = bundle.Find(end).Role.Provides.First(p => p.Interface == relation.Interface).After;
            if (after > 0) needs.Add(new(end, after, reach, tolerate || relation.Tolerate, $"relation {name}"));
        }
        return reach;
    }

    private static void Fact(Application application, string fact, HashSet<Need> needs, Reach reach, bool tolerate)
    {
        int number = application.Role.Steps.TakeWhile(s => !s.Resources.Any(r => r.Facts.Contains(fact))).Count();
        if (number < application.Role.Steps.Length) needs.Add(new(application.Name, number + 1, reach, tolerate, $"fact {fact}"));
    }
}
