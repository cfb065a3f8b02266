using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>Messages as net-snmp writes them.</summary>
public sealed class SnmpMessageTests
{
    private static readonly Oid State = Oid.Parse("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3");

    public static TheoryData<string> OfCommunities => [.. Conversations.Names.Where(n => n[1] != '3')];

    [Theory, MemberData(nameof(OfCommunities))]
    public void A_message_is_written_as_it_was_read(string name)
    {
        foreach (var (_, octets) in Conversations.Of(name)) Assert.Equal(octets, CommunityMessage.Parse(octets).ToBytes());
    }

    [Fact]
    public void An_answer_of_version_1_is_read()
    {
        var answer = CommunityMessage.Parse(Conversations.Of("v1")[1].Octets);
        Assert.Equal((SnmpVersion.V1, "public", SnmpPduType.Response), (answer.Version, Encoding.ASCII.GetString(answer.Community.Span), answer.Pdu.Type));
        Assert.Equal("1.3.6.1.4.1.318.1.3.4.5", answer.Pdu.Bindings[0].Value.Oid!.ToString());
        Assert.Equal((State, 2L), (answer.Pdu.Bindings[1].Name, answer.Pdu.Bindings[1].Value.Number));
        Assert.DoesNotContain("public", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_said_otherwise_in_each_version()
    {
        var one = CommunityMessage.Parse(Conversations.Of("v1-missing")[1].Octets).Pdu;
        Assert.Equal((SnmpError.NoSuchName, 1), (one.Error, one.ErrorIndex));
        var two = CommunityMessage.Parse(Conversations.Of("v2c-missing")[1].Octets).Pdu;
        Assert.Equal((SnmpError.None, SnmpType.NoSuchInstance), (two.Error, two.Bindings[0].Value.Type));
        Assert.True(two.Bindings[0].Value.IsMissing);
        Assert.Equal(SnmpError.NoAccess, CommunityMessage.Parse(Conversations.Of("v2c-set-refused")[1].Octets).Pdu.Error);
    }

    [Theory]
    [InlineData("v3-md5-des")]
    [InlineData("v3-sha224")]
    [InlineData("v3-sha512-aes")]
    public void A_message_of_version_3_is_read(string name)
    {
        var messages = Conversations.Of(name).Select(d => V3Message.Parse(d.Octets)).ToArray();
        Assert.Equal(V3Flags.Reportable, messages[0].Flags);
        Assert.Equal(0, messages[0].EngineId.Length);
        Assert.Equal(messages[0].Id, messages[1].Id);
        Assert.Equal("800000020109840301", Convert.ToHexStringLower(messages[1].EngineId.Span));
        var report = ScopedPdu.Parse(messages[1].Data.Span, padded: false).Pdu;
        Assert.Equal((SnmpPduType.Report, UsmReport.UnknownEngineId), (report.Type, UsmReports.Of(report.Bindings[0].Name)));
        Assert.All(messages[2..], m => Assert.True(m.Flags.HasFlag(V3Flags.Auth)));
    }

    [Theory]
    [InlineData("", "the message is missing")]
    [InlineData("3000", "version is missing")]
    [InlineData("3003020102", "version 2, wants 0 or 1")]
    [InlineData("30030201010000", "2 octets after the message")]
    public void Broken_messages_say_what_is_wrong(string octets, string why) =>
        Assert.Contains(why, Assert.Throws<WireException>(() => CommunityMessage.Parse(Convert.FromHexString(octets))).Message, StringComparison.Ordinal);

    [Fact]
    public void More_bindings_than_anybody_asks_for_are_not_read()
    {
        var many = new CommunityMessage(SnmpVersion.V2c, "public"u8.ToArray(), SnmpPdu.Get(1, Enumerable.Repeat(State, SnmpPdu.MaxBindings + 1)));
        Assert.Contains("more than 256 bindings", Assert.Throws<WireException>(() => CommunityMessage.Parse(many.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SnmpType.Gauge32, "00ffffffff", 4294967295)]
    [InlineData(SnmpType.Counter32, "ffffffff", 4294967295)]
    [InlineData(SnmpType.TimeTicks, "", 0)]
    [InlineData(SnmpType.Integer, "ff", -1)]
    public void Numbers_of_all_types_are_numbers(SnmpType type, string octets, long number) => Assert.Equal(number, new SnmpValue(type, Convert.FromHexString(octets)).Number);

    [Theory]
    [InlineData(SnmpType.Octets, "01")]
    [InlineData(SnmpType.Integer, "")]
    [InlineData(SnmpType.Integer, "010203040506070809")]
    [InlineData(SnmpType.Gauge32, "0102030405")]
    public void What_is_no_number_is_none(SnmpType type, string octets) => Assert.Null(new SnmpValue(type, Convert.FromHexString(octets)).Number);

    [Fact]
    public void A_text_loses_its_control_characters() => Assert.Equal("node7 [2J", SnmpValue.Of("node7\0\r\n \u001b[2J").Text);
}
