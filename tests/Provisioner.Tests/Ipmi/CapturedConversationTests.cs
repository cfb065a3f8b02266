using System.Buffers.Binary;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>What ipmitool, ipmipower and ipmi_sim said to each other is law.</summary>
public sealed class CapturedConversationTests
{
    public static TheoryData<string> Names => Conversation.Names;

    [Theory, MemberData(nameof(Names))]
    public void Proofs_of_both_ends_are_the_captured_ones(string name)
    {
        var talk = Conversation.Of(name);
        var algorithm = talk.Suite.Authentication;
        byte[] password = Conversation.Utf8(talk.Password);
        Equal(Rakp2.Parse(talk.Payload(PayloadType.Rakp2)).Code, SessionKeys.Rakp2Code(algorithm, password, talk.Facts));
        Equal(Rakp3.Parse(talk.Payload(PayloadType.Rakp3)).Code, SessionKeys.Rakp3Code(algorithm, password, talk.Facts));
        Equal(Rakp4.Parse(talk.Payload(PayloadType.Rakp4)).Check, talk.Keys.Rakp4Check(algorithm, talk.Facts));
        Assert.NotEqual(Rakp2.Parse(talk.Payload(PayloadType.Rakp2)).Code.ToArray(), SessionKeys.Rakp2Code(algorithm, Conversation.Guessing, talk.Facts));
    }

    [Theory, MemberData(nameof(Names))]
    public void Messages_of_the_handshake_are_written_as_they_were_captured(string name)
    {
        var talk = Conversation.Of(name);
        Same(talk, PayloadType.OpenSessionRequest, payload => OpenSessionRequest.Parse(payload).ToBytes());
        Same(talk, PayloadType.Rakp1, payload => Rakp1.Parse(payload).ToBytes());
        Same(talk, PayloadType.Rakp2, payload => Rakp2.Parse(payload).ToBytes());
        Same(talk, PayloadType.Rakp3, payload => Rakp3.Parse(payload).ToBytes());
        Same(talk, PayloadType.Rakp4, payload => Rakp4.Parse(payload).ToBytes());
    }

    [Theory, MemberData(nameof(Names))]
    public void Datagrams_of_the_session_are_sealed_as_they_were_captured(string name)
    {
        var talk = Conversation.Of(name);
        foreach (var (toBmc, octets) in talk.InSession())
        {
            byte[] payload = talk.End(bmc: toBmc, Fail).Open(octets, PayloadType.Ipmi);
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(10));
            byte[] vector = octets[IpmiDatagram.V20.HeaderLength..(IpmiDatagram.V20.HeaderLength + 16)];
            var end = talk.End(bmc: !toBmc, destination => vector.CopyTo(destination));
            byte[] again = [];
            for (uint i = 0; i < number; i++) again = end.Seal(PayloadType.Ipmi, payload);
            Assert.Equal(Convert.ToHexStringLower(octets), Convert.ToHexStringLower(again));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Payloads_of_the_session_are_the_golden_ones(string name)
    {
        var talk = Conversation.Of(name);
        var lines = talk.InSession().Select(datagram =>
        {
            byte[] payload = talk.End(bmc: datagram.ToBmc, Fail).Open(datagram.Octets, PayloadType.Ipmi);
            return (datagram.ToBmc, payload) switch
            {
                (true, _) => Words(IpmiRequest.Parse(payload)),
                _ => Words(IpmiResponse.Parse(payload)),
            };
        });
        string golden = Conversation.PathOf($"{name}.payloads");
        string now = string.Join('\n', lines) + "\n";
        if (!File.Exists(golden) || File.ReadAllText(golden) != now) File.WriteAllText(golden + ".new", now);
        Assert.Equal(File.Exists(golden) ? File.ReadAllText(golden) : "", now);
    }

    [Theory, MemberData(nameof(Names))]
    public void Our_handshake_comes_to_the_captured_session_with_the_captured_answers(string name)
    {
        var talk = Conversation.Of(name);
        var handshake = new IpmiHandshake(talk.Login(), [talk.Suite], talk.ConsoleChance(), tries: 1);
        var answers = new Queue<byte[]>(talk.Datagrams.Where(d => !d.ToBmc).Select(d => d.Octets));
        var step = handshake.Start();
        while (step is IpmiStep.Send send)
        {
            // The tag is the one field that is the console's fancy; nothing signs it.
            byte[] answer = [.. answers.Dequeue()];
            if (answer[4] == 0x06) answer[IpmiDatagram.V20.HeaderLength] = send.Datagram.Span[IpmiDatagram.V20.HeaderLength];
            step = handshake.On(answer);
        }
        Assert.IsType<IpmiStep.Done>(step);
        var first = talk.InSession().First(d => !d.ToBmc);
        Assert.NotEmpty(handshake.Session!.Open(first.Octets, PayloadType.Ipmi));
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_flipped_bit_of_a_sealed_datagram_is_found(string name)
    {
        var talk = Conversation.Of(name);
        byte[] octets = talk.InSession().First(d => !d.ToBmc).Octets;
        // The RMCP header's reserved and sequence octets are not signed and mean nothing.
        foreach (int bit in Enumerable.Range(0, octets.Length * 8).Where(bit => bit / 8 is not (1 or 2)))
        {
            byte[] flipped = [.. octets];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<Provisioner.Wire.WireException>(() => talk.End(bmc: false, Fail).Open(flipped, PayloadType.Ipmi));
        }
    }

    private static void Same(Conversation talk, PayloadType type, Func<byte[], byte[]> again) =>
        Assert.Equal(Convert.ToHexStringLower(talk.Datagram(type)), Convert.ToHexStringLower(IpmiDatagram.WriteV20(type, again(talk.Payload(type).ToArray()))));

    private static void Equal(ReadOnlyMemory<byte> captured, byte[] ours) => Assert.Equal(Convert.ToHexStringLower(captured.Span), Convert.ToHexStringLower(ours));

    private static string Words(IpmiRequest r) => $"> {(byte)r.NetFn:x2} {r.Command:x2} {Convert.ToHexStringLower(r.Data.Span)}".TrimEnd();

    private static string Words(IpmiResponse r) => $"< {(byte)r.NetFn:x2} {r.Command:x2} {r.Code:x2} {Convert.ToHexStringLower(r.Data.Span)}".TrimEnd();

    private static void Fail(Span<byte> destination) => Assert.Fail("no chance is wanted here");
}
