using Provisioner.Domain.Catalog;
using Provisioner.Domain.Roles;

namespace Provisioner.Domain.Bundles;

/// <summary>Whether the names that roles refer to mean something in a bundle: the release has them, the other ends of relations provide them.</summary>
internal static class PlanCheck
{
    /// <summary>Those that don't, by role file and line.</summary>
    public static IEnumerable<CatalogFault> Names(Bundle bundle) => bundle.Applications.SelectMany(a => Names(bundle, a)).Distinct();

    private static IEnumerable<CatalogFault> Names(Bundle bundle, Application application)
    {
        var role = application.Role;
        foreach (var step in role.AllSteps)
        {
            if (step.When is { } when && LacksRelease(bundle, when) || step.At is { } at && Units.Ends(application, at).IsEmpty) continue;
            var templates = step.Templates.Where(t => t.When is null || !LacksRelease(bundle, t.When)).Select(t => t.Template);
            foreach (var template in templates)
                foreach (string name in template.Names)
                    if (Problem(bundle, application, name) is { } problem) yield return new(role.File, template.Line, problem.What, problem.Cure);
        }
    }

    private static (string What, string Cure)? Problem(Bundle bundle, Application application, string name)
    {
        string[] parts = name.Split('.');
        if (parts[0] == "release" && name != "release.name" && bundle.Release is { } release && !release.Values.ContainsKey(name[8..]))
            return ($"the release {release.Name} has no \"{name}\"", $"add it to {release.File}, or ask for it under when; {Nearest.Of(name, release.Values.Keys.Select(k => $"release.{k}"))}");
        if (parts[0] is "release" or "related" || application.Role.Requires.FirstOrDefault(r => r.Name == parts[0]) is not { } relation) return null;
        foreach (string end in Units.Ends(application, relation.Name))
        {
            var provision = bundle.Find(end).Role.Provides.First(p => p.Interface == relation.Interface);
            if (!provision.Values.ContainsKey(parts[^1])) return ($"{end} provides {relation.Interface} without \"{parts[^1]}\"", Nearest.Of(parts[^1], provision.Values.Keys));
        }
        return null;
    }

    // A condition that asks for a value that this release doesn't have is false. Others are looked at when the step is rendered.
    private static bool LacksRelease(Bundle bundle, Condition when) => when.Tests.Any(t =>
        t.Name.StartsWith("release.", StringComparison.Ordinal) && t.Name != "release.name"
        && bundle.Release?.Values.GetValueOrDefault(t.Name[8..]) is var value
        && (value is null ? !t.Holds(null) : !value.Template.Names.Any() && !t.Holds(value.Template.Evaluate(Values.None) with { Kind = value.Kind })));
}
