using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Reads what a controller knows of its machine. A part that can't be read is named, and the others are read all the same.</summary>
internal sealed class RedfishInventoryReader(RedfishLine line, PowerTarget target, RedfishTimings timings, TimeProvider time)
{
    private readonly RedfishSystems _systems = new(line, target, time);
    private readonly List<string> _missing = [];
    private int _requests;

    /// <exception cref="RedfishFailure">the system itself could not be read.</exception>
    public async Task<RedfishInventory> ReadAsync(CancellationToken cancel)
    {
        var system = await _systems.ReadAsync(cancel);
        using var time_ = new CancellationTokenSource(timings.Inventory, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(time_.Token, cancel);
        var root = await line.RootAsync(end.Token);
        var inventory = new RedfishInventory
        {
            Manufacturer = system.Manufacturer,
            Model = system.Model,
            Serial = system.Serial,
            Uuid = system.Uuid,
            Bios = system.Bios,
            Health = system.Health,
            Memory = system.Memory,
            Processors = await PartsAsync(system, root, "Processors", RedfishProcessor.Of, cancel, end.Token),
            Modules = await PartsAsync(system, root, "Memory", RedfishModule.Of, cancel, end.Token),
            Nics = await PartsAsync(system, root, "EthernetInterfaces", RedfishNic.Of, cancel, end.Token),
            Drives = await DrivesAsync(system, root, cancel, end.Token),
            Firmware = await FirmwareAsync(root, cancel, end.Token),
        };
        return inventory with { Missing = [.. _missing.Distinct()] };
    }

    private async Task<ImmutableArray<T>> PartsAsync<T>(RedfishSystem system, RedfishRoot root, string part, Func<RedfishResource, T?> read, CancellationToken asked, CancellationToken cancel) where T : class =>
        system.Parts.TryGetValue(part, out string? collection) ? [.. (await AllAsync(collection, root, part, asked, cancel)).Select(read).OfType<T>()] : [];

    private async Task<ImmutableArray<RedfishDrive>> DrivesAsync(RedfishSystem system, RedfishRoot root, CancellationToken asked, CancellationToken cancel)
    {
        var drives = ImmutableArray.CreateBuilder<RedfishDrive>();
        if (system.Parts.TryGetValue("Storage", out string? storage))
            foreach (var controller in await AllAsync(storage, root, "Storage", asked, cancel))
                foreach (string path in controller.Links("Drives"))
                    if (await OneAsync(path, "Drives", asked, cancel) is { } drive && RedfishDrive.Of(drive) is { } read) drives.Add(read);
        if (drives.Count == 0 && system.Parts.TryGetValue("SimpleStorage", out string? simple))
            foreach (var controller in await AllAsync(simple, root, "SimpleStorage", asked, cancel))
                drives.AddRange(controller.Subs("Devices").Select(RedfishDrive.Of).OfType<RedfishDrive>());
        return drives.ToImmutable();
    }

    private async Task<ImmutableArray<RedfishFirmware>> FirmwareAsync(RedfishRoot root, CancellationToken asked, CancellationToken cancel)
    {
        if (root.UpdateService is not { } service || await OneAsync(service, "UpdateService", asked, cancel) is not { } update || update.Link("FirmwareInventory") is not { } list) return [];
        return [.. (await AllAsync(list, root, "FirmwareInventory", asked, cancel)).Select(RedfishFirmware.Of).OfType<RedfishFirmware>()];
    }

    /// <summary>All members of a collection, in one answer where the service can (DSP0266 §7.3.4 <c>$expand</c>).</summary>
    private async Task<IReadOnlyList<RedfishResource>> AllAsync(string collection, RedfishRoot root, string part, CancellationToken asked, CancellationToken cancel)
    {
        if (root.CanExpand && await OneAsync(collection + "?$expand=.($levels=1)", part, asked, cancel) is { } whole && whole.Subs("Members").ToList() is { Count: > 0 } members && members[0].Names.Skip(1).Any())
            return members;
        var all = new List<RedfishResource>();
        if (await OneAsync(collection, part, asked, cancel) is not { } list) return all;
        foreach (string path in list.Links("Members"))
            if (await OneAsync(path, part, asked, cancel) is { } one) all.Add(one);
        return all;
    }

    private async Task<RedfishResource?> OneAsync(string path, string part, CancellationToken asked, CancellationToken cancel)
    {
        if (++_requests > timings.InventoryRequests)
        {
            _missing.Add($"{part}: after {timings.InventoryRequests} requests the rest was left out");
            return null;
        }
        try
        {
            return (await line.GetAsync(target, path, cancel)).Resource;
        }
        catch (RedfishFailure failed) when (failed.Failure is not (PowerFailure.Credentials or PowerFailure.Untrusted))
        {
            _missing.Add($"{part}: {failed.Message}");
            return null;
        }
        catch (OperationCanceledException) when (!asked.IsCancellationRequested)
        {
            _missing.Add($"{part}: the {timings.Inventory.TotalSeconds:0} s for all of it were over");
            return null;
        }
    }
}
