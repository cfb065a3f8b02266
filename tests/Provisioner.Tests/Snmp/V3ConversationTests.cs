using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>Version 3 without a socket: what is taken, what is not, what is asked again. RFC 3414 §3.2 and §4.</summary>
public sealed class V3ConversationTests
{
    private static readonly UsmUser User = new("ops", UsmAuth.Sha256, "auth-password", UsmPriv.Aes, "priv-password");
    private static readonly Oid Outlet = Oid.Parse("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3");

    private static UsmEngine Engine(UsmUser? user = null) => new(user ?? User, octets => octets.Fill(0x42));

    private static V3Conversation Ask(UsmEngine engine, int id = 77) => new(engine, "", SnmpPdu.Get(4711, Outlet), id, tries: 3);

    private static SnmpPdu Serve(SnmpPdu pdu) => pdu with { Type = SnmpPduType.Response, Bindings = [pdu.Bindings[0] with { Value = SnmpValue.Of(1) }] };

    private static (SnmpStep End, int Sent) Run(V3Conversation conversation, PaperAgent agent, long now = 100, Func<SnmpPdu, SnmpPdu>? serve = null)
    {
        var step = conversation.Start(now);
        int sent = 0;
        while (step is SnmpStep.Send send)
        {
            sent++;
            step = conversation.On(agent.Answer(send.Datagram.Span, serve ?? Serve), now);
            if (step is SnmpStep.Wait) step = conversation.OnTimeout(now);
        }
        return (step, sent);
    }

