using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Sets what a machine boots from next, and looks until the controller shows it.</summary>
internal sealed class RedfishNextBoot(RedfishLine line, PowerTarget target, RedfishTimings timings, TimeProvider time)
{
    private readonly RedfishSystems _systems = new(line, target, time);
    private readonly RedfishWriter _writer = new(line, target, timings, time);

    /// <summary>Returns what a person should know, or null.</summary>
    /// <exception cref="RedfishFailure">it was refused, or reads back otherwise.</exception>
    public async Task<string?> SetAsync(NextBoot next, RedfishQuirks quirks, CancellationToken cancel)
    {
        string? inserted = null;
        if (next is { Device: BootDevice.VirtualMedia, Uri: { } image })
            inserted = await new RedfishMedia(line, target, timings, time).InsertAsync(image, cancel);
        if (next.Device is BootDevice.VirtualMedia && quirks.HasFlag(RedfishQuirks.VirtualCdByProfile))
            return Joined(inserted, await ImportProfileAsync(cancel));
        var system = await _systems.ReadAsync(cancel);
        var boot = await _systems.BootAsync(system, cancel);
        switch (BootOverridePlan.For(boot, next, target.Uefi, quirks))
        {
            case BootOverridePlan.Refuse refuse:
                throw new RedfishFailure(PowerFailure.Refused, refuse.Why);
            case BootOverridePlan.Write write:
                return Joined(Joined(inserted, write.Note), await WriteAsync(system, write.Override, cancel));
            default:
                throw new InvalidOperationException("a plan without an arm");
        }
    }

    private async Task<string?> WriteAsync(RedfishSystem system, BootOverride order, CancellationToken cancel)
    {
        try
        {
            string written = await WriteWhereTakenAsync(system, order, cancel);
            return await ReadBackAsync(written, order, cancel);
        }
        catch (RedfishFailure mode) when (order.Mode is not null && mode.Failure is PowerFailure.Refused && mode.Error?.IsAbout("BootSourceOverrideMode") is true)
        {
            // BootSourceOverrideMode came read-only on some: the mode of the firmware's setup is kept then.
            string written = await WriteWhereTakenAsync(system, order with { Mode = null }, cancel);
            string note = $"the controller doesn't let the boot mode be chosen: {order.Mode} was wanted, the firmware's setup decides";
            return Joined(note, await ReadBackAsync(written, order with { Mode = null }, cancel));
        }
    }

    /// <summary>Writes to the system, or to its settings where it can't be written itself (DSP0266 §9.10; AMI). Returns where it was written.</summary>
    private async Task<string> WriteWhereTakenAsync(RedfishSystem system, BootOverride order, CancellationToken cancel)
    {
        bool onlySettings = system.Settings is not null && !system.Boot.IsThere;
        if (!onlySettings)
        {
            try
            {
                await _writer.PatchAsync(system.Path, BootPart.Of(order), RedfishBodies.Default.BootBody, cancel);
                return system.Path;
            }
            catch (RedfishFailure closed) when (system.Settings is not null && closed.Error is { } error && (error.Status is 405 or 501 || error.Says("PropertyNotWritable") || error.Says("NoOperation")) && !error.IsAbout("BootSourceOverrideMode"))
            {
                // The resource shows what is; what is to be stands in its settings.
            }
        }
        await _writer.PatchAsync(system.Settings!, BootPart.Of(order), RedfishBodies.Default.BootBody, cancel);
        return system.Settings!;
    }

    private async Task<string?> ReadBackAsync(string path, BootOverride order, CancellationToken cancel)
    {
        long began = time.GetTimestamp();
        var pause = timings.LookAgain;
        while (true)
        {
            var (resource, _) = await line.GetAsync(target, path, cancel);
            switch (order.Judge(RedfishBoot.Of(resource.Sub("Boot"))))
            {
                case NextBootVerdict.Agreed:
                    return null;
                case NextBootVerdict.Doubtful doubtful:
                    return doubtful.Note;
                case NextBootVerdict.Differs differs when time.GetElapsedTime(began) >= timings.ReadBack:
                    throw new RedfishFailure(PowerFailure.Ignored, differs.Why);
            }
            await Task.Delay(pause, time, cancel);
            pause = pause * 1.5 < timings.LookAgainAtMost ? pause * 1.5 : timings.LookAgainAtMost;
        }
    }

    /// <summary>See <see cref="DellProfile"/>.</summary>
    private async Task<string?> ImportProfileAsync(CancellationToken cancel)
    {
        var system = await _systems.FreshAsync(timings.Fresh, cancel);
        foreach (string path in system.Managers)
        {
            var (manager, _) = await line.GetAsync(target, path, cancel);
            if (DellProfile.ImportAt(manager) is not { } action) continue;
            await _writer.PostAsync(action, DellProfile.BootVirtualCdOnce, RedfishBodies.Default.DellProfileBody, timings.Task, cancel);
            if (DellProfile.AttributesAt(path, manager) is not { } attributes) continue;
            var answer = await line.SendAsync(target, RedfishRequest.Get(attributes), cancel);
            return !answer.IsGood ? "the controller took the virtual CD as the next boot device, but doesn't show it"
                : DellProfile.IsSet(answer.Resource(attributes)) switch
                {
                    true => null,
                    false => throw new RedfishFailure(PowerFailure.Ignored, "the controller's job for the virtual CD as next boot device is done, but its attributes show another device"),
                    null => "the controller took the virtual CD as the next boot device, but doesn't show it",
                };
        }
        throw new RedfishFailure(PowerFailure.Refused, "the controller has no ImportSystemConfiguration, which its virtual CD needs to be booted from");
    }

    private static string? Joined(string? one, string? other) => one is null ? other : other is null ? one : $"{one}; {other}";
}
