using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>The boot device of the next boot: IPMI 2.0 §28.12, in the order that ipmitool keeps, and read back.</summary>
internal sealed class BootFlagsOrder(BmcLine line, PowerTarget target)
{
    private const byte ChangeInProgress = 0x81;

    /// <summary>Sets the flags and reads them back; returns what a person should know, or null.</summary>
    /// <exception cref="IpmiException">the BMC refused the flags, or was silent.</exception>
    /// <exception cref="BootIgnored">it said yes and reads back something else.</exception>
    public async Task<string?> SetAsync(BootDevice device, CancellationToken cancel)
    {
        var asked = new BootFlags(Valid: true, Persistent: false, target.Uefi, device == BootDevice.Pxe ? BootSelector.Pxe : BootSelector.Disk);
        await BeginAsync(cancel);
        try
        {
            await IfTakenAsync(SetSystemBootOptions.KeepFlags, cancel);
            await IfTakenAsync(SetSystemBootOptions.Unacknowledge, cancel);
            await line.AskAsync(target, SetSystemBootOptions.Flags(asked), cancel);
        }
        catch (IpmiException refused) when (refused.Code is not null)
        {
            await IfTakenAsync(SetSystemBootOptions.Complete, cancel);
            throw;
        }
        await IfTakenAsync(SetSystemBootOptions.Commit, cancel);
        await IfTakenAsync(SetSystemBootOptions.Complete, cancel);
        return NextBootVerdict.Of(asked, await line.AskAsync(target, new GetSystemBootOptions(), cancel)) switch
        {
            NextBootVerdict.Differs differs => throw new BootIgnored(differs.Why),
            NextBootVerdict.Doubtful doubtful => doubtful.Note,
            _ => null,
        };
    }

    /// <summary>A console that died in the middle leaves its mark for ever: it is taken away, once.</summary>
    private async Task BeginAsync(CancellationToken cancel)
    {
        if (await IfTakenAsync(SetSystemBootOptions.Begin, cancel) != ChangeInProgress) return;
        await IfTakenAsync(SetSystemBootOptions.Complete, cancel);
        await IfTakenAsync(SetSystemBootOptions.Begin, cancel);
    }

    /// <summary>For parameters that many BMCs do not have, and that the flags hold without. Returns the completion code.</summary>
    private async Task<byte> IfTakenAsync(SetSystemBootOptions option, CancellationToken cancel)
    {
        try
        {
            await line.AskAsync(target, option, cancel);
            return CompletionCode.Ok;
        }
        catch (IpmiException refused) when (refused.Code is { } code && code != CompletionCode.InsufficientPrivilege)
        {
            return code;
        }
    }
}

/// <summary>The BMC said yes to boot flags and reads back others.</summary>
internal sealed class BootIgnored(string why) : Exception(why);
