using System.Collections.Immutable;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>
/// What a BMC can be asked besides power: sensors, event log, inventories, the light, its LAN settings and users. What changes something
/// stands on the machine's timeline with who wanted it.
/// </summary>
internal sealed class BmcDesk(MachineBook book, ControllerSecrets secrets, IpmiDriver driver, TimeProvider time)
{
    /// <exception cref="PowerException">it could not be asked.</exception>
    public Task<ImmutableArray<SensorView>> SensorsAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "read the sensors of", talk => new SensorService(talk).ReadAsync(), cancel);

    /// <summary>What the machine takes, in watts, where its BMC measures that (DCMI); else null.</summary>
    /// <exception cref="PowerException">it could not be asked.</exception>
    public Task<DcmiPowerReading?> WattsAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "read the consumption of", async talk => (await talk.TryAsync(new GetDcmiPowerReading())).Answer is { Measuring: true } watts ? watts : null, cancel);

    /// <exception cref="PowerException">it could not be read.</exception>
    public Task<EventLog> EventLogAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "read the event log of", talk => new EventLogService(talk, time).ReadAsync(), cancel);

    /// <summary>Clears the event log; returns how many entries it had.</summary>
    /// <exception cref="PowerException">it was not cleared.</exception>
    public async Task<int> ClearEventLogAsync(Machine machine, string by, CancellationToken cancel)
    {
        int cleared = await TalkAsync(machine, "clear the event log of", talk => new EventLogService(talk, time).ClearAsync(), cancel);
        await NoteAsync(machine, "sel.cleared", $"the BMC's event log was cleared: {cleared} entries", by);
        return cleared;
    }

    /// <exception cref="PowerException">it could not be read.</exception>
    public Task<ImmutableArray<FruPart>> FruAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "read the inventory of", talk => new FruService(talk).ReadAsync(), cancel);

    /// <summary>Switches the light on for some seconds, or until it is switched off (null), or off (0). Returns for how long it was taken; null until further notice.</summary>
    /// <exception cref="PowerException">it was not taken.</exception>
    public async Task<int?> IdentifyAsync(Machine machine, int? seconds, string by, CancellationToken cancel)
    {
        int? taken = await TalkAsync(machine, "switch the light of", async talk =>
        {
            if (seconds is { } some)
            {
                await talk.AskAsync(new ChassisIdentify((byte)some));
                return some;
            }
            // "Until further notice" came with IPMI 2.0: older BMCs are told the longest time that there is.
            if ((await talk.TryAsync(new ChassisIdentify(0, Forced: true))).Code == CompletionCode.Ok) return (int?)null;
            await talk.AskAsync(new ChassisIdentify(byte.MaxValue));
            return byte.MaxValue;
        }, cancel);
        await NoteAsync(machine, "power.identify", taken switch { 0 => "the light is off", null => "the light is on until it is switched off", _ => $"the light is on for {taken} s" }, by);
        return taken;
    }

    /// <exception cref="PowerException">they could not be read.</exception>
    public Task<LanSettings> LanAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "read the LAN settings of the BMC of", talk => new LanService(talk).ReadAsync(), cancel);

    /// <summary>Changes the BMC's LAN settings; null where it has gone to another address.</summary>
    /// <exception cref="PowerException">they were not taken.</exception>
    public async Task<LanSettings?> ChangeLanAsync(Machine machine, LanChange change, string by, CancellationToken cancel)
    {
        var read = await TalkAsync(machine, "change the LAN settings of the BMC of", talk => new LanService(talk).ChangeAsync(change), cancel);
        await NoteAsync(machine, "bmc.lan", read is null ? $"the BMC's LAN settings were changed, and it no longer answers at its old address{(change.Address is { } to ? $"; it should at {to}" : "")}"
            : "the BMC's LAN settings were changed, read back", by);
        return read;
    }

    /// <exception cref="PowerException">they could not be listed.</exception>
    public Task<ImmutableArray<BmcUser>> UsersAsync(Machine machine, CancellationToken cancel) =>
        TalkAsync(machine, "list the users of the BMC of", talk => new UserService(talk).ListAsync(), cancel);

    /// <summary>Changes a user of the BMC. The one that the appliance itself logs in as is left alone: it would shut itself out.</summary>
    /// <exception cref="PowerException">it was not taken.</exception>
    public async Task<BmcUser> ChangeUserAsync(Machine machine, byte number, BmcUserChange change, string by, CancellationToken cancel)
    {
        string own = secrets.TargetOf(machine, driver.Kind).Username;
        var user = await TalkAsync(machine, $"change user {number} of the BMC of", async talk =>
        {
            var (name, _) = await talk.TryAsync(new GetUserName(number));
            if (name == own) throw new IpmiException(IpmiFailure.Refused, $"user {number} is \"{own}\", as whom this appliance logs in: give the controller another user first");
            return await new UserService(talk).ChangeAsync(number, change);
        }, cancel);
        await NoteAsync(machine, "bmc.user", $"user {number} ({user.Name}) of the BMC was changed{(change.Password is null ? "" : ", with a new password")}", by);
        return user;
    }

    private Task<T> TalkAsync<T>(Machine machine, string operation, Func<BmcTalk, Task<T>> conversation, CancellationToken cancel) =>
        driver.TalkAsync(operation, secrets.TargetOf(machine, driver.Kind), conversation, cancel);

    private Task NoteAsync(Machine machine, string kind, string text, string by) => book.NoteDeedAsync(machine.Id, new(kind, text), by);
}
