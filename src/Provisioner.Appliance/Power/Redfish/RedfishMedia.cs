using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Virtual media: DSP0268 VirtualMedia, under the system (since 2020.2) or under its managers.</summary>
internal sealed class RedfishMedia(RedfishLine line, PowerTarget target, RedfishTimings timings, TimeProvider time)
{
    private readonly RedfishSystems _systems = new(line, target, time);
    private readonly RedfishWriter _writer = new(line, target, timings, time);

    /// <summary>All virtual drives.</summary>
    public async Task<ImmutableArray<VirtualMediaSlot>> ListAsync(CancellationToken cancel)
    {
        var system = await _systems.FreshAsync(timings.Fresh, cancel);
        var collections = new List<string>();
        if (system.Parts.TryGetValue("VirtualMedia", out string? own)) collections.Add(own);
        else
            foreach (string path in system.Managers)
                if ((await line.GetAsync(target, path, cancel)).Resource is var manager && (manager.Link("VirtualMedia") ?? manager.Sub("links").Link("VirtualMedia")) is { } theirs) collections.Add(theirs);
        var slots = ImmutableArray.CreateBuilder<VirtualMediaSlot>();
        foreach (string collection in collections)
            foreach (string path in await _systems.MembersAsync(collection, cancel))
                slots.Add(await ReadAsync(path, cancel));
        return slots.ToImmutable();
    }

    /// <summary>Puts an image into the drive for CDs. Returns what a person should know, or null.</summary>
    /// <exception cref="RedfishFailure">it was refused, or reads back empty.</exception>
    public async Task<string?> InsertAsync(Uri image, CancellationToken cancel)
    {
        var slots = await ListAsync(cancel);
        if (slots.Any(s => s.IsCd && s.IsFull && s.Image == image.AbsoluteUri)) return null;
        var slot = VirtualMediaSlot.Choose(slots)
            ?? throw new RedfishFailure(PowerFailure.Refused, "the controller shows no virtual CD drive: some need a licence for it (iLO Advanced, iDRAC Enterprise)");
        string? note = null;
        if (slot.IsFull)
        {
            note = $"what was in the virtual drive before ({Shown(slot.Image)}) was taken out";
            await EjectAsync(slot, cancel);
        }
        await TellAsync(slot, image, cancel);
        var read = await FollowAsync(slot.Path, full: true, cancel);
        return read.Image.Length > 0 && read.Image != image.AbsoluteUri && !SameFile(read.Image, image) ? $"the controller shows the image as {Shown(read.Image)}" : note;
    }

    /// <summary>Takes what is in the drives for CDs out. Returns how many were emptied.</summary>
    /// <exception cref="RedfishFailure">it was refused, or one reads back full.</exception>
    public async Task<int> EjectAsync(CancellationToken cancel)
    {
        var full = (await ListAsync(cancel)).Where(s => s.IsCd && s.IsFull).ToImmutableArray();
        foreach (var slot in full) await EjectAsync(slot, cancel);
        return full.Length;
    }

    private async Task EjectAsync(VirtualMediaSlot slot, CancellationToken cancel)
    {
        // An empty object: iLO refuses an empty body (openstack/sushy virtual_media.py), and no service refuses this one.
        if (slot.EjectAt is { } action) await _writer.PostAsync(action, new EmptyBody(), RedfishBodies.Default.EmptyBody, timings.Task, cancel);
        else await _writer.PatchAsync(slot.Path, new EmptyMediaBody(null, Inserted: false), RedfishBodies.Default.EmptyMediaBody, cancel);
        await FollowAsync(slot.Path, full: false, cancel);
    }

    private async Task TellAsync(VirtualMediaSlot slot, Uri image, CancellationToken cancel)
    {
        var bodies = slot.InsertBodies(image);
        for (int i = 0; ; i++)
        {
            try
            {
                if (slot.InsertAt is { } action) await _writer.PostAsync(action, bodies[i], RedfishBodies.Default.MediaBody, timings.Task, cancel);
                else await _writer.PatchAsync(slot.Path, bodies[i], RedfishBodies.Default.MediaBody, cancel);
                return;
            }
            catch (RedfishFailure wrong) when (i + 1 < bodies.Length && wrong.Failure is PowerFailure.Refused && wrong.Error?.Status is 400 or 422)
            {
                // Which parameters it wants differs by maker and by firmware; the next body has more.
            }
        }
    }

    private async Task<VirtualMediaSlot> FollowAsync(string path, bool full, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        var pause = timings.LookAgain;
        while (true)
        {
            var slot = await ReadAsync(path, cancel);
            if (slot.IsFull == full) return slot;
            if (time.GetElapsedTime(began) >= timings.ReadBack)
                throw new RedfishFailure(PowerFailure.Ignored, full ? "the controller said yes to the image, but its virtual drive reads back empty: can it reach the image's address?" : "the controller said yes, but its virtual drive is still full");
            await Task.Delay(pause, time, cancel);
            pause = pause * 1.5 < timings.LookAgainAtMost ? pause * 1.5 : timings.LookAgainAtMost;
        }
    }

    private async Task<VirtualMediaSlot> ReadAsync(string path, CancellationToken cancel) => VirtualMediaSlot.Of(path, (await line.GetAsync(target, path, cancel)).Resource);

    private static bool SameFile(string shown, Uri image) => image.AbsoluteUri.EndsWith("/" + shown[(shown.LastIndexOf('/') + 1)..], StringComparison.Ordinal);

    // Without a user and a query: they may hold a secret.
    private static string Shown(string image) => Uri.TryCreate(image, UriKind.Absolute, out var url) ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : image.Length > 0 ? "an image" : "something";
}
