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
    [InlineData("a b")]
    [InlineData("a\\")]
    [InlineData("a\\25")]
    [InlineData("a\\256")]
    [InlineData("ä.example")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")]
    public void What_is_no_name_is_refused(string text) => Assert.False(DnsName.TryParse(text, out _));

    [Theory]
    [InlineData("a\\.b\\000.c")]
    [InlineData("*.rack.internal")]
    [InlineData("64/26.0.0.10.in-addr.arpa")]
    [InlineData("_sip._tcp.rack.internal")]
    [InlineData(".")]
    public void Odd_octets_are_written_so_that_they_are_read_again(string text) => Assert.Equal(text, DnsName.Parse(text).ToString());

    [Fact]
    public void Labels_are_counted_and_taken_off()
    {
        var name = DnsName.Parse("a.b.c");
        Assert.Equal((3, "b.c"), (name.Labels, name.Parent!.ToString()));
        Assert.Null(DnsName.Root.Parent);
        Assert.Equal("x.a.b.c", name.Child("x")!.ToString());
    }
}
