using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A conversation of several commands with one BMC. Each command waits its own turn, so that a power order is never held up by a long list.</summary>
internal sealed class BmcTalk(BmcLine line, PowerTarget target, CancellationToken cancel)
{
    /// <summary>Sensor records, kept as long as the line is.</summary>
    public SensorRecords? Records { get => line.Records; set => line.Records = value; }

    public CancellationToken Cancel => cancel;

    /// <summary>What the BMC does otherwise than IPMI says.</summary>
    public IpmiQuirks Quirks => line.QuirksOf(target);

    /// <exception cref="IpmiException">it failed.</exception>
    public Task<TAnswer> AskAsync<TAnswer>(IIpmiCommand<TAnswer> command) => line.AskAsync(target, command, cancel);

    /// <summary>What the BMC said of itself before the session; the channel that it is spoken to on is in it. Not asked in the session: some refuse that.</summary>
    public async Task<ChannelAuthenticationCapabilities> OfferedAsync()
    {
        if (line.Offered is null) await AskAsync(new GetDeviceId());
        // Channel 1 is the LAN of nearly all, and of those whose first answer can't be read.
        return line.Offered ?? new(1, Ipmi20: true, TwoKey: false, Anonymous: false);
    }

    /// <summary>Asks what a BMC may refuse: null, or the default of a value, where it does.</summary>
    public async Task<(TAnswer? Answer, byte Code)> TryAsync<TAnswer>(IIpmiCommand<TAnswer> command)
    {
        try
        {
            return (await AskAsync(command), CompletionCode.Ok);
        }
        catch (IpmiException refused) when (refused.Code is { } code && code != CompletionCode.InsufficientPrivilege)
        {
            return (default, code);
        }
    }
}
