using Provisioner.Wire;
using Provisioner.Wire.Dns;

namespace Provisioner.Tests.Dns;

public sealed class DnsCodecTests
{
    // Sent by dig 9.18 (`dig +noedns +noad A node1.rack.internal`), id set to 0x1234.
    private const string Query = "12340100000100000000000005" + "6e6f6465310472" + "61636b08696e7465726e616c0000010001";

    [Fact]
    public void A_query_of_dig_reads_as_what_was_asked()
    {
        var query = DnsCodec.Parse(Convert.FromHexString(Query));
        Assert.Equal((0x1234, true, false), (query.Id, query.RecursionDesired, query.IsResponse));
        Assert.Equal(new DnsQuestion(DnsName.Parse("node1.rack.internal"), DnsType.A, 1), Assert.Single(query.Questions));
    }

    [Fact]
    public void An_answer_points_back_to_the_names_of_its_question()
    {
        var name = DnsName.Parse("node1.rack.internal");
        var answer = DnsCodec.Parse(Convert.FromHexString(Query)) with
        {
            IsResponse = true,
            IsAuthoritative = true,
            Answers = [new(name, DnsType.A, 1, 30, new DnsData.V4(Ipv4Address.Parse("10.77.0.100")))],
            Authority = [new(name.Parent!, DnsType.Ns, 1, 30, new DnsData.Host(DnsName.Parse("provisioner.rack.internal")))],
        };
        Assert.Equal("1234" + "8500" + "0001000100010000" + Query[24..]
            + "c00c00010001" + "0000001e" + "0004" + "0a4d0064"
            + "c01200020001" + "0000001e" + "000e" + "0b70726f766973696f6e6572" + "c012", Hex(answer));
    }

    [Fact]
    public void Every_type_survives_a_round_trip()
    {
        var host = DnsName.Parse("a.example");
        DnsRecord[] records =
        [
            new(host, DnsType.A, 1, 1, new DnsData.V4(new(0x0a000001))),
            new(host, DnsType.Aaaa, 1, 2, new DnsData.V6([.. new byte[16]])),
            new(host, DnsType.Cname, 1, 3, new DnsData.Host(DnsName.Parse("b.a.example"))),
            new(host, DnsType.Ptr, 1, 4, new DnsData.Host(DnsName.Root)),
            new(host, DnsType.Soa, 1, 5, new DnsData.Soa(host, DnsName.Parse("hostmaster.example"), 1, 2, 3, 4, 5)),
            new(host, DnsType.Txt, 1, 6, new DnsData.Txt(["x"u8.ToArray(), Array.Empty<byte>()])),
            new(host, (DnsType)33, 1, 7, new DnsData.Opaque(new byte[] { 0, 1, 0, 2, 0, 53, 0 })),
            new(DnsName.Root, DnsType.Opt, 1232, 0x8000, new DnsData.Opaque(default)),
        ];
        var message = new DnsMessage { Id = 9, IsResponse = true, Answers = records };
        Assert.Equal(Hex(message), Hex(DnsCodec.Parse(Convert.FromHexString(Hex(message)))));
    }

    [Fact]
    public void What_does_not_fit_is_marked_as_cut_off()
    {
        var name = DnsName.Parse("many.example");
        var answers = Enumerable.Range(0, 100).Select(i => new DnsRecord(name, DnsType.A, 1, 1, new DnsData.V4(new((uint)i)))).ToList();
        var buffer = new byte[4096];
        var message = new DnsMessage { IsResponse = true, Questions = [new(name, DnsType.A, 1)], Answers = answers };
        var cut = DnsCodec.Parse(buffer.AsSpan(0, DnsCodec.Write(message, buffer, 512)));
        Assert.Equal((true, 0, 1), (cut.IsTruncated, cut.Answers.Count, cut.Questions.Count));
    }

    [Theory]
    [InlineData("0001010000010000000000000" + "161c00c00010001", "pointer to its own name")]
    [InlineData("000101000001000000000000c00c00010001", "pointer to itself")]
    [InlineData("000101000001000000000000c00e00010001", "pointer ahead")]
    [InlineData("000101000001000000000000c0", "pointer cut short")]
    [InlineData("00010100000100000000000040610000010001", "label type 1")]
    [InlineData("0001010000010000000000003f61", "label past the end")]
    [InlineData("000101000001000000000000016100000100", "question cut short")]
    [InlineData("0001010000ff00000000000001610000010001", "more questions announced than are there")]
    [InlineData("000181000000000100000000" + "00" + "00010001" + "00000000" + "0005" + "0a00000100", "A record of five octets")]
    [InlineData("000181000000000100000000" + "00" + "00100001" + "00000000" + "0002" + "0561", "TXT string past its record")]
    [InlineData("00010100000000000000000000", "octets after the end")]
    public void Hostile_messages_are_refused(string hex, string what)
    {
        Assert.NotEmpty(what);
        Assert.Throws<WireException>(() => DnsCodec.Parse(Convert.FromHexString(hex)));
    }

    [Fact]
    public void A_name_of_more_than_255_octets_put_together_from_pointers_is_refused()
    {
        // 63-octet labels, each pointing back to the one before.
        var bytes = new List<byte>(Convert.FromHexString("000101000006000000000000"));
        int before = -1;
        for (int i = 0; i < 6; i++)
        {
            int here = bytes.Count;
            bytes.AddRange([63, .. Enumerable.Repeat((byte)'a', 63)]);
            bytes.AddRange(before < 0 ? [0] : [(byte)(0xc0 | before >> 8), (byte)before]);
            bytes.AddRange([0, 1, 0, 1]);
            before = here;
        }
        Assert.Contains("longer than 255", Assert.Throws<WireException>(() => DnsCodec.Parse(bytes.ToArray())).Message);
    }

    [Fact]
    public void Random_and_changed_messages_are_refused_or_read_and_nothing_else()
    {
        var random = new Random(4);
        for (int i = 0; i < 100_000; i++)
        {
            var octets = Convert.FromHexString(Query + "c00c00010001000000" + "1e00040a4d0064");
            octets[7] = (byte)random.Next(3);
            for (int change = random.Next(8); change > 0; change--) octets[random.Next(octets.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) random.NextBytes(octets.AsSpan(12));
            if (random.Next(4) == 0) octets = octets[..random.Next(octets.Length)];
            try
            {
                Hex(DnsCodec.Parse(octets));
            }
            catch (WireException)
            {
                // refused
            }
        }
    }

    private static string Hex(DnsMessage message)
    {
        var buffer = new byte[4096];
        return Convert.ToHexStringLower(buffer, 0, DnsCodec.Write(message, buffer, buffer.Length));
    }
}
