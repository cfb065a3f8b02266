using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsQueryTests
{
    // Sent by dig 9.18 (`dig +noedns +noad A node1.rack.internal`), id set to 0x1234.
    public const string Dig = "12340100000100000000000005" + "6e6f6465310472" + "61636b08696e7465726e616c0000010001";
    // Sent by dig 9.18 (`dig AAAA Node1.rack.internal`): AD, and an OPT record with a cookie.
    private const string DigWithCookie = "b0d00120000100000000000105" + "4e6f6465310472" + "61636b08696e7465726e616c00001c0001" + "00002904d000000000000c000a00084d3f5c9e2f1b7a60";

    [Fact]
    public void A_query_of_dig_reads_as_what_was_asked()
    {
        var name = new DnsNameBuffer();
        var query = DnsQuery.Read(Convert.FromHexString(Dig), name);
        Assert.Equal((DnsReadState.Whole, (ushort)0x1234, true, false, DnsType.A, (ushort)1), (query.State, query.Id, query.RecursionDesired, query.IsResponse, query.Type, query.Class));
        Assert.True(name.From(0).SequenceEqual(DnsName.Parse("node1.rack.internal").Lower));
        Assert.Equal(3, name.Labels);
        Assert.Equal(DnsName.Parse("rack.internal").Hash, name.HashOf(1));
        Assert.Equal(DnsName.Parse("*.rack.internal").Hash, name.WildcardHashOf(1));
    }

    [Fact]
    public void Its_options_are_read_and_its_case_is_kept_for_the_answer()
    {
        var name = new DnsNameBuffer();
        var query = DnsQuery.Read(Convert.FromHexString(DigWithCookie), name);
        Assert.Equal((DnsReadState.Whole, true, (ushort)1232, (byte)0, false), (query.State, query.HasOpt, query.PayloadSize, query.Version, query.DnssecOk));
        Assert.Equal("4d3f5c9e2f1b7a60", Convert.ToHexStringLower(query.Cookie));
        Assert.Equal((byte)'N', query.Question[1]);
        Assert.Equal((byte)'n', name.From(0)[1]);
    }

    [Theory]
    [InlineData("", DnsReadState.NoHeader, "nothing")]
    [InlineData("1234010000010000000000", DnsReadState.NoHeader, "eleven octets")]
    [InlineData("123401000000000000000000", DnsReadState.HeaderOnly, "no question")]
    [InlineData("12340100000200000000000000" + "00010001" + "0000010001", DnsReadState.HeaderOnly, "two questions")]
    [InlineData("123401000001000000000000c00c00010001", DnsReadState.HeaderOnly, "a name that points to itself")]
    [InlineData("1234010000010000000000003f61", DnsReadState.HeaderOnly, "a label past the end")]
    [InlineData("123401000001000000000000" + "40" + "610000010001", DnsReadState.HeaderOnly, "a label of type 1")]
    [InlineData("123401000001000000000000016100000100", DnsReadState.HeaderOnly, "a question cut short")]
    [InlineData("12340100000100000000000001610000010001" + "00", DnsReadState.HeaderOnly, "an octet after the end")]
    [InlineData("12340100000100000000000101610000010001" + "00" + "0029" + "1000" + "00000000" + "0004" + "000a0008", DnsReadState.HeaderOnly, "an option past its record")]
    [InlineData("12340100000100000000000101610000010001" + "00" + "0029" + "1000" + "00000000" + "000a" + "000a0006010203040506", DnsReadState.HeaderOnly, "a cookie of six octets")]
    [InlineData("12340100000100000000000201610000010001" + "00002910000000000000000000291000000000000000", DnsReadState.HeaderOnly, "two OPT records")]
    [InlineData("12340100000100000000000101610000010001" + "c00c" + "00291000000000000000", DnsReadState.HeaderOnly, "an OPT record of another name than the root")]
    [InlineData("12340100000100000000000101610000010001" + "00" + "0029" + "1000" + "00000000" + "0006" + "fde900020102", DnsReadState.Whole, "an option that nobody knows")]
    [InlineData("12340100000100000000000101610000010001" + "c00c" + "00fa00ff00000000" + "0000", DnsReadState.Whole, "a record that is no OPT")]
    public void Odd_queries_are_read_as_far_as_they_go(string hex, DnsReadState state, string what)
    {
        Assert.NotEmpty(what);
        Assert.Equal(state, DnsQuery.Read(Convert.FromHexString(hex), new()).State);
    }

    [Fact]
    public void A_name_of_255_octets_is_read_and_one_of_256_is_not()
    {
        byte[] Name(int last) => [.. Enumerable.Range(0, 3).SelectMany(_ => (byte[])[63, .. Enumerable.Repeat((byte)'x', 63)]), (byte)last, .. Enumerable.Repeat((byte)'y', last), 0];
        Assert.Equal(DnsReadState.Whole, DnsQuery.Read(Asking.Query(Name(61), DnsType.A), new()).State);
        Assert.Equal(DnsReadState.HeaderOnly, DnsQuery.Read(Asking.Query(Name(62), DnsType.A), new()).State);
    }

    [Fact]
    public void A_name_of_127_labels_is_read()
    {
        var name = new DnsNameBuffer();
        byte[] wire = [.. Enumerable.Range(0, 127).SelectMany(_ => (byte[])[1, (byte)'A']), 0];
        Assert.Equal(DnsReadState.Whole, DnsQuery.Read(Asking.Query(wire, DnsType.A), name).State);
        Assert.Equal((127, DnsName.Root.Hash), (name.Labels, name.HashOf(127)));
    }
}
