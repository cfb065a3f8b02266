using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsNameTests
{
    [Fact]
    public void Case_makes_no_difference_and_is_kept()
    {
        Assert.Equal(DnsName.Parse("Node1.RACK.internal."), DnsName.Parse("node1.rack.internal"));
        Assert.Equal("Node1.RACK.internal", DnsName.Parse("Node1.RACK.internal.").ToString());
    }

    [Theory]
    [InlineData("a.rack.internal", true)]
    [InlineData("rack.internal", true)]
    [InlineData("track.internal", false)]
    [InlineData("internal", false)]
    [InlineData("rack.internal.example", false)]
    public void Under_means_by_whole_labels(string name, bool under) => Assert.Equal(under, DnsName.Parse(name).IsAtOrUnder(DnsName.Parse("rack.internal")));

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("ä.example")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void What_is_no_name_is_refused(string text) => Assert.False(DnsName.TryParse(text, out _));

    [Fact]
    public void Odd_octets_are_written_as_numbers() => Assert.Equal("a\\.b\\000.c", DnsName.FromWire([4, (byte)'a', (byte)'.', (byte)'b', 0, 1, (byte)'c', 0]).ToString());
}
