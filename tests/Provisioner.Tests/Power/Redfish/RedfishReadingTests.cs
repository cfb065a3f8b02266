using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Tests.Power.Redfish;

public sealed class RedfishReadingTests
{
    private static RedfishResource Json(string text) => RedfishResetTests.Json(text);

    private static RedfishError Error(int status, string body) => RedfishError.Of(status, Encoding.UTF8.GetBytes(body));

    [Fact]
    public void Numbers_as_strings_and_nulls_are_read_for_what_they_are()
    {
        var json = Json("""{"A":"12","B":null,"C":1e999,"D":" x\u0007y ","E":[1,"b",{}],"F":"true"}""");
        Assert.Equal((12, null, null, "xy", true), (json.Whole("A"), json.Text("B"), json.Number("C"), json.Text("D"), json.Flag("F")));
        Assert.Equal<string?>(["1", "b"], json.Texts("E"));
        Assert.True(json.Has("B"));
        Assert.False(json.Has("Z"));
    }

    [Theory]
    [InlineData("", "no whole JSON (0 bytes")]
    [InlineData("""{"PowerState":"O""", "no whole JSON (16 bytes")]
    [InlineData("[]", "a JSON array where an object was expected")]
    [InlineData("<html>", "no whole JSON")]
    public void What_is_no_object_is_named(string text, string why)
    {
        Assert.False(RedfishResource.TryParse(Encoding.UTF8.GetBytes(text), out _, out string? said));
        Assert.Contains(why, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_in_objects_without_end_are_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100);
        Assert.False(RedfishResource.TryParse(Encoding.UTF8.GetBytes(deep), out _, out _));
    }

    [Fact]
    public void A_text_with_half_a_character_is_none() =>
        Assert.Null(Json("""{"A":"\ud800"}""").Text("A"));

    [Theory]
    [InlineData("On", PowerState.On)]
    [InlineData("PoweringOff", PowerState.On)]
    [InlineData("Paused", PowerState.On)]
    [InlineData("Off", PowerState.Off)]
    [InlineData("PoweringOn", PowerState.Off)]
    [InlineData("Unknown", null)]
    [InlineData("", null)]
    public void A_machine_on_its_way_is_where_it_was(string word, PowerState? state) =>
        Assert.Equal(state, RedfishSystem.Of("/s", Json($$"""{"PowerState":"{{word}}"}""")).Power);

    [Fact]
    public void An_iLO_4_is_read_with_its_old_names()
    {
        var system = RedfishSystem.Of("/rest/v1/Systems/1", Json("""
            {"Name":"Computer System","Power":"On","Bios":{"Current":{"VersionString":"P71"}},"Memory":{"TotalSystemMemoryGB":64},"UUID":"30343536-3132-5A43-3239-33303452344B",
             "HostCorrelation":{"HostMACAddress":["9C:8E:99:00:11:22"]},"Oem":{"Hp":{"PostState":"InPost"}},"links":{"ManagedBy":[{"href":"/rest/v1/Managers/1"}]},
             "Boot":{"BootSourceOverrideTarget":"None","BootSourceOverrideSupported":["None","Pxe"]}}
            """));
        Assert.Equal(("1", PowerState.On, "P71", 64L << 30, "InPost"), (system.Id, system.Power, system.Bios, system.Memory, system.Progress));
        Assert.Equal<string?>(["9c:8e:99:00:11:22"], system.HostMacs);
        Assert.Equal<string?>(["/rest/v1/Managers/1"], system.Managers);
        Assert.Equal<string?>(["None", "Pxe"], system.Boot.Targets);
        Assert.False(system.Boot.HasMode);
    }

    [Fact]
    public void A_refusal_is_one_sentence()
    {
        Assert.Equal("The property Foo is not in the list (HTTP 400)", Error(400, """{"error":{"code":"Base.1.0.GeneralError","message":"See","@Message.ExtendedInfo":[{"MessageId":"Base.1.0.PropertyUnknown","Message":"The property Foo is not in the list."}]}}""").InWords);
        Assert.Equal("ResourceMissing (1) (HTTP 404)", Error(404, """{"Messages":[{"MessageID":"Base.0.10.ResourceMissing","MessageArgs":["1"]}]}""").InWords);
        Assert.Equal("just words (HTTP 500)", Error(500, """{"error":{"code":"x","message":"just words"}}""").InWords);
        Assert.Equal("HTTP 428 (it wants an If-Match)", Error(428, "<html>").InWords);
        Assert.InRange(Error(400, "{\"error\":{\"message\":\"" + new string('x', 5000) + "\"}}").InWords.Length, 100, 320);
    }

