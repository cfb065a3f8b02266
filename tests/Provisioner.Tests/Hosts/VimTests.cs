using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire;
using Provisioner.Wire.Vim;

namespace Provisioner.Tests.Hosts;

/// <summary>The vSphere API's messages.</summary>
public sealed class VimTests
{
    private static byte[] Envelope(string body) => Encoding.UTF8.GetBytes(
        $"<soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xsd='http://www.w3.org/2001/XMLSchema'><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>");

    private static XElement Answer(string body) => VimReply.Parse(Envelope(body)).Answer!;

    private const string Machine = """
        <RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><token>7</token><objects><obj type='VirtualMachine'>vm-42</obj>
          <propSet><name>config.bootOptions</name><val xsi:type='VirtualMachineBootOptions'><bootDelay>0</bootDelay>
            <bootOrder xsi:type='VirtualMachineBootOptionsBootableDiskDevice'><deviceKey>2000</deviceKey></bootOrder><bootOrder xsi:type='VirtualMachineBootOptionsBootableCdromDevice'/></val></propSet>
          <propSet><name>config.firmware</name><val xsi:type='xsd:string'>efi</val></propSet>
          <propSet><name>config.hardware.device</name><val xsi:type='ArrayOfVirtualDevice'>
            <VirtualDevice xsi:type='VirtualDisk'><key>2000</key></VirtualDevice>
            <VirtualDevice xsi:type='VirtualVmxnet3'><key>4000</key><macAddress>00:50:56:AA:00:01</macAddress></VirtualDevice>
            <VirtualDevice xsi:type='VirtualE1000'><key>4001</key><macAddress>00:50:56:aa:00:02</macAddress></VirtualDevice></val></propSet>
          <propSet><name>config.instanceUuid</name><val xsi:type='xsd:string'>5012AAAA-0000-0000-0000-000000000001</val></propSet>
          <propSet><name>config.uuid</name><val xsi:type='xsd:string'>564d1234-aaaa-bbbb-cccc-0123456789ab</val></propSet>
          <propSet><name>name</name><val xsi:type='xsd:string'>a%2fb</val></propSet>
          <propSet><name>runtime.bootTime</name><val xsi:type='xsd:dateTime'>2026-01-01T00:00:00Z</val></propSet>
          <propSet><name>runtime.powerState</name><val xsi:type='VirtualMachinePowerState'>poweredOn</val></propSet>
        </objects></returnval></RetrievePropertiesExResponse>
        """;

    private static VimObject Vm => VimReply.Page(Answer(Machine)).Objects.Single();

    [Fact]
    public void A_page_has_machines_and_the_token_of_the_next()
    {
        var (objects, token) = VimReply.Page(Answer(Machine));
        Assert.Equal("7", token);
        Assert.Equal(new VirtualMachine("5012aaaa-0000-0000-0000-000000000001", "a/b")
        {
            Uuid = "564d1234-aaaa-bbbb-cccc-0123456789ab",
            Macs = ["00:50:56:aa:00:01", "00:50:56:aa:00:02"],
            Firmware = "uefi",
            Power = PowerState.On,
            Run = "2026-01-01T00:00:00Z",
        }, VsphereMachine.Read(Assert.Single(objects)));
        var (none, last) = VimReply.Page(Answer("<RetrievePropertiesExResponse xmlns='urn:vim25'/>"));
        Assert.Empty(none);
        Assert.Null(last);
    }

    [Theory]
    [InlineData(BootDevice.Pxe, "", "network:4000 disk:2000 cdrom")]
    [InlineData(BootDevice.Pxe, "00:50:56:aa:00:02", "network:4001 disk:2000 cdrom")]
    [InlineData(BootDevice.Disk, "", "disk:2000 cdrom")]
    public void Network_or_disk_comes_first(BootDevice device, string mac, string wanted)
    {
        var (order, fault) = VsphereBootOrder.With(Vm, device, mac);
        Assert.Equal((wanted, null, device), (order, fault, VsphereBootOrder.First(order!)));
    }

