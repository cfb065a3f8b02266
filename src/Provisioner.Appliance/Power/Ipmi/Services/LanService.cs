using System.Net;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Where a BMC's address comes from: IPMI 2.0 table 23-4, parameter 4.</summary>
internal enum LanSource : byte { Unknown = 0, Static = 1, Dhcp = 2, Firmware = 3, Other = 4 }

/// <summary>A BMC's LAN settings; null for what it does not say.</summary>
internal sealed record LanSettings(LanSource Source, IPAddress? Address, IPAddress? Mask, IPAddress? Gateway, string? Mac, int? Vlan);

/// <summary>What is to be changed of a BMC's LAN settings; null for what stays.</summary>
internal sealed record LanChange(LanSource? Source, IPAddress? Address, IPAddress? Mask, IPAddress? Gateway, int? Vlan);

/// <summary>Reads and changes a BMC's LAN settings: IPMI 2.0 §23.</summary>
internal sealed class LanService(BmcTalk talk)
{
    private const byte Complete = 0, InProgress = 1, Commit = 2;
    private const byte Busy = 0x81;
    private const int Tagged = 0x8000;

    public async Task<LanSettings> ReadAsync()
    {
        byte channel = await ChannelAsync();
        var source = await GetAsync(channel, LanParameter.IpAddressSource, 1);
        var vlan = await GetAsync(channel, LanParameter.Vlan, 2);
        int tag = vlan is null ? 0 : vlan[0] | vlan[1] << 8;
        return new(source is null ? LanSource.Unknown : (LanSource)(source[0] & 0x0f), await AddressAsync(channel, LanParameter.IpAddress),
            await AddressAsync(channel, LanParameter.SubnetMask), await AddressAsync(channel, LanParameter.DefaultGateway),
            await GetAsync(channel, LanParameter.MacAddress, 6) is { } mac ? string.Join(':', mac.Select(o => o.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))) : null,
            (tag & Tagged) != 0 ? tag & 0xfff : null);
    }

    /// <summary>
    /// Changes them, and reads them back; null where the BMC has gone to its new address and can't be asked any more at the old one.
    /// What moves the BMC comes last.
    /// </summary>
    /// <exception cref="IpmiException">it was refused, or reads back otherwise.</exception>
    public async Task<LanSettings?> ChangeAsync(LanChange change)
    {
        byte channel = await ChannelAsync();
        await MarkAsync(channel, InProgress);
        try
        {
            if (change.Mask is { } mask) await SetAsync(channel, LanParameter.SubnetMask, mask.GetAddressBytes());
            if (change.Gateway is { } gateway) await SetAsync(channel, LanParameter.DefaultGateway, gateway.GetAddressBytes());
            if (change.Vlan is { } vlan) await SetAsync(channel, LanParameter.Vlan, Octets(vlan == 0 ? 0 : Tagged | vlan));
            if (change.Source is { } source) await SetAsync(channel, LanParameter.IpAddressSource, [(byte)source]);
            if (change.Address is { } address) await SetAsync(channel, LanParameter.IpAddress, address.GetAddressBytes());
        }
        finally
        {
            await MarkAsync(channel, Commit);
            await MarkAsync(channel, Complete);
        }
        var read = await LookAsync();
        if (read is null) return null;
        string? why = Differs("address", change.Address, read.Address) ?? Differs("subnet mask", change.Mask, read.Mask) ?? Differs("gateway", change.Gateway, read.Gateway)
            ?? Differs("source of its address", change.Source, read.Source) ?? Differs("VLAN", change.Vlan is 0 ? null : change.Vlan, read.Vlan);
        return why is null ? read : throw new IpmiException(IpmiFailure.Refused, why);
    }

    // Silence is no failure here: the BMC may have moved.
    private async Task<LanSettings?> LookAsync()
    {
        try
        {
            return await ReadAsync();
        }
        catch (IpmiException gone) when (gone.Failure == IpmiFailure.Silent)
        {
            return null;
        }
    }

    private async Task MarkAsync(byte channel, byte mark)
    {
        try
        {
            var (_, code) = await talk.TryAsync(new SetLanConfiguration(channel, LanParameter.SetInProgress, new[] { mark }));
            // A console that died in the middle leaves its mark for ever: it is taken away, once.
            if (code == Busy && mark == InProgress) await talk.TryAsync(new SetLanConfiguration(channel, LanParameter.SetInProgress, new[] { Complete }));
        }
        catch (IpmiException gone) when (gone.Failure == IpmiFailure.Silent && mark != InProgress)
        {
        }
    }

    private async Task<byte> ChannelAsync() => (await talk.OfferedAsync()).Channel;

    private async Task SetAsync(byte channel, LanParameter parameter, byte[] value) => await talk.AskAsync(new SetLanConfiguration(channel, parameter, value));

    private async Task<IPAddress?> AddressAsync(byte channel, LanParameter parameter) => await GetAsync(channel, parameter, 4) is { } octets ? new IPAddress(octets) : null;

    private async Task<byte[]?> GetAsync(byte channel, LanParameter parameter, int length)
    {
        var (value, code) = await talk.TryAsync(new GetLanConfiguration(channel, parameter));
        return code == CompletionCode.Ok && value.Length >= length ? value[..length].ToArray() : null;
    }

    private static byte[] Octets(int value) => [(byte)value, (byte)(value >> 8)];

    private static string? Differs<T>(string what, T? asked, T? read) =>
        asked is null || EqualityComparer<T>.Default.Equals(asked, read) ? null : $"the BMC said yes to the {what} {asked}, but reads back {(object?)read ?? "none"}";
}
