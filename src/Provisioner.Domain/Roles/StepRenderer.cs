using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>Renders a step: every template with its values, every setting checked against its form.</summary>
internal sealed class StepRenderer(string role, Values outer)
{
    private readonly ImmutableArray<RenderedResource>.Builder _resources = ImmutableArray.CreateBuilder<RenderedResource>();
    private readonly HashSet<string> _parts = [];
    private ImmutableHashSet<string> _secrets = [], _unknown = [];

    /// <summary>The step with all values in place.</summary>
    /// <exception cref="RoleValueException">a value that it can't be made of.</exception>
    public RenderedStep Render(Step step)
    {
        var calls = new List<string>();
        var signIn = step.OpenStack is { } settings ? Settings(ResourceKind.SignIn, settings, outer) : null;
        var items = new List<(RenderedResource Resource, ResourceKind Kind)>();
        foreach (var resource in step.Resources)
        {
            var kind = ResourceKind.All[resource.Kind];
            foreach (var rendered in Rendered(resource, kind))
            {
                _resources.Add(rendered);
                _parts.UnionWith(kind.Parts);
                if (kind.OpenStack)
                {
                    items.Add((rendered, kind));
                    continue;
                }
                Flush(items, signIn, calls);
                calls.Add(ResourceCall.Of(kind, rendered, role));
            }
        }
        Flush(items, signIn, calls);
        return new(string.Concat(calls), [.. _parts], _resources.ToImmutable(), _secrets, _unknown);
    }

    private static void Flush(List<(RenderedResource, ResourceKind)> items, RenderedResource? signIn, List<string> calls)
    {
        if (items.Count > 0) calls.Add(ResourceCall.OpenStack(signIn!, items));
        items.Clear();
    }

    private IEnumerable<RenderedResource> Rendered(Resource resource, ResourceKind kind)
    {
        if (resource.Each is null) return Here(outer);
        var each = resource.Each.Evaluate(outer);
        Note(each);
        return each.Lines.SelectMany(item => Here(outer.With("item", new Value(ValueKind.Text, [item]).MadeOf(each))));

        IEnumerable<RenderedResource> Here(Values values)
        {
            if (resource.When is { } when)
            {
                var (holds, unknown) = when.Evaluate(values);
                _unknown = _unknown.Union(unknown);
                if (!holds) return [];
            }
            return [Settings(kind, resource.Settings, values)];
        }
    }

    private RenderedResource Settings(ResourceKind kind, Settings settings, Values values)
    {
        var rendered = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var setting in kind.Settings)
            rendered[setting.Name] = settings.All.TryGetValue(setting.Name, out var parts) ? Render(kind, setting, parts, values) : setting.Default ?? "";
        return new(kind.Name, rendered.ToImmutable());
    }

    private string Render(ResourceKind kind, SettingKind setting, ImmutableArray<SettingPart> parts, Values values)
    {
        var lines = new List<string>();
        bool secret = false;
        foreach (var part in parts)
        {
            var value = setting.Shape is Shape.Shell ? part.Template.Shell(values) : part.Template.Evaluate(values);
            Note(value);
            secret |= !value.Secrets.IsEmpty;
            if (setting.Shape is Shape.Pairs) lines.Add($"{part.Key}={value.Text}");
            else lines.AddRange(value.Lines);
        }
        bool one = setting.Shape is Shape.Text or Shape.Flag or Shape.Number or Shape.Name;
        if (one && lines.Count != 1) throw new RoleValueException($"{setting.Name} of {kind.Name} has {lines.Count} lines: give one text");
        if (!_unknown.IsEmpty) return string.Join('\n', lines);
        foreach (string line in lines)
            if ((line.Length > 0 || setting.Default is null) && setting.Refuses(line) is { } cure)
                throw new RoleValueException(secret ? $"{setting.Name} of {kind.Name} isn't as it should be: {cure}" : $"{setting.Name} of {kind.Name} is \"{line}\": {cure}");
        return string.Join('\n', lines);
    }

    private void Note(Value value)
    {
        if (!value.Secrets.IsEmpty) _secrets = _secrets.Union(value.Secrets);
        if (!value.Unknown.IsEmpty) _unknown = _unknown.Union(value.Unknown);
    }
}
