using System.Text.Json.Nodes;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>The resources of the service, as JSON: names by DSP0266 and DSP0268.</summary>
internal sealed class ServiceResources(ServiceFace face, IReadOnlyList<ServiceMachine> machines)
{
    public const string Root = "/redfish/v1";

    public string Slash => face.SlashRedirect ? "/" : "";
    public string SystemPath(ServiceMachine machine) => $"{Root}/Systems/{machine.Id}{Slash}";
    public string ManagerPath => $"{Root}/Managers/{face.ManagerId}{Slash}";
    public string MediaPath(ServiceMachine machine) => face.MediaUnderManager ? $"{ManagerPath.TrimEnd('/')}/VirtualMedia" : $"{SystemPath(machine).TrimEnd('/')}/VirtualMedia";

    /// <summary>The resource at a path without its last slash, or null.</summary>
    public JsonObject? At(string path)
    {
        if (path == Root) return RootResource();
        if (path == $"{Root}/Systems") return Collection("#ComputerSystemCollection.ComputerSystemCollection", path, machines.Select(SystemPath));
        if (path == $"{Root}/Managers") return Collection("#ManagerCollection.ManagerCollection", path, [ManagerPath]);
        if (path == ManagerPath.TrimEnd('/')) return Manager();
        if (path == $"{ManagerPath.TrimEnd('/')}/Attributes" && face.DellImport) return Resource("#DellAttributes.v1_0_0.DellAttributes", path, new() { ["Attributes"] = new JsonObject { ["ServerBoot.1.FirstBootDevice"] = machines[0].DellDevice ?? "Normal", ["ServerBoot.1.BootOnce"] = machines[0].DellDevice is null ? "Disabled" : "Enabled" } });
        if (path == $"{Root}/SessionService") return Resource("#SessionService.v1_1_8.SessionService", path, new() { ["ServiceEnabled"] = true, ["SessionTimeout"] = 300, ["Sessions"] = Link($"{Root}/SessionService/Sessions{Slash}") });
        if (path == $"{Root}/JsonSchemas") return Collection("#JsonSchemaFileCollection.JsonSchemaFileCollection", path, []);
        if (path == $"{Root}/Registries") return Collection("#MessageRegistryFileCollection.MessageRegistryFileCollection", path, []);
        if (path == $"{Root}/UpdateService") return Resource("#UpdateService.v1_11_0.UpdateService", path, new() { ["FirmwareInventory"] = Link($"{path}/FirmwareInventory") });
        if (path == $"{Root}/UpdateService/FirmwareInventory") return Collection("#SoftwareInventoryCollection.SoftwareInventoryCollection", path, [$"{path}/BMC", $"{path}/BIOS"]);
        if (path.StartsWith($"{Root}/UpdateService/FirmwareInventory/", StringComparison.Ordinal)) return Firmware(path);
        foreach (var machine in machines)
            if (path.StartsWith(SystemPath(machine).TrimEnd('/'), StringComparison.Ordinal) && OfMachine(machine, path) is { } found) return found;
        return face.MediaUnderManager ? OfMedia(machines[0], path) : null;
    }