    [Fact]
    public void The_engine_is_found_out_once_and_then_a_reading_is_two_packets()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        var (first, sent) = Run(Ask(engine), agent);
        Assert.Equal(1, Assert.IsType<SnmpStep.Done>(first).Pdu.Bindings[0].Value.Number);
        Assert.Equal(2, sent);
        Assert.Equal(1, Run(Ask(engine, 500), agent).Sent);
    }

    [Fact]
    public void Time_goes_on_between_questions()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        Run(Ask(engine), agent, now: 100);
        agent.Time += 3600;
        Assert.Equal(1, Run(Ask(engine, 500), agent, now: 3700).Sent);
    }

    [Fact]
    public void An_agent_that_started_anew_says_its_time_and_is_asked_again()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        Run(Ask(engine), agent);
        (agent.Boots, agent.Time) = (6, 3);
        var (end, sent) = Run(Ask(engine, 500), agent, now: 160);
        Assert.IsType<SnmpStep.Done>(end);
        Assert.Equal(2, sent);
        Assert.Equal(UsmReport.NotInTimeWindow, agent.Said[^1]);
        Assert.Equal((6, 3), (engine.Boots, engine.TimeAt(160)));
    }

    [Fact]
    public void An_agent_that_does_not_sign_that_report_is_found_out_anew()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User) { SignsNoReports = true });
        Run(Ask(engine), agent);
        (agent.Boots, agent.Time) = (6, 3);
        var (end, sent) = Run(Ask(engine, 500), agent, now: 160);
        Assert.IsType<SnmpStep.Done>(end);
        Assert.Equal(3, sent);
    }

    [Fact]
    public void An_agent_whose_time_never_holds_is_given_up()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        var conversation = Ask(engine);
        var step = conversation.Start(0);
        for (int i = 0; i < 20 && step is SnmpStep.Send send; i++)
        {
            agent.Boots++;
            step = conversation.On(agent.Answer(send.Datagram.Span, Serve), 0);
        }
        var failed = Assert.IsType<SnmpStep.Failed>(step);
        Assert.Equal(SnmpFailure.Garbled, failed.Failure);
        Assert.Contains("notInTimeWindow", failed.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_agent_at_the_address_is_found_out_anew()
    {
        var engine = Engine();
        Run(Ask(engine), new PaperAgent(User));
        var (end, sent) = Run(Ask(engine, 500), new PaperAgent(User) { EngineId = Convert.FromHexString("80001f8880aabbccdd") });
        Assert.IsType<SnmpStep.Done>(end);
        Assert.Equal(3, sent);
    }

    [Theory]
    [InlineData("oops", "auth-password", "priv-password", UsmAuth.Sha256, UsmPriv.Aes, "knows no user \"oops\"")]
    [InlineData("ops", "wrong-password", "priv-password", UsmAuth.Sha256, UsmPriv.Aes, "wrong authentication password")]
    [InlineData("ops", "auth-password", "priv-password", UsmAuth.Sha512, UsmPriv.Aes, "another protocol than sha512")]
    public void What_is_refused_is_said(string name, string auth, string priv, UsmAuth how, UsmPriv seal, string why)
    {
        var failed = Assert.IsType<SnmpStep.Failed>(Run(Ask(Engine(new(name, how, auth, seal, priv))), new PaperAgent(User)).End);
        Assert.Equal(SnmpFailure.Credentials, failed.Failure);
        Assert.Contains(why, failed.Why, StringComparison.Ordinal);
        Assert.DoesNotContain(auth, failed.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_privacy_password_and_a_level_that_is_not_set_up_are_said()
    {
        var sealing = Assert.IsType<SnmpStep.Failed>(Run(Ask(Engine(User with { PrivPassword = "wrong-password" })), new PaperAgent(User)).End);
        Assert.Contains("wrong privacy password of \"ops\", or another protocol than aes there (decryptionError)", sealing.Why, StringComparison.Ordinal);
        var level = Assert.IsType<SnmpStep.Failed>(Run(Ask(Engine()), new PaperAgent(User with { Priv = UsmPriv.None })).End);
        Assert.Contains("not set up there for authPriv", level.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Silence_is_told_after_all_tries()
    {
        var conversation = Ask(Engine());
        var step = conversation.Start(0);
        var ids = new List<int>();
        while (step is SnmpStep.Send send)
        {
            ids.Add(V3Message.Parse(send.Datagram.Span).Id);
            step = conversation.OnTimeout(0);
        }
        Assert.Equal(SnmpFailure.Silent, Assert.IsType<SnmpStep.Failed>(step).Failure);
        Assert.Equal([78, 79, 80], ids);
    }

    [Fact]
    public void Silence_after_the_engine_is_known_may_be_a_wrong_privacy_password()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        Assert.Contains("a wrong privacy password of \"ops\" looks like that", Silent().Why, StringComparison.Ordinal);
        Run(Ask(engine), agent);
        Assert.Equal("it does not answer any more", Silent().Why);

        SnmpStep.Failed Silent()
        {
            var conversation = Ask(engine, 500);
            var step = conversation.Start(100);
            while (step is SnmpStep.Send send) step = engine.Keys is null ? conversation.On(agent.Answer(send.Datagram.Span, Serve), 100) : conversation.OnTimeout(100);
            return Assert.IsType<SnmpStep.Failed>(step);
        }
    }

    [Fact]
    public void Answers_that_nobody_asked_for_are_not_taken()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        Run(Ask(engine), agent);
        var conversation = Ask(engine, 500);
        var sent = Assert.IsType<SnmpStep.Send>(conversation.Start(100));
        byte[] right = agent.Answer(sent.Datagram.Span, Serve);
        int id = V3Message.Parse(right).Id;
        var answer = new ScopedPdu(agent.EngineId, Array.Empty<byte>(), Serve(SnmpPdu.Get(4711, Outlet)));

        Waits(agent.Seal(id + 1, answer), "another id");
        Waits(agent.Seal(id, answer with { Pdu = answer.Pdu with { RequestId = 4712 } }), "another request");
        Waits(agent.Seal(id, answer with { Pdu = answer.Pdu with { Bindings = [new(Oid.Parse("1.3.6.1.1"), SnmpValue.Of(1))] } }), "other objects");
        Waits(agent.Seal(id, answer with { Pdu = answer.Pdu with { Type = SnmpPduType.Set } }), "instead of a response");
        Waits(new V3Message(id, V3Flags.None, agent.EngineId, agent.Boots, agent.Time, "ops"u8.ToArray(), Array.Empty<byte>(), Array.Empty<byte>(), answer.ToBytes()).ToBytes(), "less protected");
        byte[] spoiled = [.. right];
        spoiled[^1] ^= 1;
        Waits(spoiled, "signature is wrong");
        agent.Time -= 151;
        Waits(agent.Seal(id, answer), "older than 150 s");
        (agent.Boots, agent.Time) = (agent.Boots - 1, agent.Time + 1000);
        Waits(agent.Seal(id, answer), "older than 150 s");
        Assert.IsType<SnmpStep.Done>(conversation.On(right, 100));

        void Waits(byte[] datagram, string why) => Assert.Contains(why, Assert.IsType<SnmpStep.Wait>(conversation.On(datagram, 100)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forged_first_report_does_not_shut_the_agent_out()
    {
        var (engine, agent) = (Engine(), new PaperAgent(User));
        engine.Discover(agent.EngineId, int.MaxValue - 1, 4711, now: 100);
        Assert.IsType<SnmpStep.Done>(Run(Ask(engine), agent).End);
        Assert.Equal(agent.Boots, engine.Boots);
    }

    [Theory]
    [InlineData(UsmPriv.Aes)]
    [InlineData(UsmPriv.Des)]
    public void No_salt_comes_twice(UsmPriv priv)
    {
        var engine = Engine(User with { Priv = priv });
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => Convert.ToHexString(engine.NextSalt())).Distinct().Count());
    }

    [Fact]
    public void Version_2c_takes_only_its_own_answer()
    {
        var ask = SnmpPdu.Get(4711, Outlet);
        var conversation = new CommunityConversation(SnmpVersion.V2c, "s3cret", ask, tries: 2);
        conversation.Start(0);
        foreach (var wrong in new[]
        {
            new CommunityMessage(SnmpVersion.V2c, "another"u8.ToArray(), Serve(ask)), new CommunityMessage(SnmpVersion.V1, "s3cret"u8.ToArray(), Serve(ask)),
            new CommunityMessage(SnmpVersion.V2c, "s3cret"u8.ToArray(), Serve(ask) with { RequestId = 1 }), new CommunityMessage(SnmpVersion.V2c, "s3cret"u8.ToArray(), ask),
        })
            Assert.IsType<SnmpStep.Wait>(conversation.On(wrong.ToBytes(), 0));
        Assert.IsType<SnmpStep.Done>(conversation.On(new CommunityMessage(SnmpVersion.V2c, "s3cret"u8.ToArray(), Serve(ask)).ToBytes(), 0));

        var silent = new CommunityConversation(SnmpVersion.V2c, "s3cret", ask, tries: 2);
        silent.Start(0);
        Assert.IsType<SnmpStep.Send>(silent.OnTimeout(0));
        var failed = Assert.IsType<SnmpStep.Failed>(silent.OnTimeout(0));
        Assert.Equal(SnmpFailure.Silent, failed.Failure);
        Assert.Contains("a wrong community looks the same", failed.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failed.Why, StringComparison.Ordinal);
    }
}
