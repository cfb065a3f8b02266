using System.Text;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;
using Provisioner.Tests.Fuzz;

namespace Provisioner.Tests.Power.Redfish;

/// <summary>Spoiled bodies through every reader: refused with a reason or read as what is left, never a crash.</summary>
public sealed class RedfishFuzzTests
{
    private static readonly string[] Seeds =
    [
        """{"@odata.id":"/redfish/v1/","RedfishVersion":"1.15.0","Systems":{"@odata.id":"/redfish/v1/Systems"},"Links":{"Sessions":{"@odata.id":"/redfish/v1/SessionService/Sessions"}},"ProtocolFeaturesSupported":{"ExpandQuery":{"NoLinks":true}},"Oem":{"Hpe":{"Manager":[{"ManagerType":"iLO 5"}]}}}""",
        """{"@odata.id":"/redfish/v1/Systems/1","@odata.etag":"W/\"12\"","Id":"1","UUID":"3CD5A1F0-0000-4000-8000-000000000001","PowerState":"On","Boot":{"BootSourceOverrideTarget":"None","BootSourceOverrideEnabled":"Disabled","BootSourceOverrideMode":"UEFI","HttpBootUri":null,"BootSourceOverrideTarget@Redfish.AllowableValues":["None","Pxe","Hdd","UefiHttp"]},"Actions":{"#ComputerSystem.Reset":{"target":"/redfish/v1/Systems/1/Actions/ComputerSystem.Reset","ResetType@Redfish.AllowableValues":["On","ForceOff","PushPowerButton"]}},"ProcessorSummary":{"Count":2,"Model":"x"},"MemorySummary":{"TotalSystemMemoryGiB":1e3},"Links":{"ManagedBy":[{"@odata.id":"/m"}]},"@Redfish.Settings":{"SettingsObject":{"@odata.id":"/s"}},"BootProgress":{"LastState":"OSRunning"},"HostCorrelation":{"HostMACAddress":["52:54:00:00:00:01"]}}""",
        """{"error":{"code":"Base.1.0.GeneralError","message":"See","@Message.ExtendedInfo":[{"MessageId":"Base.1.0.PropertyUnknown","Message":"The property \u0041 …","MessageArgs":["A",1],"RelatedProperties":["#/Boot/A"]}]}}""",
        """{"Id":"CD","MediaTypes":["CD","DVD"],"Inserted":false,"Image":null,"Actions":{"#VirtualMedia.InsertMedia":{"target":"/i"}},"Oem":{"Hp":{"Actions":{"#HpiLOVirtualMedia.EjectVirtualMedia":{"target":"/e"}}}}}""",
        """{"TaskState":"Running","TaskStatus":"OK","PercentComplete":"40","Messages":[{"MessageId":"a.b","Message":"c"}],"Parameters":[{"Name":"ResetType","AllowableValues":["On"]}],"Attributes":{"ServerBoot.1.FirstBootDevice":"VCD-DVD"},"Actions":{"Oem":{"x.ImportSystemConfiguration":{"target":"/i"}}}}""",
        """{"Status":{"State":"Enabled"},"TotalCores":16,"CapacityMiB":32768,"MACAddress":"52:54:00:AA:01:01","CapacityBytes":480103981056,"Version":"1.0","LinkStatus":"LinkUp","ProcessorType":"CPU"}""",
    ];

    [Fact]
    public void Every_reader_outlives_what_is_not_Redfish()
    {
        var mutator = new Mutator(266, [.. Seeds.Select(Encoding.UTF8.GetBytes)], most: 4096);
        int read = 0;
        int runs = Mutator.Runs(100_000);
        for (int run = 0; run < runs; run++)
        {
            byte[] body = mutator.Next().ToArray();
            _ = RedfishError.Of(400, body).InWords;
            if (!RedfishResource.TryParse(body, out var json, out string? why))
            {
                Assert.NotEmpty(why);
                continue;
            }
            read++;
            Read(json);
        }
        Assert.InRange(read, runs / 20, runs);
    }

    private static void Read(RedfishResource json)
    {
        _ = RedfishRoot.Of(json);
        var system = RedfishSystem.Of("/redfish/v1/Systems/1", json);
        Assert.True(system.Managers.Add(system.Settings ?? "/").All(p => RedfishPath.Of(p) == p), "a link that is no path");
        foreach (var device in Enum.GetValues<BootDevice>())
            if (BootOverridePlan.For(system.Boot, new(device, new("http://10.0.0.1/x")), uefi: true, RedfishQuirks.None) is BootOverridePlan.Write write) _ = write.Override.Judge(system.Boot);
        foreach (var order in Enum.GetValues<PowerAction>()) _ = system.Reset?.With(json).Choose(order, PowerState.On);
        _ = SystemChoice.Of([system, system], SystemWanted.Of(new Dictionary<string, string> { ["uuid"] = system.Uuid ?? "x" }), new Dictionary<string, System.Collections.Immutable.ImmutableArray<string>>());
        _ = RedfishTask.Of(json)?.InWords;
        var slot = VirtualMediaSlot.Of("/m", json);
        _ = (slot.IsFull, slot.IsCd, slot.InsertBodies(new("http://10.0.0.1/x.iso")));
        Assert.NotEmpty(EntityTags.For(json.Text("@odata.etag"), system.Serial));
        _ = (RedfishProcessor.Of(json), RedfishModule.Of(json), RedfishNic.Of(json), RedfishDrive.Of(json), RedfishFirmware.Of(json));
        _ = (DellProfile.ImportAt(json), DellProfile.AttributesAt("/m", json), DellProfile.IsSet(json), BootProgress.InWords(system.Progress ?? ""));
    }
}
