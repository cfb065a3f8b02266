using System.Collections.Immutable;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Finds out what a BMC is, what it can do, and what a person should know of it.</summary>
internal sealed class LookService(BmcTalk talk)
{
    // IANA enterprise numbers of those who make servers.
    private static readonly Dictionary<int, string> Makers = new()
    {
        [2] = "IBM",
        [11] = "HP",
        [42] = "Sun",
        [116] = "Hitachi",
        [119] = "NEC",
        [343] = "Intel",
        [674] = "Dell",
        [5771] = "Cisco",
        [7154] = "IPMI forum",
        [7244] = "Quanta",
        [10368] = "Fujitsu",
        [10876] = "Supermicro",
        [15370] = "Gigabyte",
        [19046] = "Lenovo",
        [20301] = "IBM",
        [20974] = "AMI",
        [40092] = "Wiwynn",
        [47196] = "HPE",
        [49150] = "Vertiv",
        [49769] = "YADRO",
    };

    public async Task<ControllerAbilities> LookAsync()
    {
        var device = await talk.AskAsync(new GetDeviceId());
        var (guid, code) = await talk.TryAsync(new GetSystemGuid());
        return new()
        {
            Orders = [.. Enum.GetValues<PowerAction>()],
            ReadsState = true,
            NextBoots = [BootDevice.Pxe, BootDevice.Disk],
            Vendor = Makers.GetValueOrDefault(device.ManufacturerId, $"IANA {device.ManufacturerId}"),
            Model = $"product {device.ProductId}",
            Firmware = device.Firmware,
            SystemUuid = code == CompletionCode.Ok && guid != Guid.Empty ? guid.ToString() : null,
            Features = await FeaturesAsync(),
            Notes = await NotesAsync(device),
        };
    }

    private async Task<ImmutableSortedSet<string>> FeaturesAsync()
    {
        var features = ImmutableSortedSet.Create("identify", "lan", "users").ToBuilder();
        if ((await talk.TryAsync(new GetSdrRepositoryInfo())).Code == CompletionCode.Ok) features.Add("sensors");
        if ((await talk.TryAsync(new GetSelInfo())).Code == CompletionCode.Ok) features.Add("sel");
        if ((await talk.TryAsync(new GetFruInventoryAreaInfo(0))).Code == CompletionCode.Ok) features.Add("fru");
        if ((await talk.TryAsync(new GetPayloadActivationStatus())).Answer is { Instances: > 0 }) features.Add("sol");
        if ((await talk.TryAsync(new GetDcmiPowerReading())).Answer is { Measuring: true }) features.Add("watts");
        return features.ToImmutable();
    }

    private async Task<ImmutableArray<string>> NotesAsync(DeviceId device)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (device.Updating) notes.Add("the BMC's firmware or sensor records are being updated");
        var suites = await SuitesAsync();
        if (suites.Contains<byte>(0)) notes.Add("the BMC offers cipher suite 0, which takes any password (CVE-2013-4782): switch it off in its settings");
        var weak = suites.Where(suite => suite is 1 or 2).ToList();
        if (weak.Count > 0) notes.Add($"the BMC offers cipher suite {string.Join(" and ", weak)}, without integrity or encryption: switch off what is weaker than 3");
        var caps = await talk.OfferedAsync();
        if (caps.Anonymous) notes.Add("the BMC has a user without a name and without a password: switch it off in its settings");
        if (caps.Authentications.Contains(LanAuthentication.None)) notes.Add("the BMC takes IPMI 1.5 sessions without authentication: switch that off in its settings");
        return notes.ToImmutable();
    }

    /// <summary>The cipher suites that the BMC offers; empty where it does not say.</summary>
    private async Task<IReadOnlyList<byte>> SuitesAsync()
    {
        if (talk.Quirks.HasFlag(IpmiQuirks.NoCipherSuiteList)) return [];
        try
        {
            return await ListSuitesAsync();
        }
        catch (IpmiException silent) when (silent.Failure == IpmiFailure.Silent)
        {
            // iLO 2 to 4 say nothing to this one; the next command has a new session.
            return [];
        }
    }

    private async Task<IReadOnlyList<byte>> ListSuitesAsync()
    {
        var records = new List<byte>();
        for (byte index = 0; index < 64; index++)
        {
            var (page, code) = await talk.TryAsync(new GetChannelCipherSuites(index));
            if (code != CompletionCode.Ok) break;
            records.AddRange(page.Span);
            if (page.Length < GetChannelCipherSuites.Page) break;
        }
        return CipherSuiteRecords.Parse(records.ToArray());
    }
}