    private JsonObject? OfMachine(ServiceMachine machine, string path)
    {
        string its = SystemPath(machine).TrimEnd('/');
        string part = path[its.Length..];
        return part switch
        {
            "" => System(machine),
            "/Settings" when face.BootInSettings => Resource("#ComputerSystem.v1_20_0.ComputerSystem", path, new() { ["Boot"] = Boot(machine) }),
            "/ResetActionInfo" when face.ResetsInActionInfo => Resource("#ActionInfo.v1_3_0.ActionInfo", path, new() { ["Parameters"] = new JsonArray(new JsonObject { ["Name"] = "ResetType", ["Required"] = true, ["DataType"] = "String", ["AllowableValues"] = Strings(face.Resets) }) }),
            "/EthernetInterfaces" when !face.MacsInSystem => Collection("#EthernetInterfaceCollection.EthernetInterfaceCollection", path, machine.Macs.Select((_, i) => $"{path}/{i + 1}")),
            "/EthernetInterfaces/1" or "/EthernetInterfaces/2" when !face.MacsInSystem => Resource("#EthernetInterface.v1_9_0.EthernetInterface", path, new() { ["Status"] = new JsonObject { ["State"] = "Enabled", ["Health"] = "OK" }, ["MACAddress"] = machine.Macs[part[^1] - '1'].ToUpperInvariant(), ["SpeedMbps"] = 10000, ["LinkStatus"] = part.EndsWith('1') ? "LinkUp" : "LinkDown" }),
            "/Processors" => Collection("#ProcessorCollection.ProcessorCollection", path, [$"{path}/CPU1", $"{path}/CPU2", $"{path}/CPU3"]),
            "/Processors/CPU1" or "/Processors/CPU2" => Resource("#Processor.v1_18_0.Processor", path, new() { ["ProcessorType"] = "CPU", ["Model"] = "Xeon 4314", ["TotalCores"] = 16, ["TotalThreads"] = 32, ["MaxSpeedMHz"] = 3400 }),
            "/Processors/CPU3" => Resource("#Processor.v1_18_0.Processor", path, new() { ["Status"] = new JsonObject { ["State"] = "Absent" } }),
            "/Memory" => Collection("#MemoryCollection.MemoryCollection", path, [$"{path}/DIMM1", $"{path}/DIMM2"]),
            "/Memory/DIMM1" => Resource("#Memory.v1_17_0.Memory", path, new() { ["CapacityMiB"] = 32768, ["MemoryDeviceType"] = "DDR4", ["OperatingSpeedMhz"] = 3200, ["Manufacturer"] = "Samsung", ["PartNumber"] = "M393", ["SerialNumber"] = "0001" }),
            "/Memory/DIMM2" => Resource("#Memory.v1_17_0.Memory", path, new() { ["CapacityMiB"] = null, ["Status"] = new JsonObject { ["State"] = "Absent" } }),
            "/Storage" => Collection("#StorageCollection.StorageCollection", path, [$"{path}/RAID"]),
            "/Storage/RAID" => Resource("#Storage.v1_15_0.Storage", path, new() { ["Drives"] = new JsonArray(Link($"{path}/Drives/0"), Link($"{path}/Drives/1")) }),
            "/Storage/RAID/Drives/0" => Resource("#Drive.v1_17_0.Drive", path, new() { ["Model"] = "MZ7LH480", ["SerialNumber"] = "S45P", ["CapacityBytes"] = 480103981056, ["MediaType"] = "SSD", ["Protocol"] = "SATA", ["Revision"] = "HXT7" }),
            "/Storage/RAID/Drives/1" => Resource("#Drive.v1_17_0.Drive", path, new() { ["Model"] = "ST4000", ["CapacityBytes"] = "4000787030016", ["MediaType"] = "HDD", ["Status"] = new JsonObject { ["Health"] = "Warning" } }),
            _ => face.MediaUnderManager ? null : OfMedia(machine, path),
        };
    }

    private JsonObject RootResource() => Resource("#ServiceRoot.v1_15_0.ServiceRoot", $"{Root}/", new()
    {
        ["RedfishVersion"] = "1.15.0",
        ["UUID"] = "92384634-2938-2342-8820-489239905423",
        ["Systems"] = Link($"{Root}/Systems{Slash}"),
        ["Managers"] = Link($"{Root}/Managers{Slash}"),
        ["SessionService"] = Link($"{Root}/SessionService{Slash}"),
        ["UpdateService"] = Link($"{Root}/UpdateService"),
        ["JsonSchemas"] = Link($"{Root}/JsonSchemas{Slash}"),
        ["Registries"] = Link($"{Root}/Registries{Slash}"),
        ["Links"] = new JsonObject { ["Sessions"] = Link($"{Root}/SessionService/Sessions{Slash}") },
        ["ProtocolFeaturesSupported"] = new JsonObject { ["ExpandQuery"] = new JsonObject { ["NoLinks"] = face.CanExpand } },
        ["Oem"] = face.Oem is null ? null : new JsonObject { [face.Oem] = face.Oem is "Hp" or "Hpe" ? new JsonObject { ["Manager"] = new JsonArray(new JsonObject { ["ManagerType"] = face.ControllerModel, ["ManagerFirmwareVersion"] = face.Firmware[^4..] }) } : new JsonObject() },
    });

