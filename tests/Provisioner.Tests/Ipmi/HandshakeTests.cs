using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>The handshake without a socket: what it says to what arrives.</summary>
public sealed class HandshakeTests
{
    private static readonly byte[] Capabilities = Convert.FromHexString("0600ff0700000000000000000010811c632000380001800402000000001d");

    private static IpmiHandshake Handshake(params CipherSuite[] suites) =>
        new(new("admin", "a-password-of-20-oct", PrivilegeLevel.Administrator), [.. suites], Conversation.Repeat([4, 3, 2, 1]), tries: 3);

    private static byte[] Refusal(IpmiStep asked, RmcpPlusStatus status) => IpmiDatagram.WriteV20(PayloadType.OpenSessionResponse,
        new OpenSessionResponse(TagOf(asked), status, 0x01020304, 0, 0, 0, 0).ToBytes());

    private static byte TagOf(IpmiStep asked) => Assert.IsType<IpmiStep.Send>(asked).Datagram.Span[IpmiDatagram.V20.HeaderLength];

    private static byte[] WithChecksums() => IpmiDatagram.WriteV15(new IpmiResponse(0, NetFn.App, 0x38, 0, new byte[] { 1, 0x80, 4, 2, 0, 0, 0, 0 }).ToBytes());

    [Fact]
    public void The_first_datagrams_are_these_octets()
    {
        var handshake = Handshake(CipherSuite.Suite17);
        var first = Assert.IsType<IpmiStep.Send>(handshake.Start());
        Assert.Equal("0600ff07000000000000000000092018c88100388e04b5", Convert.ToHexStringLower(first.Datagram.Span));
        var second = Assert.IsType<IpmiStep.Send>(handshake.On(WithChecksums()));
        Assert.Equal("0600ff07061000000000000000002000" + "0200000004030201" + "0000000803000000" + "0100000804000000" + "0200000801000000",
            Convert.ToHexStringLower(second.Datagram.Span));
    }

    [Fact]
    public void An_answer_with_a_wrong_checksum_is_waited_past()
    {
        var handshake = Handshake(CipherSuite.Suite17);
        handshake.Start();
        Assert.Contains("checksum", Assert.IsType<IpmiStep.Wait>(handshake.On(Capabilities)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_suite_leads_to_the_next_one_and_the_last_refusal_to_an_end()
    {
        var handshake = Handshake(CipherSuite.Suite17, CipherSuite.Suite3);
        handshake.Start();
        var open17 = handshake.On(WithChecksums());
        var open3 = handshake.On(Refusal(open17, RmcpPlusStatus.NoCipherSuite));
        Assert.Equal(0x01, Assert.IsType<IpmiStep.Send>(open3).Datagram.Span[28]);
        var end = Assert.IsType<IpmiStep.Failed>(handshake.On(Refusal(open3, RmcpPlusStatus.InvalidAuthentication)));
        Assert.Equal(IpmiFailure.Cipher, end.Failure);
        Assert.Contains("status 0x11", end.Why, StringComparison.Ordinal);
        Assert.Contains("status 0x04", end.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_late_refusal_of_the_suite_before_is_not_taken_for_one_of_this_suite()
    {
        var handshake = Handshake(CipherSuite.Suite17, CipherSuite.Suite3);
        handshake.Start();
        var open17 = handshake.On(WithChecksums());
        handshake.On(Refusal(open17, RmcpPlusStatus.NoCipherSuite));
        Assert.IsType<IpmiStep.Wait>(handshake.On(Refusal(open17, RmcpPlusStatus.NoCipherSuite)));
    }

    [Fact]
    public void An_answer_with_algorithms_that_were_not_asked_for_ends_it()
    {
        var handshake = Handshake(CipherSuite.Suite17);
        handshake.Start();
        var open = handshake.On(WithChecksums());
        var downgraded = new OpenSessionResponse(TagOf(open), RmcpPlusStatus.Ok, 0x01020304, 7, 0, 0, 0);
        var end = Assert.IsType<IpmiStep.Failed>(handshake.On(IpmiDatagram.WriteV20(PayloadType.OpenSessionResponse, downgraded.ToBytes())));
        Assert.Equal(IpmiFailure.Cipher, end.Failure);
    }

    [Fact]
    public void Tries_end()
    {
        var handshake = Handshake(CipherSuite.Suite17, CipherSuite.Suite3);
        Assert.Equal(1, Assert.IsType<IpmiStep.Send>(handshake.Start()).Try);
        Assert.Equal(2, Assert.IsType<IpmiStep.Send>(handshake.OnTimeout()).Try);
        Assert.Equal(3, Assert.IsType<IpmiStep.Send>(handshake.OnTimeout()).Try);
        Assert.Equal(IpmiFailure.Silent, Assert.IsType<IpmiStep.Failed>(handshake.OnTimeout()).Failure);
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void A_password_has_20_octets_at_most(int length, bool taken)
    {
        string password = new('p', length);
        if (taken) _ = new IpmiLogin("admin", password, PrivilegeLevel.Operator);
        else Assert.DoesNotContain(password, Assert.Throws<ArgumentException>(() => new IpmiLogin("admin", password, PrivilegeLevel.Operator)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_login_does_not_show_its_password() =>
        Assert.Equal("admin", new IpmiLogin("admin", "secret", PrivilegeLevel.Operator).ToString());
}
