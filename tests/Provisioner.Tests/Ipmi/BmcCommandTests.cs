using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Ipmi;

/// <summary>The other commands as octets: the layouts of IPMI 2.0's tables.</summary>
public sealed class BmcCommandTests
{
    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    private static string Octets<T>(IIpmiCommand<T> command) => $"{(byte)command.NetFn:x2} {command.Command:x2} {Convert.ToHexStringLower(command.ToBytes())}".TrimEnd();

    [Fact]
    public void Requests_are_these_octets()
    {
        Assert.Equal("06 39 0261646d696e0000000000000000000000", Octets(new GetSessionChallenge(LanAuthentication.Md5, "admin"u8.ToArray())));
        Assert.Equal("06 3a 0204000102030405060708090a0b0c0d0e0f04030201", Octets(new ActivateSession(LanAuthentication.Md5, PrivilegeLevel.Administrator, Hex("000102030405060708090a0b0c0d0e0f"), 0x01020304)));
        Assert.Equal("06 54 0e0081", Octets(new GetChannelCipherSuites(1)));
        Assert.Equal("06 37", Octets(new GetSystemGuid()));
        Assert.Equal("00 04 0f", Octets(new ChassisIdentify(15)));
        Assert.Equal("00 04 0001", Octets(new ChassisIdentify(0, Forced: true)));
        Assert.Equal("04 2d 07", Octets(new GetSensorReading(7)));
        Assert.Equal("04 27 07", Octets(new GetSensorThresholds(7)));
        Assert.Equal("04 23 0729", Octets(new GetSensorReadingFactors(7, 0x29)));
        Assert.Equal("0a 10 00", Octets(new GetFruInventoryAreaInfo(0)));
        Assert.Equal("0a 11 01020110", Octets(new ReadFruData(1, 0x0102, 16)));
        Assert.Equal("0a 20", Octets(new GetSdrRepositoryInfo()));
        Assert.Equal("0a 22", Octets(new ReserveSdrRepository()));
        Assert.Equal("04 22", Octets(new ReserveSdrRepository(Device: true)));
        Assert.Equal("0a 23 3412785605ff", Octets(new GetSdr(0x1234, 0x5678, 5, 0xff)));
        Assert.Equal("04 21 0000000000ff", Octets(new GetSdr(0, 0, 0, 0xff, Device: true)));
        Assert.Equal("0a 40", Octets(new GetSelInfo()));
        Assert.Equal("0a 42", Octets(new ReserveSel()));
        Assert.Equal("0a 43 0000341200ff", Octets(new GetSelEntry(0x1234)));
        Assert.Equal("0a 47 3412434c52aa", Octets(new ClearSel(0x1234, Begin: true)));
        Assert.Equal("0a 47 3412434c5200", Octets(new ClearSel(0x1234, Begin: false)));
        Assert.Equal("0a 48", Octets(new GetSelTime()));
        Assert.Equal("2c 02 dc010000", Octets(new GetDcmiPowerReading()));
    }