    private JsonObject System(ServiceMachine machine)
    {
        string path = SystemPath(machine), its = path.TrimEnd('/');
        var reset = new JsonObject { ["target"] = $"{its}/Actions/ComputerSystem.Reset{Slash}" };
        if (face.ResetsInActionInfo) reset["@Redfish.ActionInfo"] = $"{its}/ResetActionInfo";
        else reset["ResetType@Redfish.AllowableValues"] = Strings(face.Resets);
        var system = Resource("#ComputerSystem.v1_20_0.ComputerSystem", path, new()
        {
            ["SystemType"] = "Physical",
            ["Manufacturer"] = face.Manufacturer,
            ["Model"] = face.Model,
            ["SerialNumber"] = machine.Serial,
            ["UUID"] = machine.Uuid.ToUpperInvariant(),
            ["BiosVersion"] = "2.52",
            ["PowerState"] = machine.Power,
            ["Status"] = new JsonObject { ["State"] = "Enabled", ["Health"] = "OK" },
            ["ProcessorSummary"] = new JsonObject { ["Count"] = 2, ["Model"] = "Xeon 4314" },
            ["MemorySummary"] = new JsonObject { ["TotalSystemMemoryGiB"] = 32 },
            ["Processors"] = Link($"{its}/Processors"),
            ["Memory"] = Link($"{its}/Memory"),
            ["Storage"] = Link($"{its}/Storage"),
            ["Boot"] = face.BootInSettings ? new JsonObject() : Boot(machine),
            ["Actions"] = new JsonObject { ["#ComputerSystem.Reset"] = reset },
            ["Links"] = new JsonObject { ["ManagedBy"] = new JsonArray(Link(ManagerPath)) },
        });
        if (face.MacsInSystem) system["HostCorrelation"] = new JsonObject { ["HostMACAddress"] = Strings(machine.Macs) };
        else system["EthernetInterfaces"] = Link($"{its}/EthernetInterfaces");
        if (face.Media is not MediaStyle.None && !face.MediaUnderManager) system["VirtualMedia"] = Link(MediaPath(machine));
        if (face.BootInSettings) system["@Redfish.Settings"] = new JsonObject { ["@odata.type"] = "#Settings.v1_3_5.Settings", ["SettingsObject"] = Link($"{its}/Settings") };
        if (face.Progress) system["BootProgress"] = new JsonObject { ["LastState"] = machine.Progress };
        if (face.Oem is "Hp" or "Hpe") system["Oem"] = new JsonObject { [face.Oem] = new JsonObject { ["PostState"] = machine.Progress == "None" ? "PowerOff" : machine.Progress } };
        return system;
    }

    private JsonObject Boot(ServiceMachine machine)
    {
        bool shown = machine.BootReadsLeft-- <= 0;
        var boot = new JsonObject
        {
            ["BootSourceOverrideTarget"] = shown ? machine.BootTarget : "None",
            ["BootSourceOverrideEnabled"] = shown ? machine.BootEnabled : "Disabled",
            ["BootSourceOverrideTarget@Redfish.AllowableValues"] = Strings(face.BootTargets),
        };
        if (face.HasBootMode) boot["BootSourceOverrideMode"] = machine.BootMode;
        if (face.HasHttpBoot) boot["HttpBootUri"] = machine.HttpBootUri;
        return boot;
    }