    [Fact]
    public void A_boot_order_is_written_as_the_schema_has_it_and_read_again()
    {
        string sent = Encoding.UTF8.GetString(VimRequest.SetBootOrder(new("VirtualMachine", "vm-42"), ["network:4000", "cdrom"]));
        Assert.Contains("<ReconfigVM_Task xmlns=\"urn:vim25\"><_this type=\"VirtualMachine\">vm-42</_this><spec><bootOptions>"
            + "<bootOrder xsi:type=\"VirtualMachineBootOptionsBootableEthernetDevice\"><deviceKey>4000</deviceKey></bootOrder><bootOrder xsi:type=\"VirtualMachineBootOptionsBootableCdromDevice\" />", sent, StringComparison.Ordinal);
        Assert.Contains("<bootOrder xsi:type=\"VirtualMachineBootOptionsBootableDevice\" />", Encoding.UTF8.GetString(VimRequest.SetBootOrder(new("VirtualMachine", "vm-42"), [])), StringComparison.Ordinal);
        Assert.Equal("disk:2000 cdrom", VsphereBootOrder.Read(Vm));
        Assert.Equal("", VsphereBootOrder.Read(new VimObject(new("VirtualMachine", "x"), ImmutableDictionary<string, XElement>.Empty)));
    }

    [Fact]
    public void A_password_is_escaped() => Assert.Contains("<password>&lt;a&gt;&amp;b</password>", Encoding.UTF8.GetString(VimRequest.Login(new("SessionManager", "s"), "root", "<a>&b")), StringComparison.Ordinal);

    [Fact]
    public void Updates_enter_change_and_leave()
    {
        var (version, more, updates) = VimReply.Updates(Answer("""
            <WaitForUpdatesExResponse xmlns='urn:vim25'><returnval><version>3</version><filterSet><filter type='PropertyFilter'>f</filter>
              <objectSet><kind>modify</kind><obj type='VirtualMachine'>vm-1</obj><changeSet><name>name</name><op>assign</op><val xsi:type='xsd:string'>x</val></changeSet><changeSet><name>runtime.bootTime</name><op>remove</op></changeSet></objectSet>
              <objectSet><kind>leave</kind><obj type='VirtualMachine'>vm-2</obj></objectSet></filterSet><truncated>true</truncated></returnval></WaitForUpdatesExResponse>
            """))!.Value;
        Assert.Equal(("3", true, 2), (version, more, updates.Length));
        Assert.Equal(("vm-1", false, "x", null), (updates[0].Ref.Value, updates[0].Left, updates[0].Changes[0].Value!.Value, updates[0].Changes[1].Value?.Value));
        Assert.True(updates[1].Left);
        Assert.Null(VimReply.Updates(Answer("<WaitForUpdatesExResponse xmlns='urn:vim25'/>")));
    }

    [Theory]
    [InlineData("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>Cannot complete login</faultstring><detail><InvalidLoginFault xmlns='urn:vim25' xsi:type='InvalidLogin'/></detail></soapenv:Fault>", "InvalidLogin", "Cannot complete login")]
    [InlineData("<soapenv:Fault><faultcode>x</faultcode><faultstring>no</faultstring><detail><NotAuthenticatedFault xmlns='urn:vim25'/></detail></soapenv:Fault>", "NotAuthenticated", "no")]
    [InlineData("<soapenv:Fault/>", "", "")]
    public void A_fault_has_its_name_and_words(string body, string type, string text) => Assert.Equal(new VimFault(type, text), VimReply.Parse(Envelope(body)).Fault);

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>Not here</body></html>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>")]
    [InlineData("<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'/>")]
    [InlineData("<a><b></a></b>")]
    public void What_is_no_SOAP_is_refused(string text) => Assert.Throws<WireException>(() => VimReply.Parse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Too_much_is_refused() => Assert.Throws<WireException>(() => VimReply.Parse(new byte[VimReply.MostBytes + 1]));

    [Fact]
    public void Templates_and_machines_without_a_configuration_are_left_out()
    {
        Assert.Null(VsphereMachine.Read(new(new("VirtualMachine", "x"), ImmutableDictionary<string, XElement>.Empty)));
        Assert.Null(VsphereMachine.Read(Vm with { Properties = Vm.Properties.SetItem("config.template", new XElement("val", "true")) }));
    }
}
