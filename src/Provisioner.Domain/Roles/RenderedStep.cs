using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>A step with all values in place.</summary>
/// <param name="Body">Its shell text, without header and prelude: its fingerprint is made of it.</param>
/// <param name="Parts">The parts of the prelude that it uses.</param>
/// <param name="Resources">Its resources, those that are left out here left out.</param>
/// <param name="Secrets">The secrets that stand in it, by key.</param>
/// <param name="Unknown">The facts that it needs and that nobody has said yet: then the body is no use.</param>
public sealed record RenderedStep(
    string Body, ImmutableSortedSet<string> Parts, ImmutableArray<RenderedResource> Resources, ImmutableHashSet<string> Secrets, ImmutableHashSet<string> Unknown);

/// <summary>A resource with all values in place.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Settings">Its settings, those that were left out with their defaults; the elements of lists and mappings a line each.</param>
public sealed record RenderedResource(string Kind, ImmutableSortedDictionary<string, string> Settings);
