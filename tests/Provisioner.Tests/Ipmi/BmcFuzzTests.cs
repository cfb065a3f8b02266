using Provisioner.Domain.Power.Ipmi;
using Provisioner.Tests.Fuzz;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Ipmi;

/// <summary>What a BMC may send, spoiled: each is a <see cref="WireException"/> or a value, never a crash, never a number that JSON has not.</summary>
public sealed class BmcFuzzTests
{
    private static readonly byte[][] SensorRecords = [.. File.ReadLines(Conversation.PathOf("rich-bmc.emu")).Where(line => line.StartsWith("main_sdr_add", StringComparison.Ordinal))
        .Select(line => line.Split(' ')[2..].Select(o => Convert.ToByte(o, 16)).ToArray())];

    private static readonly byte[][] LogEntries = [.. new[]
    {
        "01000200105f6520000401010 1595f5f", "02000210105f65200004080 66f01ffff", "0500c140105f650b0000010203040506", "0600e20102030405060708090a0b0c0d",
    }.Select(hex => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))];

    private static void Survives(int seed, byte[][] seeds, params Action<byte[]>[] readers)
    {
        var mutator = new Mutator(seed, seeds, most: 400);
        for (int run = Mutator.Runs(60_000); run > 0; run--)
        {
            byte[] octets = mutator.Next().ToArray();
            try
            {
                readers[run % readers.Length](octets);
            }
            catch (WireException)
            {
            }
        }
    }

    [Fact]
    public void Sensor_records_and_their_values_survive_anything() => Survives(1, SensorRecords, octets =>
    {
        if (SdrRecord.Parse(octets) is not SdrRecord.Sensor sensor) return;
        var view = SensorView.Of(sensor, new(octets[^1], false, true, (ushort)(octets[0] << 8 | octets[^1])), null, new(0x3f, new byte[] { 1, 2, 3, 4, 5, octets[0] }));
        Assert.True(view.Value is null || double.IsFinite(view.Value.Value));
        Assert.All(view.Thresholds.Values, value => Assert.True(double.IsFinite(value)));
        Assert.DoesNotContain(view.ToString(), char.IsControl);
    });

    [Fact]
    public void Event_log_entries_survive_anything()
    {
        var sensors = SensorRecords.Select(r => SdrRecord.Parse(r)).OfType<SdrRecord.Sensor>().ToDictionary(s => s.Key, SdrRecord (s) => s);
        Survives(2, LogEntries, octets => Assert.NotEmpty(SelView.Of(SelRecord.Parse(octets), sensors).Text));
    }

    [Fact]
    public void Inventories_survive_anything() => Survives(3, [File.ReadAllBytes(Conversation.PathOf("proliant.fru"))], octets =>
    {
        var fru = FruInventory.Parse(octets);
        Assert.DoesNotContain($"{fru.Board?.Product}{fru.Product?.Serial}{fru.Chassis?.Serial}", char.IsControl);
    }, octets => FruInventory.Areas(octets));

    [Fact]
    public void Consoles_survive_anything()
    {
        var link = new SolLink(40, 2);
        Survives(4, [[1, 0, 0, 0, .. "login: "u8], [0, 1, 3, 0], [2, 1, 2, 0x60, 0x41]], octets =>
        {
            link.Write("ab"u8);
            link.Next();
            var heard = link.On(octets);
            Assert.True(heard.Text.Length <= octets.Length);
            if (link.OnTimeout() is null) link.Release();
        });
    }

    [Fact]
    public void Answers_of_commands_survive_anything()
    {
        Action<byte[]>[] readers =
        [
            o => new GetSensorReading(1).Read(o), o => new GetSensorThresholds(1).Read(o), o => new GetSensorReadingFactors(1, 1).Read(o), o => new GetSdr(1, 1, 0, 255).Read(o),
            o => new GetSelInfo().Read(o), o => new GetSelEntry(1).Read(o), o => new GetUserAccess(1, 1).Read(o), o => new GetUserName(1).Read(o), o => new GetChannelAccess(1, true).Read(o),
            o => new GetLanConfiguration(1, LanParameter.IpAddress).Read(o), o => new ActivatePayload(1, true).Read(o), o => new GetDcmiPowerReading().Read(o), o => new GetSystemGuid().Read(o),
            o => new GetChannelCipherSuites(0).Read(o), o => CipherSuiteRecords.Parse(o), o => new GetSessionChallenge(LanAuthentication.Md5, default).Read(o),
            o => new ActivateSession(LanAuthentication.Md5, PrivilegeLevel.User, default, 1).Read(o), o => new GetChannelAuthenticationCapabilities(PrivilegeLevel.User).Read(o),
            o => new GetPayloadActivationStatus().Read(o), o => new ReadFruData(0, 0, 1).Read(o), o => new GetFruInventoryAreaInfo(0).Read(o), o => new GetSdrRepositoryInfo().Read(o),
        ];
        Survives(5, [Convert.FromHexString("0117040000000000dc78005a002c016e00000000000000000040"), Convert.FromHexString("00000000ff00f0006f02ffff")], readers);
    }

    [Fact]
    public void Datagrams_of_IPMI_15_survive_anything()
    {
        byte[][] captured = [.. File.ReadLines(Conversation.PathOf("ipmitool-ipmi_sim-lan15-md5.txt")).Select(line => Convert.FromHexString(line[2..]))];
        var login = new IpmiLogin("admin", "sixteen-octets-1", PrivilegeLevel.Administrator);
        var session = new LanSession(login, new(LanAuthentication.Md5, LanAuthentication.Md5, 0x0602, 1), IpmiQuirks.NoAuthCodeCheck | IpmiQuirks.IdZero);
        var offered = new ChannelAuthenticationCapabilities(1, false, false, false);
        Survives(6, captured, octets => session.Open(octets), octets =>
        {
            var handshake = new LanHandshake(login, offered, LanAuthentication.Md5, d => d.Fill(1), tries: 2, IpmiQuirks.NoChecksumCheck);
            handshake.Start();
            if (handshake.On(octets) is IpmiStep.Send) handshake.On(octets);
        });
    }
}
