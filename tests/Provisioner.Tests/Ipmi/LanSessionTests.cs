using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Ipmi;

/// <summary>IPMI 1.5 against conversations of ipmitool 1.8.19 with ipmi_sim 2.0.33, neither of which is ours.</summary>
public sealed class LanSessionTests
{
    private static readonly IpmiLogin Login = new("admin", "sixteen-octets-1", PrivilegeLevel.Administrator);

    public static TheoryData<string, LanAuthentication> Captured => new()
    {
        { "ipmitool-ipmi_sim-lan15-md5", LanAuthentication.Md5 },
        { "ipmitool-ipmi_sim-lan15-straight", LanAuthentication.Straight },
    };

    private static (bool ToBmc, byte[] Octets)[] Read(string name) =>
        [.. File.ReadLines(Conversation.PathOf($"{name}.txt")).Select(line => (line[0] == '>', Convert.FromHexString(line[2..])))];

    private static LanHandshake Shaken(string name, LanAuthentication authentication, IpmiQuirks quirks = IpmiQuirks.None)
    {
        var answers = new Queue<byte[]>(Read(name).Where(d => !d.ToBmc).Select(d => d.Octets));
        var caps = IpmiResponse.Parse(((IpmiDatagram.V15)IpmiDatagram.Parse(answers.Dequeue())).Payload.Span);
        var offered = new GetChannelAuthenticationCapabilities(PrivilegeLevel.Administrator).Read(caps.Data.Span);
        Assert.Contains(authentication, offered.Authentications);
        var handshake = new LanHandshake(Login, offered, authentication, destination => destination.Fill(7), tries: 1, quirks);
        var step = handshake.Start();
        while (step is IpmiStep.Send) step = handshake.On(answers.Dequeue());
        Assert.IsType<IpmiStep.Done>(step);
        return handshake;
    }

    [Theory, MemberData(nameof(Captured))]
    public void Our_handshake_comes_to_the_captured_session_and_opens_its_answers(string name, LanAuthentication authentication)
    {
        var session = Shaken(name, authentication).Session!;
        int opened = 0;
        foreach (var (_, octets) in Read(name).Where(d => !d.ToBmc).Skip(3))
        {
            Assert.NotEmpty(session.Open(octets).Octets);
            opened++;
        }
        Assert.True(opened > 3);
    }

    [Theory, MemberData(nameof(Captured))]
    public void What_we_send_is_what_ipmitool_sent_octet_for_octet(string name, LanAuthentication authentication)
    {
        var session = Shaken(name, authentication).Session!;
        foreach (var (_, octets) in Read(name).Where(d => d.ToBmc).Skip(3))
        {
            var payload = ((IpmiDatagram.V15)IpmiDatagram.Parse(octets)).Payload;
            Assert.Equal(Convert.ToHexStringLower(octets), Convert.ToHexStringLower(session.Seal(PayloadType.Ipmi, payload.Span)));
        }
    }

    [Fact]
    public void The_first_datagrams_are_ipmitools_but_for_the_number_that_is_our_own()
    {
        var sent = Read("ipmitool-ipmi_sim-lan15-md5").Where(d => d.ToBmc).Select(d => d.Octets).ToArray();
        var offered = new ChannelAuthenticationCapabilities(1, false, false, false) { Authentications = [LanAuthentication.Md5] };
        var handshake = new LanHandshake(Login, offered, LanAuthentication.Md5, destination => destination.Fill(7), tries: 1);
        var ask = Assert.IsType<IpmiStep.Send>(handshake.Start()).Datagram;
        // ipmitool numbers its messages otherwise: the rest is the same.
        Assert.Equal(Words(sent[1]), Words(ask.ToArray()));
        byte[] activate = Assert.IsType<IpmiStep.Send>(handshake.On(Read("ipmitool-ipmi_sim-lan15-md5")[3].Octets)).Datagram.ToArray();
        Assert.Equal(Words(sent[2])[..^8], Words(activate)[..^8]);
    }

    [Theory, MemberData(nameof(Captured))]
    public void A_flipped_bit_of_a_signed_answer_is_found(string name, LanAuthentication authentication)
    {
        byte[] octets = Read(name).Where(d => !d.ToBmc).Skip(3).First().Octets;
        var bits = authentication == LanAuthentication.Straight ? Enumerable.Range(13 * 8, 16 * 8) : Enumerable.Range(0, octets.Length * 8).Where(bit => bit / 8 is not (1 or 2));
        foreach (int bit in bits)
        {
            byte[] flipped = [.. octets];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Throws<WireException>(() => Shaken(name, authentication).Session!.Open(flipped));
        }
    }