    private JsonObject Manager()
    {
        var manager = Resource("#Manager.v1_17_0.Manager", ManagerPath, new() { ["ManagerType"] = "BMC", ["Model"] = face.ControllerModel, ["FirmwareVersion"] = face.Firmware, ["UUID"] = "00000000-0000-0000-0000-0000000000aa" });
        if (face.Media is not MediaStyle.None && face.MediaUnderManager) manager["VirtualMedia"] = Link(MediaPath(machines[0]));
        if (face.DellImport) manager["Actions"] = new JsonObject { ["Oem"] = new JsonObject { ["#EID_674_Manager.ImportSystemConfiguration"] = new JsonObject { ["target"] = $"{ManagerPath}/Actions/Oem/EID_674_Manager.ImportSystemConfiguration" } } };
        return manager;
    }

    private JsonObject? OfMedia(ServiceMachine machine, string path)
    {
        string all = MediaPath(machine);
        if (face.Media is MediaStyle.None || !path.StartsWith(all, StringComparison.Ordinal)) return null;
        if (path == all) return Collection("#VirtualMediaCollection.VirtualMediaCollection", path, face.MediaIds.Select(m => $"{all}/{m}{Slash}"));
        string id = path[(all.Length + 1)..];
        if (!machine.Media.TryGetValue(id, out string? image)) return null;
        bool cd = id == face.MediaIds[^1] || id.StartsWith("Slot", StringComparison.Ordinal);
        var media = Resource("#VirtualMedia.v1_6_0.VirtualMedia", path, new() { ["MediaTypes"] = cd ? Strings("CD", "DVD") : Strings("Floppy", "USBStick"), ["Image"] = image, ["Inserted"] = image is not null, ["ConnectedVia"] = image is null ? "NotConnected" : "URI", ["WriteProtected"] = true });
        if (face.Media is MediaStyle.Actions)
            media["Actions"] = new JsonObject { ["#VirtualMedia.InsertMedia"] = Target($"{path}/Actions/VirtualMedia.InsertMedia"), ["#VirtualMedia.EjectMedia"] = Target($"{path}/Actions/VirtualMedia.EjectMedia") };
        if (face.Media is MediaStyle.OemActions)
            media["Oem"] = new JsonObject { [face.Oem!] = new JsonObject { ["Actions"] = new JsonObject { ["#HpiLOVirtualMedia.InsertVirtualMedia"] = Target($"{path}/Actions/Oem/Hp/HpiLOVirtualMedia.InsertVirtualMedia/"), ["#HpiLOVirtualMedia.EjectVirtualMedia"] = Target($"{path}/Actions/Oem/Hp/HpiLOVirtualMedia.EjectVirtualMedia/") } } };
        return media;
    }

    private static JsonObject? Firmware(string path) => path.EndsWith("/BMC", StringComparison.Ordinal) || path.EndsWith("/BIOS", StringComparison.Ordinal)
        ? Resource("#SoftwareInventory.v1_9_0.SoftwareInventory", path, new() { ["Version"] = "1.2.3", ["Updateable"] = true }) : null;

    public static JsonObject Resource(string type, string path, JsonObject more)
    {
        string id = path.TrimEnd('/')[(path.TrimEnd('/').LastIndexOf('/') + 1)..];
        var resource = new JsonObject { ["@odata.type"] = type, ["@odata.id"] = path, ["Id"] = id, ["Name"] = id };
        foreach (var (name, value) in more) resource[name] = value?.DeepClone();
        return resource;
    }

    private static JsonObject Collection(string type, string path, IEnumerable<string> members)
    {
        var links = members.Select(m => (JsonNode)Link(m)).ToArray();
        return new() { ["@odata.type"] = type, ["@odata.id"] = path, ["Name"] = "Collection", ["Members@odata.count"] = links.Length, ["Members"] = new JsonArray(links) };
    }

    public static JsonObject Link(string path) => new() { ["@odata.id"] = path };
    private static JsonObject Target(string path) => new() { ["target"] = path };
    private static JsonArray Strings(params IEnumerable<string> values) => new([.. values.Select(v => (JsonNode)v)]);
}