    [Fact]
    public void Requests_about_users_channels_and_consoles_are_these_octets()
    {
        Assert.Equal("06 44 0102", Octets(new GetUserAccess(1, 2)));
        Assert.Equal("06 43 91030 4".Replace("0 4", "04", StringComparison.Ordinal), Octets(new SetUserAccess(1, 3, PrivilegeLevel.Administrator, Messaging: true)));
        Assert.Equal("06 46 03", Octets(new GetUserName(3)));
        Assert.Equal("06 45 0361646100000000000000000000000000", Octets(new SetUserName(3, "ada")));
        Assert.Equal("06 47 030273656372657400000000000000000000", Octets(new SetUserPassword(3, UserPasswordOrder.Set) { Password = "secret"u8.ToArray() }));
        Assert.Equal("06 47 8302736563726574" + new string('0', 28), Octets(new SetUserPassword(3, UserPasswordOrder.Set) { Password = "secret"u8.ToArray(), Long = true }));
        Assert.Equal("06 47 0301", Octets(new SetUserPassword(3, UserPasswordOrder.Enable)));
        Assert.DoesNotContain("secret", new SetUserPassword(3, UserPasswordOrder.Set) { Password = "secret"u8.ToArray() }.ToString(), StringComparison.Ordinal);
        Assert.Equal("06 41 0180", Octets(new GetChannelAccess(1, Present: true)));
        Assert.Equal("06 40 01a284", Octets(new SetChannelAccess(1, new(ChannelMode.Always, PrivilegeLevel.Administrator, Alerts: false, PerMessage: true, UserLevel: true), Present: true)));
        Assert.Equal("0c 02 01030000", Octets(new GetLanConfiguration(1, LanParameter.IpAddress)));
        Assert.Equal("0c 01 01030a4d000b", Octets(new SetLanConfiguration(1, LanParameter.IpAddress, Hex("0a4d000b"))));
        Assert.Equal("06 48 0101c0000000", Octets(new ActivatePayload(1, Encrypted: true)));
        Assert.Equal("06 49 010100000000", Octets(new DeactivatePayload(1)));
        Assert.Equal("06 4a 01", Octets(new GetPayloadActivationStatus()));
    }

    [Fact]
    public void Answers_are_read()
    {
        Assert.Equal(new SensorReading(0x29, false, true, 0xc0 | 0x100), new GetSensorReading(1).Read(Hex("2940c001")));
        Assert.Equal(new SensorReading(0, true, true, 0), new GetSensorReading(1).Read(Hex("0060")));
        Assert.Equal(new SelInfo(6, 0x3e20, 5, 0xffffffff, true), new GetSelInfo().Read(Hex("510600203e05000000ffffffff8a")));
        Assert.Equal(new UserAccess(63, true, PrivilegeLevel.Administrator, true, false), new GetUserAccess(1, 2).Read(Hex("3f420014")));
        Assert.Equal(new UserAccess(10, false, UserAccess.NoAccess, false, false), new GetUserAccess(1, 3).Read(Hex("0a82000f")));
        Assert.Equal("ada", new GetUserName(3).Read(Hex("61646100000000000000000000000000")));
        Assert.Equal(new ChannelAccess(ChannelMode.Always, PrivilegeLevel.Administrator, false, true, true), new GetChannelAccess(1, true).Read(Hex("2204")));
        Assert.Equal(new ActivePayload(0xff, 0xf0, 623), new ActivatePayload(1, true).Read(Hex("00000000ff00f0006f02ffff")));
        Assert.Equal(new PayloadActivation(1, 1), new GetPayloadActivationStatus().Read(Hex("010100")));
        Assert.Equal(new DcmiPowerReading(120, 90, 300, 110, true), new GetDcmiPowerReading().Read(Hex("dc78005a002c016e00" + "0000000000000000" + "40")));
        Assert.Equal(new FruAreaInfo(256, false), new GetFruInventoryAreaInfo(0).Read(Hex("000100")));
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), new GetSystemGuid().Read(Hex("33221100554477668899aabbccddeeff")));
        Assert.True(new ClearSel(1, false).Read(Hex("01")));
        var caps = new GetChannelAuthenticationCapabilities(PrivilegeLevel.Administrator).Read(Hex("0117040000000000"));
        Assert.Equal((false, "None Md2 Md5 Straight"), (caps.Ipmi20, string.Join(' ', caps.Authentications)));
    }

    [Fact]
    public void Quirks_have_names()
    {
        Assert.Equal(IpmiQuirks.Sun20 | IpmiQuirks.OpenSessionPrivilege | IpmiQuirks.Slow, IpmiQuirkNames.Of(["sun20", "slow-answers", "redfish-first"]));
        Assert.Contains("endianseq", IpmiQuirkNames.All);
        Assert.All(IpmiQuirkNames.All, name => Assert.Contains(name, Domain.Hardware.QuirkNames.All.Keys));
    }
}
