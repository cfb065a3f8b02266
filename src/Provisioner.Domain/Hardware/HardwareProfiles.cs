using System.Collections.Frozen;
using System.Collections.Immutable;
using Provisioner.Domain.Catalog;

namespace Provisioner.Domain.Hardware;

/// <summary>All profiles together, each with what its controller adds, and the choice of one for a machine.</summary>
public sealed class HardwareProfiles
{
    private readonly FrozenDictionary<string, HardwareProfile> _all;

    private HardwareProfiles(FrozenDictionary<string, HardwareProfile> all) => _all = all;

    /// <summary>None: everything is <see cref="HardwareProfile.Unknown"/>.</summary>
    public static HardwareProfiles None { get; } = new(FrozenDictionary<string, HardwareProfile>.Empty);

    /// <summary>All, by name.</summary>
    public IEnumerable<HardwareProfile> All => _all.Values.OrderBy(p => p.Name, StringComparer.Ordinal);

    /// <summary>Puts files together. A profile that names a controller that is not there is a fault, and is left out.</summary>
    public static (HardwareProfiles Profiles, ImmutableArray<CatalogFault> Faults) Of(IEnumerable<(string File, HardwareProfile Profile)> files)
    {
        var read = new Dictionary<string, (HardwareProfile Profile, string File)>();
        var faults = ImmutableArray.CreateBuilder<CatalogFault>();
        foreach (var (file, profile) in files)
            if (!read.TryAdd(profile.Name, (profile, file)))
                faults.Add(new(file, 1, $"a profile \"{profile.Name}\" stands in {read[profile.Name].File} already", "give one of them another name"));
        string[] controllers = [.. read.Values.Where(r => r.Profile.Kind is HardwareKind.Controller).Select(r => r.Profile.Name)];
        var whole = new Dictionary<string, HardwareProfile>();
        foreach (var (profile, file) in read.Values)
        {
            if (profile.Controller is not { } name) whole[profile.Name] = profile;
            else if (profile.Kind is HardwareKind.Controller) faults.Add(new(file, 1, $"the controller {profile.Name} has a controller, {name}", "write its quirks into its own file"));
            else if (controllers.Contains(name)) whole[profile.Name] = profile.With(read[name].Profile);
            else faults.Add(new(file, 1, $"the controller \"{name}\" of {profile.Name} is not there", Nearest.Of(name, controllers)));
        }
        return (new(whole.ToFrozenDictionary()), faults.ToImmutable());
    }

    /// <summary>A profile by its name, or null.</summary>
    public HardwareProfile? Find(string name) => _all.GetValueOrDefault(name);

    /// <summary>The profile that fits best: a server before the family of its controller; <see cref="HardwareProfile.Unknown"/> where none does.</summary>
    public HardwareProfile For(HardwareFacts facts) => All
        .Select(profile => (Profile: profile, Weight: profile.Matches.Max(match => match.Weigh(facts))))
        .Where(found => found.Weight > 0)
        .OrderByDescending(found => found.Profile.Kind is not HardwareKind.Controller)
        .ThenByDescending(found => found.Weight)
        .Select(found => found.Profile)
        .FirstOrDefault(HardwareProfile.Unknown);
}
