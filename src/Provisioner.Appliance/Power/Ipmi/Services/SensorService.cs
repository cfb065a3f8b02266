using System.Collections.Frozen;
using System.Collections.Immutable;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A BMC's sensor records, and what tells whether they are still the same.</summary>
/// <param name="Info">The repository's state when they were read; null of a BMC without a repository.</param>
/// <param name="All">In the repository's order.</param>
internal sealed record SensorRecords(SdrRepositoryInfo? Info, ImmutableArray<SdrRecord> All)
{
    /// <summary>Sensors and event-only sensors by whose they are.</summary>
    public FrozenDictionary<SensorKey, SdrRecord> ByKey { get; } = All.Where(r => KeyOf(r) is not null).DistinctBy(r => KeyOf(r)).ToFrozenDictionary(r => KeyOf(r)!.Value);

    private static SensorKey? KeyOf(SdrRecord record) => record switch
    {
        SdrRecord.Sensor sensor => sensor.Key,
        SdrRecord.EventOnly sensor => sensor.Key,
        _ => null,
    };
}

/// <summary>Reads sensor records (IPMI 2.0 §33) and sensors (§35).</summary>
internal sealed class SensorService(BmcTalk talk)
{
    // A repository has 64 KiB, and a record 6 octets at least.
    private const int MostRecords = 4096;
    private const byte Piece = 16;

    /// <summary>All sensors of the BMC itself, with their readings. Those of other controllers behind it have no reading.</summary>
    public async Task<ImmutableArray<SensorView>> ReadAsync()
    {
        var views = ImmutableArray.CreateBuilder<SensorView>();
        foreach (var sensor in (await RecordsAsync()).All.OfType<SdrRecord.Sensor>()) views.Add(await ReadAsync(sensor));
        return views.ToImmutable();
    }

    /// <summary>The records: kept ones while the repository is as it was.</summary>
    public async Task<SensorRecords> RecordsAsync()
    {
        var (info, _) = await talk.TryAsync(new GetSdrRepositoryInfo());
        if (talk.Records is { } kept && kept.Info == info) return kept;
        return talk.Records = new(info, await WalkAsync(device: info is null || info.Records == 0));
    }

    private async Task<SensorView> ReadAsync(SdrRecord.Sensor sensor)
    {
        if (!sensor.Key.IsBmc) return SensorView.Of(sensor, null);
        var (reading, _) = await talk.TryAsync(new GetSensorReading(sensor.Key.Number));
        SensorFactors? factors = null;
        if (reading is not null && sensor.Analog is { IsNonLinear: true }) (factors, _) = await talk.TryAsync(new GetSensorReadingFactors(sensor.Key.Number, reading.Raw));
        // A record may hold what was in the factory; the BMC knows what holds.
        var (thresholds, _) = sensor.Analog is { Readable: not 0 } ? await talk.TryAsync(new GetSensorThresholds(sensor.Key.Number)) : default;
        return SensorView.Of(sensor, reading, factors, thresholds);
    }

    private async Task<ImmutableArray<SdrRecord>> WalkAsync(bool device)
    {
        var records = ImmutableArray.CreateBuilder<SdrRecord>();
        ushort reservation = 0;
        for (ushort id = 0; id != GetSdr.End && records.Count < MostRecords;)
        {
            (SdrPart whole, reservation) = await RecordAsync(id, reservation, device);
            try
            {
                records.Add(SdrRecord.Parse(whole.Octets.Span));
            }
            catch (WireException)
            {
                // One that is broken is no reason to be without the others.
            }
            if (whole.Next == id) break;
            id = whole.Next;
        }
        return records.ToImmutable();
    }

    private async Task<(SdrPart, ushort Reservation)> RecordAsync(ushort id, ushort reservation, bool device)
    {
        if (reservation == 0)
        {
            var (whole, code) = await talk.TryAsync(new GetSdr(0, id, 0, 0xff, device));
            if (whole is not null) return (whole, 0);
            // 0xca: not so many octets at once; others say it with other codes. Then in pieces, for which a reservation is wanted.
            if (code is 0xcb or 0xc1) return (new(GetSdr.End, Array.Empty<byte>()), 0);
        }
        for (int renewed = 0; ; renewed++)
        {
            if (reservation == 0) reservation = await talk.AskAsync(new ReserveSdrRepository(device));
            try
            {
                return (await PiecesAsync(id, reservation, device), reservation);
            }
            catch (IpmiException cancelled) when (cancelled.Code == CompletionCode.ReservationCancelled && renewed < 3)
            {
                reservation = 0;
            }
        }
    }

    private async Task<SdrPart> PiecesAsync(ushort id, ushort reservation, bool device)
    {
        var head = await talk.AskAsync(new GetSdr(reservation, id, 0, SdrRecord.HeaderLength, device));
        var octets = new List<byte>(head.Octets.ToArray());
        int length = octets.Count < SdrRecord.HeaderLength ? 0 : SdrRecord.HeaderLength + octets[^1];
        while (octets.Count < length)
        {
            var part = await talk.AskAsync(new GetSdr(reservation, id, (byte)octets.Count, (byte)Math.Min(Piece, length - octets.Count), device));
            if (part.Octets.IsEmpty) break;
            octets.AddRange(part.Octets.Span);
        }
        return head with { Octets = octets.ToArray() };
    }
}
