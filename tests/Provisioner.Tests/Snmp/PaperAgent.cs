using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>The agent's half of version 3, written from RFC 3414 §3.2 in its order, without a socket.</summary>
internal sealed class PaperAgent(UsmUser user)
{
    private static readonly byte[] Nothing = [];

    public byte[] EngineId { get; set; } = Convert.FromHexString("80001f888011223344");
    public int Boots { get; set; } = 5;
    public int Time { get; set; } = 1000;
    public int Reports { get; private set; }
    public List<UsmReport> Said { get; } = [];

    /// <summary>Reports are not signed, as some agents do.</summary>
    public bool SignsNoReports { get; set; }

    private UsmKeys Keys => user.KeysFor(EngineId);

    public byte[] Answer(ReadOnlySpan<byte> datagram, Func<SnmpPdu, SnmpPdu> serve)
    {
        var message = V3Message.Parse(datagram);
        if (!message.EngineId.Span.SequenceEqual(EngineId)) return Report(message, UsmReport.UnknownEngineId);
        if (System.Text.Encoding.UTF8.GetString(message.User.Span) != user.Name) return Report(message, UsmReport.UnknownUserName);
        var level = message.Flags & (V3Flags.Auth | V3Flags.Priv);
        if ((level & ~user.Level) != 0) return Report(message, UsmReport.UnsupportedSecurityLevel);
        if (level.HasFlag(V3Flags.Auth))
        {
            if (!Keys.HasSigned(message, datagram)) return Report(message, UsmReport.WrongDigest);
            if (message.Boots != Boots || Math.Abs(message.Time - Time) > 150) return Report(message, UsmReport.NotInTimeWindow, signed: !SignsNoReports);
        }
        ScopedPdu scoped;
        try
        {
            scoped = Keys.Open(message);
        }
        catch (Provisioner.Wire.WireException)
        {
            return Report(message, UsmReport.DecryptionError);
        }
        return Seal(message.Id, scoped with { Pdu = serve(scoped.Pdu) });
    }

    public byte[] Seal(int id, ScopedPdu scoped) => Keys.Seal(id, false, EngineId, Boots, Time, new byte[] { 9, 8, 7, 6, 5, 4, 3, 2 }, scoped);

    private byte[] Report(V3Message about, UsmReport report, bool signed = false)
    {
        Said.Add(report);
        var pdu = new SnmpPdu(SnmpPduType.Report, 0, SnmpError.None, 0, [new(UsmReports.CounterOf(report), new(SnmpType.Counter32, new byte[] { (byte)++Reports }))]);
        var scoped = new ScopedPdu(EngineId, Nothing, pdu);
        if (signed) return new UsmUser(user.Name, user.Auth, user.AuthPassword, UsmPriv.None, "").KeysFor(EngineId).Seal(about.Id, false, EngineId, Boots, Time, Nothing, scoped);
        return new V3Message(about.Id, V3Flags.None, EngineId, Boots, Time, about.User, Nothing, Nothing, scoped.ToBytes()).ToBytes();
    }
}