    [Fact]
    public void A_refusal_says_whose_problem_it_is()
    {
        Assert.Equal(PowerFailure.Credentials, Error(401, "").Failure);
        Assert.Equal(PowerFailure.NotNow, Error(503, "").Failure);
        Assert.Equal(PowerFailure.NotNow, Error(400, """{"error":{"@Message.ExtendedInfo":[{"MessageId":"iLO.2.8.InvalidOperationForSystemState"}]}}""").Failure);
        Assert.Equal(PowerFailure.NotNow, Error(400, """{"error":{"@Message.ExtendedInfo":[{"MessageId":"IDRAC.1.6.PSU501","Message":"Server is already powered OFF."}]}}""").Failure);
        Assert.Equal(PowerFailure.Credentials, Error(403, """{"error":{"@Message.ExtendedInfo":[{"MessageId":"Base.1.8.PasswordChangeRequired"}]}}""").Failure);
        Assert.Equal(PowerFailure.Refused, Error(403, "").Failure);
        Assert.True(Error(400, """{"error":{"@Message.ExtendedInfo":[{"MessageId":"IDRAC.2.3.RAC0218","Message":"The maximum number of user sessions is reached."}]}}""").IsSessionLimit);
    }

    [Fact]
    public void A_task_says_how_it_ended()
    {
        Assert.False(RedfishTask.Of(Json("""{"TaskState":"Running","PercentComplete":40}"""))!.IsOver);
        Assert.Equal("its task is Running at 40 %", RedfishTask.Of(Json("""{"TaskState":"Running","PercentComplete":40}"""))!.InWords);
        Assert.True(RedfishTask.Of(Json("""{"TaskState":"Completed","TaskStatus":"OK"}""")) is { IsOver: true, IsFailed: false });
        Assert.True(RedfishTask.Of(Json("""{"TaskState":"Completed","TaskStatus":"Critical"}""")) is { IsOver: true, IsFailed: true });
        Assert.True(RedfishTask.Of(Json("""{"JobState":"Failed"}""")) is { IsFailed: true });
        Assert.Null(RedfishTask.Of(Json("""{"Name":"no task"}""")));
    }

    [Fact]
    public void The_drive_for_an_image_is_an_empty_one_for_CDs()
    {
        VirtualMediaSlot Slot(string json) => VirtualMediaSlot.Of("/m/" + json.Length, Json(json));
        var floppy = Slot("""{"MediaTypes":["Floppy","USBStick"]}""");
        var full = Slot("""{"MediaTypes":["CD"],"Inserted":true,"Image":"http://x/a.iso"}""");
        var empty = Slot("""{"MediaTypes":["CD","DVD"],"Inserted":false}""");
        Assert.Equal(empty, VirtualMediaSlot.Choose([floppy, full, empty]));
        Assert.Equal(full, VirtualMediaSlot.Choose([floppy, full]));
        Assert.Null(VirtualMediaSlot.Choose([floppy]));
        Assert.True(Slot("""{"Image":"http://x/a.iso"}""").IsFull);
    }

    [Fact]
    public void The_actions_of_an_iLO_4_are_found_in_its_extension()
    {
        var slot = VirtualMediaSlot.Of("/m", Json("""{"Oem":{"Hp":{"Actions":{"#HpiLOVirtualMedia.InsertVirtualMedia":{"target":"/i"},"#HpiLOVirtualMedia.EjectVirtualMedia":{"target":"/e"}}}}}"""));
        Assert.Equal(("/i", "/e"), (slot.InsertAt, slot.EjectAt));
    }

