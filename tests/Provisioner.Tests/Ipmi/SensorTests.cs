using System.Globalization;
using Provisioner.Domain.Power.Ipmi;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Tests.Ipmi;

/// <summary>Sensor records as octets, event log and inventories: decoded as ipmitool 1.8.19 prints them.</summary>
public sealed class SensorTests
{
    private static readonly SdrRecord[] Records = [.. File.ReadLines(Conversation.PathOf("rich-bmc.emu")).Where(line => line.StartsWith("main_sdr_add", StringComparison.Ordinal))
        .Select(line => SdrRecord.Parse([.. line.Split(' ')[2..].Select(o => byte.Parse(o[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture))]))];

    private static SdrRecord.Sensor Sensor(string name) => Records.OfType<SdrRecord.Sensor>().Single(sensor => sensor.Name == name);

    private static SelView Event(string hex) => SelView.Of(SelRecord.Parse(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))),
        Records.OfType<SdrRecord.Sensor>().ToDictionary(sensor => sensor.Key, SdrRecord (sensor) => sensor));

    [Theory] // ipmitool sensor: value, unit, thresholds from lower non-recoverable to upper non-recoverable
    [InlineData("CPU temp", 41, 41, "degrees C", "0 2 5 90 95 100")]
    [InlineData("Fan 1", 5, 375, "RPM", "150 300 450")]
    [InlineData("12V", 190, 11.97, "Volts", "9.702 10.08 10.584 13.356 13.734 14.112")]
    [InlineData("Inlet", 0xfb, -5, "degrees C", "-20 -15 -10 45 50 60")]
    [InlineData("PSU power", 50, 25, "Watts", "")] // squared
    public void A_value_is_the_one_that_ipmitool_reads(string name, byte raw, double value, string unit, string thresholds)
    {
        var view = SensorView.Of(Sensor(name), new(raw, Unavailable: false, Scanning: true, 0));
        Assert.Equal((value, unit, Health.Ok), (view.Value, view.Unit, view.Health));
        string[] order = ["lowerNonRecoverable", "lowerCritical", "lowerNonCritical", "upperNonCritical", "upperCritical", "upperNonRecoverable"];
        Assert.Equal(thresholds, string.Join(' ', order.Where(view.Thresholds.ContainsKey).Select(t => view.Thresholds[t].ToString(CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData(0x00, Health.Ok, "CPU temp: 41 degrees C")]
    [InlineData(0x08, Health.Warning, "CPU temp: 41 degrees C, above upper non-critical")]
    [InlineData(0x18, Health.Critical, "CPU temp: 41 degrees C, above upper non-critical, above upper critical")]
    public void A_passed_threshold_is_said_and_weighed(ushort states, Health health, string words)
    {
        var view = SensorView.Of(Sensor("CPU temp"), new(41, false, true, states));
        Assert.Equal((health, words), (view.Health, view.ToString()));
    }

    [Fact]
    public void States_are_said_in_words()
    {
        var view = SensorView.Of(Sensor("PSU 1"), new(0, false, true, 0b1011));
        Assert.Equal((null, Health.Critical, "present|failure|input lost"), (view.Value, view.Health, string.Join('|', view.States)));
        Assert.Equal("chassis open", Assert.Single(SensorView.Of(Sensor("Lid"), new(0, false, true, 1)).States));
    }

    [Fact]
    public void A_sensor_that_cannot_be_read_has_no_value_and_no_health()
    {
        foreach (var reading in new SensorReading?[] { null, new(41, Unavailable: true, true, 0), new(41, false, Scanning: false, 0) })
            Assert.Equal((null, null, "CPU temp: not readable now"), (SensorView.Of(Sensor("CPU temp"), reading).Value, SensorView.Of(Sensor("CPU temp"), reading).Health, SensorView.Of(Sensor("CPU temp"), reading).ToString()));
    }

    [Theory]
    [InlineData(Linearization.Ln, 2.70805)]
    [InlineData(Linearization.Log10, 1.17609)]
    [InlineData(Linearization.Log2, 3.90689)]
    [InlineData(Linearization.Reciprocal, 0.0666667)]
    [InlineData(Linearization.Square, 225)]
    [InlineData(Linearization.Cube, 3375)]
    [InlineData(Linearization.SquareRoot, 3.87298)]
    [InlineData(Linearization.CubeRoot, 2.46621)]
    public void Each_linearization_is_the_function_of_its_name(Linearization function, double value) =>
        Assert.Equal(value, new AnalogSensor(AnalogFormat.Unsigned, function, new(3, 0, 0, 0), 0, new byte[6]).ValueOf(5), 0.00001 * value);

    [Fact]
    public void Factors_are_signed()
    {
        Assert.Equal(new SensorFactors(-1, -512, -8, 7), SensorFactors.Parse([0xff, 0xc0, 0x00, 0x80, 0x00, 0x78]));
        Assert.Equal(-5, new AnalogSensor(AnalogFormat.OnesComplement, Linearization.Linear, new(1, 0, 0, 0), 0, new byte[6]).ValueOf(0xfa));
    }

    [Fact]
    public void A_record_that_is_cut_short_names_the_field() =>
        Assert.Contains("factors", Assert.Throws<WireException>(() => SdrRecord.Parse(Convert.FromHexString("0100510119200001030 17f680101957a957a3f3f0001000001".Replace(" ", "", StringComparison.Ordinal)))).Message, StringComparison.Ordinal);

    [Theory] // the words that ipmitool has for the same entries stand behind them
    [InlineData("0100 02 00105f65 2000 04 01 01 01 595f5f", "CPU temp (temperature): upper critical going high, read 95 degrees C, threshold 95 degrees C", Health.Critical)]
    [InlineData("0200 02 10105f65 2000 04 08 06 6f 01ffff", "PSU 1 (power supply): failure", Health.Critical)]
    [InlineData("0300 02 20105f65 2000 04 08 06 ef 01ffff", "PSU 1 (power supply): failure is over", Health.Ok)]
    [InlineData("0400 02 30105f65 4100 04 12 00 6f 00ffff", "sensor 0x00 (system event) by software 0x20: system reconfigured", Health.Ok)]
    [InlineData("0500 c1 40105f65 0b0000 010203040506", "OEM record 0xc1 of manufacturer 11: 010203040506", Health.Ok)]
    [InlineData("0600 e2 0102030405060708090a0b0c0d", "OEM record 0xe2: 0102030405060708090a0b0c0d", Health.Ok)]
    [InlineData("0700 02 30105f65 2000 04 0c 99 6f a10102", "sensor 0x99 (memory): uncorrectable ECC error (data 01 02)", Health.Critical)]
    public void An_event_is_a_sentence(string record, string sentence, Health health)
    {
        var view = Event(record);
        Assert.Equal((sentence, health), (view.Text, view.Health));
    }

    [Fact]
    public void An_events_time_is_the_BMCs_and_none_before_it_was_set()
    {
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(0x655f1000), Event("0100 02 00105f65 2000 04 01 01 01 595f5f").At);
        Assert.Null(Event("0100 02 6f3b0000 2000 04 01 01 01 595f5f").At);
        Assert.Null(Event("0100 02 ffffffff 2000 04 01 01 01 595f5f").At);
    }

    [Fact]
    public void An_inventory_is_the_one_that_ipmitool_reads()
    {
        var fru = FruInventory.Parse(File.ReadAllBytes(Conversation.PathOf("proliant.fru")));
        Assert.Empty(fru.Faults);
        Assert.Equal((23, "CH-PART-1", "CZJ0000001"), (fru.Chassis!.Type, fru.Chassis.PartNumber, fru.Chassis.Serial));
        Assert.Equal(new DateTimeOffset(2016, 1, 1, 0, 0, 0, TimeSpan.Zero), fru.Board!.Made);
        Assert.Equal(("HP", "ProLiant DL360 G7", "BRD123", "579237-B21", "extra one"), (fru.Board.Manufacturer, fru.Board.Product, fru.Board.Serial, fru.Board.PartNumber, Assert.Single(fru.Board.Extra)));
        Assert.Equal(("HP", "ProLiant DL360 G7", "v2", "CZJ0000001", "rack-7"), (fru.Product!.Manufacturer, fru.Product.Name, fru.Product.Version, fru.Product.Serial, fru.Product.AssetTag));
        Assert.StartsWith("A8", fru.Product.PartNumber, StringComparison.Ordinal); // six-bit ASCII
    }

    [Fact]
    public void A_broken_area_is_a_fault_and_the_others_are_read()
    {
        byte[] octets = File.ReadAllBytes(Conversation.PathOf("proliant.fru"));
        octets[octets[3] * 8 + 1] = 0xff;
        var fru = FruInventory.Parse(octets);
        Assert.NotNull(fru.Chassis);
        Assert.Null(fru.Board);
        Assert.Contains("an area of 2040 octets", Assert.Single(fru.Faults), StringComparison.Ordinal);
        Assert.Contains("checksum", Assert.Throws<WireException>(() => FruInventory.Parse(new byte[] { 1, 0, 1, 0, 0, 0, 0, 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("format 15", Assert.Throws<WireException>(() => FruInventory.Parse(Enumerable.Repeat((byte)0xff, 64).ToArray())).Message, StringComparison.Ordinal);
    }
}
