using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Finds the machine that is meant on a controller, and reads it.</summary>
internal sealed class RedfishSystems(RedfishLine line, PowerTarget target, TimeProvider time)
{
    private const int MostMembers = 64;

    private readonly SystemWanted _wanted = SystemWanted.Of(target.Settings);

    /// <summary>What was seen of it before.</summary>
    public RedfishView View => line.ViewOf(_wanted);

    /// <summary>Reads the machine; finds it first, where that is not known yet.</summary>
    /// <exception cref="RedfishFailure">it could not be read, or it is not clear which one is meant.</exception>
    public async Task<RedfishSystem> ReadAsync(CancellationToken cancel)
    {
        if (View.Path is { } known)
        {
            try
            {
                return Seen(await ReadAsync(known, cancel));
            }
            catch (RedfishFailure gone) when (gone.Error?.Status == 404)
            {
                // A blade was pulled, or names changed with new firmware: it is looked for again.
                View.Path = null;
            }
        }
        var root = await line.RootAsync(cancel);
        if (root.Systems is null) throw new RedfishFailure(PowerFailure.Refused, "the controller shows no systems: it is no server's, or the user may not see them");
        var systems = ImmutableArray.CreateBuilder<RedfishSystem>();
        foreach (string path in await MembersAsync(root.Systems, cancel)) systems.Add(await ReadAsync(path, cancel));
        var macs = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>();
        if (!_wanted.Macs.IsEmpty && systems.Count > 1)
            foreach (var system in systems) macs[system.Path] = await MacsAsync(system, cancel);
        return SystemChoice.Of(systems.ToImmutable(), _wanted, macs) switch
        {
            SystemChoice.Chosen chosen => Seen(chosen.System),
            SystemChoice.Unclear unclear => throw new RedfishFailure(PowerFailure.Refused, unclear.Why),
            _ => throw new InvalidOperationException("a choice without an arm"),
        };
    }

    /// <summary>What was read moments ago, or the machine anew.</summary>
    public async Task<RedfishSystem> FreshAsync(TimeSpan fresh, CancellationToken cancel) =>
        View.Seen is { } seen && time.GetElapsedTime(seen.At) < fresh ? seen.System : await ReadAsync(cancel);

    /// <summary>Paths of a collection's members, those on its further pages too (DSP0266 §9.5.8 <c>Members@odata.nextLink</c>).</summary>
    public async Task<ImmutableArray<string>> MembersAsync(string collection, CancellationToken cancel)
    {
        var members = ImmutableArray.CreateBuilder<string>();
        string? next = collection;
        for (int pages = 0; next is not null && pages < 8 && members.Count < MostMembers; pages++)
        {
            var (page, _) = await line.GetAsync(target, next, cancel);
            var links = page.Links("Members");
            // Before Redfish 1.0: links.Member, each with an href.
            if (links.IsEmpty) links = page.Sub("links").Links("Member");
            foreach (string link in links.Take(MostMembers - members.Count))
                if (!members.Any(m => RedfishPath.AreSame(m, link))) members.Add(link);
            next = RedfishPath.Of(page.Text("Members@odata.nextLink"));
        }
        return members.ToImmutable();
    }

    /// <summary>MACs of a machine's NICs.</summary>
    public async Task<ImmutableArray<string>> MacsAsync(RedfishSystem system, CancellationToken cancel)
    {
        var macs = ImmutableArray.CreateBuilder<string>();
        macs.AddRange(system.HostMacs.Where(RedfishNic.IsMac));
        if (system.Parts.TryGetValue("EthernetInterfaces", out string? collection))
            foreach (string path in await MembersAsync(collection, cancel))
                if (RedfishNic.Of((await line.GetAsync(target, path, cancel)).Resource) is { } nic) macs.Add(nic.Mac);
        return [.. macs.Distinct()];
    }

    /// <summary>The boot override with what a settings resource adds.</summary>
    public async Task<RedfishBoot> BootAsync(RedfishSystem system, CancellationToken cancel)
    {
        if (system.Settings is not { } settings || system.Boot is { IsThere: true, Targets.IsEmpty: false }) return system.Boot;
        var (resource, _) = await line.GetAsync(target, settings, cancel);
        return system.Boot.Or(RedfishBoot.Of(resource.Sub("Boot")));
    }

    private RedfishSystem Seen(RedfishSystem system)
    {
        (View.Path, View.Seen) = (system.Path, (system, time.GetTimestamp()));
        return system;
    }

    private async Task<RedfishSystem> ReadAsync(string path, CancellationToken cancel)
    {
        var (resource, _) = await line.GetAsync(target, path, cancel);
        return resource.IsEmpty ? throw new RedfishFailure(PowerFailure.Garbled, $"the answer to {path} is empty") : RedfishSystem.Of(path, resource);
    }
}
