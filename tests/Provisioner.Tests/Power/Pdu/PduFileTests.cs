using Provisioner.Domain.Power.Pdu;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Power.Pdu;

/// <summary>Models of PDUs: the files of catalog/hardware/pdu, and what is wrong with others.</summary>
public sealed class PduFileTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "catalog", "hardware", "pdu");

    private static PduModels Shipped => new([.. Directory.GetFiles(Folder, "*.yaml").Select(f => PduFile.Read(Path.GetFileName(f), File.ReadAllText(f))).Select(f => f.Faults.IsEmpty ? f.Model! : throw new Xunit.Sdk.XunitException(string.Join('\n', f.Faults)))]);

    [Fact]
    public void What_is_shipped_is_sound()
    {
        var models = Shipped;
        Assert.Equal(["apc-masterswitch", "apc-rpdu", "apc-rpdu2", "eaton-epdu", "raritan-px2"], models.All.Select(m => m.Name));
        Assert.All(models.All, m => Assert.True(m.Source.Length > 20 && m.Vendor.Length > 0, m.Name));
    }

    [Theory]
    [InlineData("1.3.6.1.4.1.318.1.3.4.5", "apc-rpdu2 apc-rpdu apc-masterswitch")]
    [InlineData("1.3.6.1.4.1.534.6.6.7", "eaton-epdu")]
    [InlineData("1.3.6.1.4.1.13742.6", "raritan-px2")]
    [InlineData("1.3.6.1.4.1.8072.3.2.10", "")]
    public void A_PDU_is_known_by_what_it_says(string systemId, string models) => Assert.Equal(models, string.Join(' ', Shipped.For(Oid.Parse(systemId)).Select(m => m.Name)));

    [Theory]
    [InlineData("apc-rpdu", "3", "1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3", "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.3=1", "1.3.6.1.4.1.318.1.1.12.3.3.1.1.4.3=2")]
    [InlineData("apc-rpdu2", "3", "1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.3", "1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.3=1", "1.3.6.1.4.1.318.1.1.26.9.2.4.1.5.3=2")]
    [InlineData("apc-masterswitch", "3", "1.3.6.1.4.1.318.1.1.4.4.2.1.3.3", "1.3.6.1.4.1.318.1.1.4.4.2.1.3.3=1", "1.3.6.1.4.1.318.1.1.4.4.2.1.3.3=2")]
    [InlineData("eaton-epdu", "3", "1.3.6.1.4.1.534.6.6.7.6.6.1.2.0.3", "1.3.6.1.4.1.534.6.6.7.6.6.1.4.0.3=0", "1.3.6.1.4.1.534.6.6.7.6.6.1.3.0.3=0")]
    [InlineData("eaton-epdu", "2:3", "1.3.6.1.4.1.534.6.6.7.6.6.1.2.2.3", "1.3.6.1.4.1.534.6.6.7.6.6.1.4.2.3=0", "1.3.6.1.4.1.534.6.6.7.6.6.1.3.2.3=0")]
    [InlineData("raritan-px2", "3", "1.3.6.1.4.1.13742.6.4.1.2.1.3.1.3", "1.3.6.1.4.1.13742.6.4.1.2.1.2.1.3=1", "1.3.6.1.4.1.13742.6.4.1.2.1.2.1.3=0")]
    public void These_objects_are_read_and_written(string model, string outlet, string state, string on, string off)
    {
        var pdu = Shipped.Find(model)!;
        var which = Outlet.Read(outlet).Outlets[0];
        Assert.Equal(state, pdu.At(pdu.State, which).ToString());
        Assert.Equal(on, $"{pdu.At(pdu.SwitchOn.Object, which)}={pdu.SwitchOn.Value}");
        Assert.Equal(off, $"{pdu.At(pdu.SwitchOff.Object, which)}={pdu.SwitchOff.Value}");
    }

    [Fact]
    public void A_state_that_nobody_described_is_neither_on_nor_off()
    {
        var eaton = Shipped.Find("eaton-epdu")!;
        Assert.Equal(new bool?[] { false, true, true, false, null }, Enumerable.Range(0, 5).Select(v => eaton.IsOn(v)));
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_line_and_cure()
    {
        var file = PduFile.Read("hardware/pdu/sample.yaml", """
            pdu: other
            titel: A sample
            vendor: Somebody
            system-ids: [1.3.6.1.4.1, x]
            order: 5000
            state: {object: 1.3.6.1.4.1.9, on: [one], off: []}
            switch-on: {object: "1.3.6.1.4.1.9.{outlet}"}
            switch-off: {object: "1.3.6.{socket}", value: 2}
            source: nobody
            """);
        Assert.Null(file.Model);
        Assert.Equal(
        [
            "hardware/pdu/sample.yaml:1: the PDU is called \"other\" and its file \"sample\": give both the same name",
            "hardware/pdu/sample.yaml:1: a PDU has no title: add title: …",
            "hardware/pdu/sample.yaml:2: unknown key \"titel\" in a PDU: did you mean \"title\"?",
            "hardware/pdu/sample.yaml:4: the system id \"1.3.6.1.4.1\" names no maker: write what sysObjectID begins with, such as 1.3.6.1.4.1.318",
            "hardware/pdu/sample.yaml:4: the system id \"x\" names no maker: write what sysObjectID begins with, such as 1.3.6.1.4.1.318",
            "hardware/pdu/sample.yaml:5: order of a PDU is \"5000\": a number from 0 to 1000",
            "hardware/pdu/sample.yaml:6: \"one\" of on is no whole number: write the INTEGER of the MIB",
            "hardware/pdu/sample.yaml:6: \"1.3.6.1.4.1.9\" is no object of an outlet: numbers with points, and {outlet} where the outlet's number stands: 1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.{outlet}",
            "hardware/pdu/sample.yaml:7: switch-on has no value: add value: …",
            "hardware/pdu/sample.yaml:8: \"1.3.6.{socket}\" is no object of an outlet: numbers with points, and {outlet} where the outlet's number stands: 1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.{outlet}",
        ], file.Faults.Select(f => f.ToString()));
    }
}
