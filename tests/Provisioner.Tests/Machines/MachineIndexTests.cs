using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;
using Provisioner.Tests.Dhcp;

namespace Provisioner.Tests.Machines;

public sealed class MachineIndexTests
{
    [Fact]
    public void Any_row_of_changes_gives_the_index_that_building_it_anew_gives()
    {
        var random = new Random(5);
        var index = MachineIndex.Of([]);
        for (int step = 0; step < 2000; step++)
        {
            string id = $"m{random.Next(40)}";
            if (random.Next(4) == 0 && index.ById.TryGetValue(id, out var gone)) index = index.Without(gone);
            // Names are another machine's never; MAC addresses may be.
            else index = index.With(new() { Id = id, Name = $"{id}-{random.Next(3)}", Macs = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Rack.Mac(random.Next(60)).ToString()).Distinct()] });
        }
        var anew = MachineIndex.Of(index.ById.Values);
        Assert.Equal(anew.ByName.OrderBy(p => p.Key), index.ByName.OrderBy(p => p.Key));
        Assert.Equal(anew.ByMac.Keys.Order(), index.ByMac.Keys.Order());
        Assert.All(index.ByMac, p => Assert.Contains(p.Key.ToString(), index.ById[p.Value.Id].Macs));
        Assert.All(index.ByMac, p => Assert.Same(index.ById[p.Value.Id], p.Value));
    }
}
