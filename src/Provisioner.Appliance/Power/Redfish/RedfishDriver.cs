using System.Collections.Concurrent;
using System.Collections.Immutable;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>
/// Redfish (DMTF DSP0266, DSP0268) over HTTPS: one connection and one session a controller, kept while it is used.
/// Certificates are pinned when they are first seen; see <see cref="RedfishTrust"/>.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="timings">Waits; the usual ones unless given.</param>
/// <param name="profiles">How hardware differs from the papers; none unless given.</param>
/// <param name="note">Told of a machine's start: its name, a sentence.</param>
internal sealed class RedfishDriver(
    TimeProvider time, RedfishTimings? timings = null, HardwareProfiles? profiles = null, Action<string, string>? note = null) : IPowerDriver, IAsyncDisposable
{
    private readonly RedfishTimings _timings = timings ?? RedfishTimings.Default;
    private readonly ConcurrentDictionary<string, RedfishLine> _lines = new();
    private long _swept = time.GetTimestamp();

    public string Kind => "redfish";

    public Task<ControllerAbilities> LookAsync(PowerTarget target, CancellationToken cancel) => TellAsync(PowerWords.Look, target, async line =>
    {
        line.Session.Forgive();
        var systems = new RedfishSystems(line, target, time);
        var system = await systems.ReadAsync(cancel);
        system = await WithActionInfoAsync(line, target, system, cancel);
        var (manager, model, firmware) = await ManagerAsync(line, target, system, cancel);
        line.Quirks = QuirksOf(target, system, model, firmware);
        var root = await line.RootAsync(cancel);
        var boot = await systems.BootAsync(system, cancel);
        bool media = system.Parts.ContainsKey("VirtualMedia") || manager.Link("VirtualMedia") is not null;
        return new ControllerAbilities
        {
            Orders = system.Reset?.Orders ?? [],
            ReadsState = system.Power is not null,
            NextBoots = media ? boot.Devices : boot.Devices.Remove(BootDevice.VirtualMedia),
            Vendor = system.Manufacturer.Length > 0 ? system.Manufacturer : root.Vendor,
            Model = model.Length > 0 ? model : root.Product,
            Firmware = firmware,
            Serial = system.Serial,
            SystemUuid = system.Uuid,
            Macs = await systems.MacsAsync(system, cancel),
            Features = [.. Features(system, media)],
            Notes = [.. Notes(line, system)],
            Settings = line.Trust.Trusted is { Length: > 0 } pin ? target.Settings.SetItem(CertificatePin.Setting, pin) : target.Settings,
        };
    }, cancel);

    public Task<PowerState> GetAsync(PowerTarget target, CancellationToken cancel) => TellAsync(PowerWords.Read, target, async line =>
    {
        var system = await new RedfishSystems(line, target, time).ReadAsync(cancel);
        TellProgress(line.ViewOf(SystemWanted.Of(target.Settings)), target, system);
        // "Unknown" would count as "can't say, ever": this is "can't say now", as iLO is while it restarts.
        return system.Power ?? throw new RedfishFailure(PowerFailure.NotNow, $"the controller doesn't say just now whether the machine is on (PowerState {(system.PowerWord.Length > 0 ? system.PowerWord : "missing")})");
    }, cancel);

    public Task GiveAsync(PowerTarget target, PowerAction order, CancellationToken cancel) => TellAsync(PowerWords.Of(order), target, async line =>
    {
        var systems = new RedfishSystems(line, target, time);
        var system = await systems.FreshAsync(_timings.Fresh, cancel);
        system = await WithActionInfoAsync(line, target, system, cancel);
        if (system.Reset is not { } reset) throw new RedfishFailure(PowerFailure.Refused, "the controller shows no reset action for this system: may this user operate it?");
        var seen = system.Power ?? PowerState.Unknown;
        if (order is PowerAction.SoftOff && seen is PowerState.Off) throw new RedfishFailure(PowerFailure.NotNow, "the machine is off already");
        string type = reset.Choose(order, seen)
            ?? throw new RedfishFailure(PowerFailure.Refused, $"the controller has no order for that to a machine that is {PowerWords.Of(seen)}: it takes {string.Join(", ", reset.Allowed)}");
        // What was read before the order says nothing after it.
        systems.View.Seen = null;
        await new RedfishWriter(line, target, _timings, time).PostAsync(
            reset.Target, new ResetBody(type, reset.BeforeRedfish ? "Reset" : null), RedfishBodies.Default.ResetBody, _timings.ResetTask, cancel, mayGoOn: true);
        return true;
    }, cancel);

    public Task<string?> SetNextBootAsync(PowerTarget target, NextBoot boot, CancellationToken cancel) => TellAsync(PowerWords.Of(boot.Device), target, async line =>
        await new RedfishNextBoot(line, target, _timings, time).SetAsync(boot, await QuirksAsync(line, target, cancel), cancel), cancel);

    /// <summary>The virtual drives.</summary>
    /// <exception cref="PowerException">they could not be read.</exception>
    public Task<ImmutableArray<VirtualMediaSlot>> ListMediaAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync("read the virtual media of", target, line => Media(line, target).ListAsync(cancel), cancel);

    /// <summary>Puts an image into the virtual CD drive. Returns what a person should know, or null.</summary>
    /// <exception cref="PowerException">it was refused, or reads back empty.</exception>
    public Task<string?> InsertMediaAsync(PowerTarget target, Uri image, CancellationToken cancel) =>
        TellAsync("insert virtual media into", target, line => Media(line, target).InsertAsync(image, cancel), cancel);

    /// <summary>Empties the virtual CD drives. Returns how many were full.</summary>
    /// <exception cref="PowerException">it was refused, or one reads back full.</exception>
    public Task<int> EjectMediaAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync("eject virtual media from", target, line => Media(line, target).EjectAsync(cancel), cancel);

    /// <summary>What the controller knows of the machine.</summary>
    /// <exception cref="PowerException">it could not be read.</exception>
    public Task<RedfishInventory> ReadInventoryAsync(PowerTarget target, CancellationToken cancel) =>
        TellAsync("read the inventory of", target, line => new RedfishInventoryReader(line, target, _timings, time).ReadAsync(cancel), cancel);

    /// <summary>Logs out everywhere.</summary>
    public async ValueTask DisposeAsync()
    {
        var lines = _lines.Values.ToArray();
        _lines.Clear();
        await Task.WhenAll(lines.Select(l => l.DisposeAsync().AsTask()));
    }

    private RedfishMedia Media(RedfishLine line, PowerTarget target) => new(line, target, _timings, time);

    private async Task<RedfishSystem> WithActionInfoAsync(RedfishLine line, PowerTarget target, RedfishSystem system, CancellationToken cancel)
    {
        if (system.Reset is not { Allowed.IsEmpty: true, Info: { } info } reset) return system;
        var answer = await line.SendAsync(target, RedfishRequest.Get(info), cancel);
        return answer.IsGood ? system with { Reset = reset.With(answer.Resource(info)) } : system;
    }

    private async Task<(RedfishResource Manager, string Model, string Firmware)> ManagerAsync(RedfishLine line, PowerTarget target, RedfishSystem system, CancellationToken cancel)
    {
        string? path = system.Managers.FirstOrDefault();
        // Not all systems link to their manager: where there is only one, it is that.
        if (path is null && (await line.RootAsync(cancel)).Managers is { } all && await new RedfishSystems(line, target, time).MembersAsync(all, cancel) is [var only]) path = only;
        if (path is null) return default;
        var (manager, _) = await line.GetAsync(target, path, cancel);
        string firmware = manager.Text("FirmwareVersion") ?? manager.Sub("Firmware").Sub("Current").TextOrEmpty("VersionString");
        return (manager, manager.TextOrEmpty("Model"), firmware);
    }

    private async Task<RedfishQuirks> QuirksAsync(RedfishLine line, PowerTarget target, CancellationToken cancel)
    {
        if (line.Quirks is { } known) return known;
        var system = await new RedfishSystems(line, target, time).FreshAsync(_timings.Fresh, cancel);
        var (_, model, firmware) = await ManagerAsync(line, target, system, cancel);
        return (line.Quirks = QuirksOf(target, system, model, firmware)).Value;
    }

    private RedfishQuirks QuirksOf(PowerTarget target, RedfishSystem system, string model, string firmware)
    {
        var all = profiles ?? HardwareProfiles.None;
        return RedfishQuirkNames.Of(all.Find(target.Settings.GetValueOrDefault("profile", "")) ?? all.For(new(system.Manufacturer, system.Model, Firmware: firmware, ControllerModel: model)));
    }

    private void TellProgress(RedfishView view, PowerTarget target, RedfishSystem system)
    {
        if (system.Progress is not { } progress || progress == view.Progress) return;
        bool first = view.Progress is null;
        view.Progress = progress;
        // The first one seen is no change: the machine may have run for a year.
        if (!first && BootProgress.InWords(progress) is { } words) note?.Invoke(target.Machine, $"its start: {words}");
    }

    private static IEnumerable<string> Features(RedfishSystem system, bool media)
    {
        yield return "inventory";
        if (media) yield return "virtualmedia";
        if (system.Progress is not null) yield return "bootprogress";
    }

    private static IEnumerable<string> Notes(RedfishLine line, RedfishSystem system)
    {
        if (line.Session.BasicWhy is { } why) yield return $"each request carries the password, for {why}";
        if (!system.Boot.IsThere && system.Settings is null) yield return "the boot device can't be set through this controller";
        if (system.Health is "Warning" or "Critical") yield return $"the controller says that the machine's health is {system.Health}";
    }

    private async Task<T> TellAsync<T>(string operation, PowerTarget target, Func<RedfishLine, Task<T>> say, CancellationToken cancel)
    {
        try
        {
            cancel.ThrowIfCancellationRequested();
            return await say(LineOf(target, looks: operation == PowerWords.Look));
        }
        catch (RedfishFailure failed)
        {
            throw PowerException.Of(failed.Failure, operation, target, Without(target, failed.Message));
        }
    }

    /// <summary>Controllers quote what they refuse: a password among it is blotted out.</summary>
    private static string Without(PowerTarget target, string sentence) =>
        target.Password.Length == 0 ? sentence : sentence.Replace(target.Password, "•••", StringComparison.Ordinal);

    private RedfishLine LineOf(PowerTarget target, bool looks)
    {
        var origin = RedfishOrigin.Of(target);
        string pin = target.Settings.GetValueOrDefault(CertificatePin.Setting, "").Trim();
        bool anew = pin == CertificatePin.Next;
        if (anew) pin = "";
        if (pin.Length > 0 && !CertificatePin.IsOne(pin)) throw new RedfishFailure(PowerFailure.Refused, $"the setting \"{CertificatePin.Setting}\" is no SHA-256 fingerprint such as openssl x509 -fingerprint -sha256 prints, nor \"{CertificatePin.Next}\"");
        bool byAuthority = target.Settings.GetValueOrDefault("tls") == "ca";
        string key = $"{origin} {target.Username}";
        Sweep();
        // Another pin is another trust. Without one, what was seen first holds as long as the process runs, unless a person says "new" and looks.
        if (_lines.TryGetValue(key, out var line) && (!line.Trust.Is(pin, byAuthority) || (looks && anew)) && _lines.TryRemove(new(key, line)))
            // It may be in use just now: it is put aside, and closed when nobody uses it any more.
            _lines[$"{key} {Guid.NewGuid()}"] = line;
        return _lines.GetOrAdd(key, _ => new(origin, pin, byAuthority, _timings, time));
    }

    // Lines that nobody used for a while are logged out; looked for when one is used, for polls come twice a minute.
    private void Sweep()
    {
        long swept = Interlocked.Read(ref _swept);
        if (time.GetElapsedTime(swept) < _timings.Idle / 4 || Interlocked.CompareExchange(ref _swept, time.GetTimestamp(), swept) != swept) return;
        foreach (var (key, line) in _lines)
            if (line.Unused > _timings.Idle && _lines.TryRemove(new(key, line))) _ = DropAsync(line);
    }

    private static async Task DropAsync(RedfishLine line)
    {
        try
        {
            await line.DisposeAsync();
        }
        catch (ObjectDisposedException)
        {
            // Somebody took it in the same moment and found it closed.
        }
    }
}