    [Fact]
    public void A_replayed_answer_is_refused()
    {
        var session = Shaken("ipmitool-ipmi_sim-lan15-md5", LanAuthentication.Md5).Session!;
        byte[] octets = Read("ipmitool-ipmi_sim-lan15-md5").Where(d => !d.ToBmc).Skip(3).First().Octets;
        session.Open(octets);
        Assert.Contains("a replay", Assert.Throws<WireException>(() => session.Open(octets)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_password_is_most_likely_what_silence_to_Activate_Session_says()
    {
        var captured = Read("ipmitool-ipmi_sim-lan15-md5");
        var handshake = new LanHandshake(new("admin", "another", PrivilegeLevel.Administrator), new(1, false, false, false), LanAuthentication.Md5, d => d.Fill(7), tries: 1);
        handshake.Start();
        Assert.IsType<IpmiStep.Send>(handshake.On(captured[3].Octets));
        var failed = Assert.IsType<IpmiStep.Failed>(handshake.OnTimeout());
        Assert.Equal(IpmiFailure.Credentials, failed.Failure);
        Assert.StartsWith("wrong password for user admin, most likely", failed.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_user_is_said()
    {
        var handshake = new LanHandshake(Login, new(1, false, false, false), LanAuthentication.Md5, d => d.Fill(7), tries: 1);
        handshake.Start();
        var failed = Assert.IsType<IpmiStep.Failed>(handshake.On(IpmiDatagram.WriteV15(new IpmiResponse(0, NetFn.App, 0x39, 0x81, default).ToBytes())));
        Assert.Equal((IpmiFailure.Credentials, true), (failed.Failure, failed.Why.StartsWith("unknown user admin", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(new[] { LanAuthentication.Md5, LanAuthentication.Md2, LanAuthentication.None }, LanAuthentication.Md2, LanAuthentication.Md5)]
    [InlineData(new[] { LanAuthentication.Md2, LanAuthentication.None }, LanAuthentication.Md2, LanAuthentication.Md2)]
    [InlineData(new[] { LanAuthentication.Md2 }, LanAuthentication.Md5, null)]
    [InlineData(new[] { LanAuthentication.Straight, LanAuthentication.None }, LanAuthentication.Md2, null)]
    [InlineData(new[] { LanAuthentication.Straight, LanAuthentication.None }, LanAuthentication.Straight, LanAuthentication.Straight)]
    [InlineData(new[] { LanAuthentication.None }, LanAuthentication.Straight, null)]
    [InlineData(new[] { LanAuthentication.None }, LanAuthentication.None, LanAuthentication.None)]
    public void The_best_authentication_is_chosen_and_none_that_was_not_allowed(LanAuthentication[] offered, LanAuthentication weakest, LanAuthentication? chosen) =>
        Assert.Equal(chosen, LanHandshake.Choose(new(1, false, false, false) { Authentications = [.. offered] }, weakest, IpmiQuirks.None));

    [Theory] // RFC 1319, appendix A.5
    [InlineData("", "8350e5a3e24c153df2275c9f80692773")]
    [InlineData("a", "32ec01ec4a6dac72c0ab96fb34c0b5d1")]
    [InlineData("message digest", "ab4f496bfb2a530b219ff33031fe06b0")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "d5976f79d83d3a0dc9806c3c66f3efd8")]
    public void MD2_is_that_of_RFC_1319(string text, string digest) =>
        Assert.Equal(digest, Convert.ToHexStringLower(Md2.Hash(Conversation.Utf8(text))));

    [Fact]
    public void A_BMC_with_its_numbers_in_the_other_order_is_followed()
    {
        var terms = new LanTerms(LanAuthentication.Md5, LanAuthentication.Md5, 0x01020304, 5);
        var session = new LanSession(Login, terms, IpmiQuirks.EndianSequence);
        Assert.Equal(0x05000000u, ((IpmiDatagram.V15)IpmiDatagram.Parse(session.Seal(PayloadType.Ipmi, [1, 2, 3]))).Sequence);
    }

    [Fact]
    public void Each_quirk_lets_through_what_it_is_for_and_nothing_without_it()
    {
        var silent = new LanTerms(LanAuthentication.Md5, LanAuthentication.None, 9, 1);
        var loud = silent with { Session = LanAuthentication.Md5 };
        byte[] unsigned = IpmiDatagram.WriteV15(LanAuthentication.None, 1, 9, default, [1]);
        byte[] signed = IpmiDatagram.WriteV15(LanAuthentication.Md5, 1, 9, LanAuthCode.Of(LanAuthentication.Md5, Conversation.Utf8("sixteen-octets-1"), 9, 1, [1]), [1]);
        byte[] wrong = IpmiDatagram.WriteV15(LanAuthentication.Md5, 1, 9, new byte[16], [1]);
        byte[] zero = IpmiDatagram.WriteV15(LanAuthentication.Md5, 1, 0, LanAuthCode.Of(LanAuthentication.Md5, Conversation.Utf8("sixteen-octets-1"), 0, 1, [1]), [1]);
        Assert.True(Opens(silent, unsigned, IpmiQuirks.None));
        Assert.False(Opens(loud, unsigned, IpmiQuirks.None));
        Assert.Equal((false, true), (Opens(silent, signed, IpmiQuirks.None), Opens(silent, signed, IpmiQuirks.UnexpectedAuth)));
        Assert.Equal((false, true), (Opens(loud, wrong, IpmiQuirks.None), Opens(loud, wrong, IpmiQuirks.NoAuthCodeCheck)));
        Assert.Equal((false, true), (Opens(loud, zero, IpmiQuirks.None), Opens(loud, zero, IpmiQuirks.IdZero)));

        static bool Opens(LanTerms terms, byte[] datagram, IpmiQuirks quirks)
        {
            try
            {
                new LanSession(Login, terms, quirks).Open(datagram);
                return true;
            }
            catch (WireException)
            {
                return false;
            }
        }
    }

    private static string Words(byte[] datagram)
    {
        var request = IpmiRequest.Parse(((IpmiDatagram.V15)IpmiDatagram.Parse(datagram)).Payload.Span);
        return $"{(byte)request.NetFn:x2} {request.Command:x2} {Convert.ToHexStringLower(request.Data.Span)}";
    }
}