    [Fact]
    public void Tags_are_tried_as_they_came_then_mended_then_not_at_all()
    {
        Assert.Equal<string?>(["W/\"1\"", "\"1\"", null], EntityTags.For("W/\"1\"", "W/\"1\""));
        Assert.Equal<string?>(["\"2\"", "\"3\"", null], EntityTags.For("\"\"2\"\"", "\"3\""));
        Assert.Equal<string?>(["\"4\"", null], EntityTags.For("4", null));
        Assert.Equal<string?>([null, "*"], EntityTags.For(null, null));
        Assert.Equal<string?>([null, "*"], EntityTags.For("\"a\r\nb\"", "\"\""));
    }

    [Fact]
    public void Fingerprints_are_the_same_however_they_are_written()
    {
        string pin = CertificatePin.Of([.. Enumerable.Range(0, 32).Select(i => (byte)(i * 8))]);
        Assert.StartsWith("00:08:10:", pin, StringComparison.Ordinal);
        Assert.True(CertificatePin.AreSame(pin, "sha256:" + pin.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant()));
        Assert.True(CertificatePin.IsOne(pin));
        Assert.False(CertificatePin.IsOne("AB:CD"));
        Assert.False(CertificatePin.AreSame("", ""));
    }

    [Fact]
    public void An_empty_socket_bay_or_slot_is_no_part()
    {
        Assert.Null(RedfishProcessor.Of(Json("""{"Status":{"State":"Absent"}}""")));
        Assert.Null(RedfishProcessor.Of(Json("""{"ProcessorType":"GPU"}""")));
        Assert.Null(RedfishModule.Of(Json("""{"CapacityMiB":0}""")));
        Assert.Null(RedfishNic.Of(Json("""{"MACAddress":"00:00:00:00:00:00"}""")));
        Assert.Null(RedfishNic.Of(Json("""{"MACAddress":""}""")));
        Assert.Equal("52:54:00:aa:01:01", RedfishNic.Of(Json("""{"PermanentMACAddress":"52-54-00-AA-01-01","MACAddress":"52:54:00:ff:ff:ff"}"""))!.Mac);
        Assert.Equal(4000787030016, RedfishDrive.Of(Json("""{"CapacityBytes":"4000787030016"}"""))!.Bytes);
        Assert.Equal(16L << 30, RedfishModule.Of(Json("""{"SizeMB":16384,"DIMMStatus":"GoodInUse"}"""))!.Bytes);
    }

    [Fact]
    public void A_service_root_is_known_by_what_it_leads_to()
    {
        Assert.Null(RedfishRoot.Of(Json("""{"hello":"world"}""")));
        var root = RedfishRoot.Of(Json("""{"Systems":{"@odata.id":"/redfish/v1/Systems/"},"Links":{"Sessions":{"@odata.id":"/redfish/v1/SessionService/Sessions/"}},"Oem":{"Hp":{"Manager":[{"ManagerType":"iLO 4"}]}}}"""))!;
        Assert.Equal(("/redfish/v1/Systems/", "/redfish/v1/SessionService/Sessions/", "HPE", "iLO 4"), (root.Systems, root.Sessions, root.Vendor, root.Product));
        Assert.Equal("/redfish/v1/SessionService/Sessions", RedfishRoot.Of(Json("""{"RedfishVersion":"1.0.0","SessionService":{"@odata.id":"/redfish/v1/SessionService"}}"""))!.Sessions);
    }

    [Fact]
    public void A_dell_profile_is_the_one_that_is_published()
    {
        Assert.Contains("<Attribute Name=\"ServerBoot.1#FirstBootDevice\">VCD-DVD</Attribute>", DellProfile.BootVirtualCdOnce.ImportBuffer, StringComparison.Ordinal);
        Assert.Equal("/x", DellProfile.ImportAt(Json("""{"Actions":{"Oem":{"OemManager.v1_1_0#OemManager.ImportSystemConfiguration":{"target":"/x"}}}}""")));
        Assert.True(DellProfile.IsSet(Json("""{"Attributes":{"ServerBoot.1.FirstBootDevice":"VCD-DVD"}}""")));
        Assert.Null(DellProfile.IsSet(Json("""{"Attributes":{}}""")));
    }

    [Fact]
    public void The_start_is_told_in_words()
    {
        Assert.Equal("memory is set up", BootProgress.InWords("MemoryInitializationStarted"));
        Assert.Null(BootProgress.InWords("None"));
        Assert.Equal("the controller says OEM", BootProgress.InWords("OEM"));
    }
}
