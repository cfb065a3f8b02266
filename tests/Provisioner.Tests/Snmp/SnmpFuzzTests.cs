using Provisioner.Tests.Fuzz;
using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>What no agent sends: messages nearly right, through every parser and through conversations.</summary>
public sealed class SnmpFuzzTests
{
    private const int Usual = 1_000_000;

    private static readonly UsmUser User = new("ops", UsmAuth.Sha1, "auth-password", UsmPriv.Aes, "priv-password");

    [Fact]
    public void Parsers_throw_nothing_but_a_WireException()
    {
        var mutator = new Mutator(161, Conversations.All, most: 700);
        var keys = User.KeysFor(Convert.FromHexString("800000020109840301"));
        int read = 0, runs = Mutator.Runs(Usual);
        for (int run = 0; run < runs; run++)
        {
            var octets = mutator.Next();
            try
            {
                if ((run & 1) == 0)
                {
                    var message = CommunityMessage.Parse(octets);
                    foreach (var binding in message.Pdu.Bindings) _ = (binding.Name.ToString(), binding.Value.Number, binding.Value.Text, binding.Value.Oid);
                    // What was read is read again from what is written of it.
                    if (run % 64 == 0 && CommunityMessage.Parse(message.ToBytes()).Pdu.Bindings.Length != message.Pdu.Bindings.Length) Assert.Fail($"run {run}: {Convert.ToHexString(octets)}");
                }
                else
                {
                    var message = V3Message.Parse(octets);
                    if ((run & 31) == 1) keys.HasSigned(message, octets);
                    keys.Open(message);
                }
                read++;
            }
            catch (WireException)
            {
            }
        }
        Assert.True(read > runs / 40, $"only {read} of {runs} could be read: the mutations are too wild to get far");
    }

    [Fact]
    public void A_conversation_ends_whatever_comes()
    {
        int runs = Mutator.Runs(Usual) / 50; // an engine that is found out anew costs its keys, milliseconds
        var ask = SnmpPdu.Get(4711, Oid.Parse("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3"));
        var agent = new PaperAgent(User);
        var known = new UsmEngine(User, octets => octets.Fill(1));
        known.Discover(agent.EngineId, agent.Boots, agent.Time, 0);
        var sent = (SnmpStep.Send)new V3Conversation(known, "", ask, 77, 2).Start(0);
        byte[] right = agent.Answer(sent.Datagram.Span, pdu => pdu with { Type = SnmpPduType.Response });
        byte[] report = new PaperAgent(User) { EngineId = Convert.FromHexString("80001f8880aabbccdd") }.Answer(sent.Datagram.Span, pdu => pdu);
        byte[] late = new PaperAgent(User) { Boots = 9 }.Answer(sent.Datagram.Span, pdu => pdu);
        var mutator = new Mutator(162, [right, report, late, .. Conversations.All], most: 700);
        int done = 0, run = 0;
        while (run < runs)
        {
            // Keys cost milliseconds, so that the engine is the same all along; what the conversation unlearns is put back.
            if (known.Keys is null) known = Relearnt();
            ISnmpConversation conversation = run % 4 == 0 ? new CommunityConversation(SnmpVersion.V2c, "public", ask, 2) : new V3Conversation(known, "", ask, 77, 2);
            var step = conversation.Start(0);
            int steps = 0;
            while (step is not (SnmpStep.Done or SnmpStep.Failed))
            {
                run++;
                if (++steps > 2000) Assert.Fail($"run {run}: it does not end");
                step = mutator.Chance.Next(8) == 0 ? conversation.OnTimeout(0) : conversation.On(mutator.Next(), 0);
                if (known.Keys is null && step is SnmpStep.Send) break;
            }
            if (step is SnmpStep.Done) done++;
        }
        Assert.True(done > 0, "no conversation came to its answer");

        UsmEngine Relearnt()
        {
            var engine = new UsmEngine(User, octets => octets.Fill(1));
            engine.Discover(agent.EngineId, agent.Boots, agent.Time, 0);
            return engine;
        }
    }
}
