using System.Collections.Immutable;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A part and what it says that it is.</summary>
/// <param name="Number">Its FRU number; 0 is the machine's own.</param>
/// <param name="Name">The BMC's name for it.</param>
/// <param name="Inventory">What it says; null where it can't be read.</param>
/// <param name="Fault">Why it can't be read, or null.</param>
internal sealed record FruPart(byte Number, string Name, FruInventory? Inventory, string? Fault);

/// <summary>Reads the inventories of a machine's parts: IPMI 2.0 §34.</summary>
internal sealed class FruService(BmcTalk talk)
{
    private const int MostOctets = 4096;
    private const byte Piece = 32;

    /// <summary>The machine's own, and those that the sensor records tell of.</summary>
    public async Task<ImmutableArray<FruPart>> ReadAsync()
    {
        var parts = ImmutableArray.CreateBuilder<FruPart>();
        parts.Add(await ReadAsync(0, "system"));
        foreach (var locator in (await new SensorService(talk).RecordsAsync()).All.OfType<SdrRecord.FruLocator>().Where(l => l is { Controller: 0x20, Logical: true }).DistinctBy(l => l.Fru))
        {
            if (locator.Fru == 0) parts[0] = parts[0] with { Name = locator.Name };
            else parts.Add(await ReadAsync(locator.Fru, locator.Name));
        }
        return parts.ToImmutable();
    }

    private async Task<FruPart> ReadAsync(byte fru, string name)
    {
        try
        {
            var info = await talk.AskAsync(new GetFruInventoryAreaInfo(fru));
            var octets = await new FruMemory(talk, fru, info).ReadAsync();
            return new(fru, name, FruInventory.Parse(octets), null);
        }
        catch (IpmiException refused) when (refused.Code is not null)
        {
            return new(fru, name, null, refused.Message);
        }
        catch (WireException wrong)
        {
            return new(fru, name, null, wrong.Message);
        }
    }

    /// <summary>Reads as much of a memory as its areas take, in pieces that the BMC can give.</summary>
    private sealed class FruMemory(BmcTalk talk, byte fru, FruAreaInfo info)
    {
        private readonly List<byte> _octets = [];
        private byte _piece = Piece;

        public async Task<byte[]> ReadAsync()
        {
            await ReadToAsync(8);
            foreach (int area in FruInventory.Areas(_octets.ToArray()))
            {
                await ReadToAsync(area + 2);
                if (_octets.Count >= area + 2) await ReadToAsync(area + _octets[area + 1] * 8);
            }
            return [.. _octets];
        }

        private async Task ReadToAsync(int end)
        {
            end = Math.Min(end, Math.Min((int)info.Size, MostOctets));
            while (_octets.Count < end)
            {
                int count = Math.Min(_piece, end - _octets.Count), scale = info.ByWords ? 2 : 1;
                var (part, code) = await talk.TryAsync(new ReadFruData(fru, (ushort)(_octets.Count / scale), (byte)((count + scale - 1) / scale)));
                if (code != CompletionCode.Ok)
                {
                    // Fewer octets at once: BMCs say this with several codes (0xc7, 0xc8, 0xca, 0xff).
                    if (_piece <= 8) throw new IpmiException(IpmiFailure.Refused, $"the BMC refused Read FRU Data: {CompletionCode.Describe(code)}", code);
                    _piece /= 2;
                    continue;
                }
                if (part.IsEmpty) return;
                _octets.AddRange(part.Span);
            }
        }
    }
}
