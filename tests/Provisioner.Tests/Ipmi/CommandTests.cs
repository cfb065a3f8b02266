using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Ipmi;

/// <summary>Commands as octets: the layouts of IPMI 2.0's tables, and answers that end too soon.</summary>
public sealed class CommandTests
{
    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    private static string Octets<T>(IIpmiCommand<T> command) => $"{(byte)command.NetFn:x2} {command.Command:x2} {Convert.ToHexStringLower(command.ToBytes())}".TrimEnd();

    [Fact]
    public void Requests_are_these_octets()
    {
        Assert.Equal("06 38 8e04", Octets(new GetChannelAuthenticationCapabilities(PrivilegeLevel.Administrator)));
        Assert.Equal("06 3b 03", Octets(new SetSessionPrivilegeLevel(PrivilegeLevel.Operator)));
        Assert.Equal("06 3c 04030201", Octets(new CloseSession(0x01020304)));
        Assert.Equal("06 01", Octets(new GetDeviceId()));
        Assert.Equal("00 01", Octets(new GetChassisStatus()));
        Assert.Equal("00 02 05", Octets(new ChassisControl(ChassisOrder.SoftShutdown)));
        Assert.Equal("00 08 0001", Octets(SetSystemBootOptions.Begin));
        Assert.Equal("00 08 0002", Octets(SetSystemBootOptions.Commit));
        Assert.Equal("00 08 0000", Octets(SetSystemBootOptions.Complete));
        Assert.Equal("00 08 0308", Octets(SetSystemBootOptions.KeepFlags));
        Assert.Equal("00 08 040101", Octets(SetSystemBootOptions.Unacknowledge));
        Assert.Equal("00 08 05a004000000", Octets(SetSystemBootOptions.Flags(new(true, false, true, BootSelector.Pxe))));
        Assert.Equal("00 09 050000", Octets(new GetSystemBootOptions()));
    }

    [Theory]
    [InlineData("21104070", true, PowerRestorePolicy.Previous)]
    [InlineData("400000", false, PowerRestorePolicy.AlwaysOn)]
    public void A_chassis_status_is_read(string answer, bool on, PowerRestorePolicy policy)
    {
        var status = new GetChassisStatus().Read(Hex(answer));
        Assert.Equal((on, policy), (status.PowerOn, status.RestorePolicy));
    }

    [Theory]
    [InlineData("0105a004000000", true, false, true, BootSelector.Pxe)]
    [InlineData("0105c008000000", true, true, false, BootSelector.Disk)]
    [InlineData("01050000000000", false, false, false, BootSelector.None)]
    [InlineData("0185a004000000", false, false, true, BootSelector.Pxe)] // locked: not to be believed
    public void Boot_flags_are_read(string answer, bool valid, bool persistent, bool uefi, BootSelector device) =>
        Assert.Equal(new BootFlags(valid, persistent, uefi, device), new GetSystemBootOptions().Read(Hex(answer)));

    [Fact]
    public void A_device_id_is_read()
    {
        var device = new GetDeviceId().Read(Hex("20010252029fa2020000010000000000"[..30]));
        Assert.Equal(("2.52", "2.0", 674, 0x100), (device.Firmware, device.IpmiVersion, device.ManufacturerId, device.ProductId));
        Assert.False(device.Updating);
    }

    [Fact]
    public void Answers_that_end_too_soon_name_the_field()
    {
        Assert.Contains("last power event", Assert.Throws<WireException>(() => new GetChassisStatus().Read(Hex("21"))).Message, StringComparison.Ordinal);
        Assert.Contains("product id", Assert.Throws<WireException>(() => new GetDeviceId().Read(Hex("20010252029fa20200"))).Message, StringComparison.Ordinal);
        Assert.Contains("boot flags", Assert.Throws<WireException>(() => new GetSystemBootOptions().Read(Hex("0105a0"))).Message, StringComparison.Ordinal);
        Assert.Contains("parameter 4, wants 5", Assert.Throws<WireException>(() => new GetSystemBootOptions().Read(Hex("0104a0000000"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xc0, "the BMC is busy (completion code 0xc0)")]
    [InlineData(0xd4, "the user's privilege is too low (completion code 0xd4)")]
    [InlineData(0x42, "an OEM's own code (completion code 0x42)")]
    [InlineData(0x91, "a code of the command's own (completion code 0x91)")]
    [InlineData(0xf0, "a code that IPMI 2.0 does not name (completion code 0xf0)")]
    public void A_completion_code_is_said_in_words(byte code, string words) => Assert.Equal(words, CompletionCode.Describe(code));
}
