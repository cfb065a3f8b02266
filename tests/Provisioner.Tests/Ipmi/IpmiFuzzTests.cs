using Provisioner.Wire;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>Random, cut and flipped datagrams: each is a <see cref="WireException"/> or a step, never a crash. Seeded.</summary>
public sealed class IpmiFuzzTests
{
    public static TheoryData<string> Names => Conversation.Names;

    [Theory, MemberData(nameof(Names))]
    public void Handshakes_outlive_what_is_not_an_answer(string name)
    {
        var talk = Conversation.Of(name);
        var random = new Random(17);
        byte[][] answers = [.. talk.Datagrams.Where(d => !d.ToBmc).Select(d => d.Octets)];
        for (int round = 0; round < 400; round++)
        {
            var handshake = new IpmiHandshake(talk.Login(), [.. CipherSuite.Preferred], talk.ConsoleChance(), tries: 2);
            var step = handshake.Start();
            for (int i = 0; i < 40 && step is not (IpmiStep.Failed or IpmiStep.Done); i++)
            {
                byte[] next = random.Next(4) == 0 ? [.. answers[Math.Min(i, 3)]] : Spoil(random, answers[random.Next(answers.Length)]);
                // With the right tag the answer comes further in.
                if (step is IpmiStep.Send { Datagram: { Length: > 16 } asked } && next.Length > 16 && random.Next(2) == 0) next[16] = asked.Span[16];
                step = random.Next(20) == 0 ? handshake.OnTimeout() : handshake.On(next);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Sessions_and_parsers_throw_nothing_but_a_WireException(string name)
    {
        var talk = Conversation.Of(name);
        var random = new Random(3);
        byte[][] captured = [.. talk.Datagrams.Select(d => d.Octets)];
        Action<byte[]>[] readers =
        [
            o => IpmiDatagram.Parse(o), o => talk.End(bmc: false, Fill).Open(o, PayloadType.Ipmi), o => talk.End(bmc: true, Fill).Open(o, PayloadType.Ipmi),
            o => OpenSessionRequest.Parse(o), o => OpenSessionResponse.Parse(o), o => Rakp1.Parse(o), o => Rakp2.Parse(o), o => Rakp3.Parse(o), o => Rakp4.Parse(o),
            o => IpmiRequest.Parse(o), o => IpmiResponse.Parse(o),
        ];
        int refused = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] octets = Spoil(random, captured[random.Next(captured.Length)]);
            if (random.Next(2) == 0 && octets.Length > 16) octets = octets[16..];
            try
            {
                readers[round % readers.Length](octets);
            }
            catch (WireException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 10_000, 20_000);
    }

    [Fact]
    public void A_sealed_payload_of_any_length_is_opened_as_it_was()
    {
        var talk = Conversation.Of("ipmitool-simulator-suite17");
        var random = new Random(5);
        for (int length = 0; length < 300; length++)
        {
            var payload = new byte[length];
            random.NextBytes(payload);
            byte[] datagram = talk.End(bmc: true, random.NextBytes).Seal(PayloadType.Ipmi, payload);
            Assert.Equal(payload, talk.End(bmc: false, Fill).Open(datagram, PayloadType.Ipmi));
        }
    }

    [Fact]
    public void A_number_is_taken_once_and_not_from_far_behind()
    {
        var talk = Conversation.Of("ipmitool-simulator-suite17");
        var bmc = talk.End(bmc: true, Fill);
        var console = talk.End(bmc: false, Fill);
        byte[][] sent = [.. Enumerable.Range(0, 60).Select(_ => bmc.Seal(PayloadType.Ipmi, [1, 2, 3]))];
        console.Open(sent[50], PayloadType.Ipmi);
        console.Open(sent[40], PayloadType.Ipmi);
        console.Open(sent[51], PayloadType.Ipmi);
        foreach (int again in new[] { 50, 40, 51, 10 })
            Assert.Contains("replay", Assert.Throws<WireException>(() => console.Open(sent[again], PayloadType.Ipmi)).Message, StringComparison.Ordinal);
        console.Open(sent[59], PayloadType.Ipmi);
        console.Open(sent[41], PayloadType.Ipmi);
    }

    private static void Fill(Span<byte> destination) => destination.Fill(0x11);

    private static byte[] Spoil(Random random, byte[] octets)
    {
        byte[] spoiled = [.. octets];
        switch (random.Next(4))
        {
            case 0:
                return spoiled[..random.Next(spoiled.Length)];
            case 1:
                for (int i = random.Next(1, 6); i > 0; i--) spoiled[random.Next(spoiled.Length)] ^= (byte)(1 << random.Next(8));
                return spoiled;
            case 2:
                random.NextBytes(spoiled.AsSpan(random.Next(spoiled.Length)));
                return spoiled;
            default:
                var noise = new byte[random.Next(1500)];
                random.NextBytes(noise);
                if (noise.Length > 4 && random.Next(2) == 0) spoiled.AsSpan(0, 5).CopyTo(noise);
                return noise;
        }
    }
}
