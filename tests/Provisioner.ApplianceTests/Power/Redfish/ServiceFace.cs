namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>How a service shows its resources' ETags.</summary>
internal enum TagStyle { None, Strong, Weak, WeakInBodyOnly, QuotedTwice }

/// <summary>How virtual media is handled.</summary>
internal enum MediaStyle { None, Actions, Patch, OemActions }

/// <summary>
/// A maker's ways, as far as they are published: DSP0268 for the names, and for each difference the paper or report that it is known from.
/// </summary>
internal sealed record ServiceFace(string Name, string SystemId, string ManagerId, string Manufacturer, string Model, string ControllerModel, string Firmware)
{
    /// <summary>DSP0268 property names, everything there.</summary>
    public static readonly ServiceFace Generic = new("generic", "1", "bmc", "Contoso", "3500", "Contoso BMC", "1.00") { CanExpand = true };

    /// <summary>HPE, iLO 4 RESTful API 2.30 and later: no boot mode, media by PATCH, errors beside "error", a missing slash is a redirect.</summary>
    public static readonly ServiceFace Ilo4 = new("iLO 4", "1", "1", "HP", "ProLiant DL360p Gen8", "iLO 4", "iLO 4 v2.73")
    {
        Oem = "Hp",
        Resets = ["On", "ForceOff", "ForceRestart", "Nmi", "PushPowerButton"],
        BootTargets = ["None", "Cd", "Hdd", "Usb", "Utilities", "Diags", "BiosSetup", "Pxe"],
        HasBootMode = false,
        HasHttpBoot = false,
        Tags = TagStyle.None,
        Media = MediaStyle.OemActions,
        MediaUnderManager = true,
        SlashRedirect = true,
        MacsInSystem = true,
        BadStateStatus = 400,
        OldErrors = true,
        EmptyBodyRefused = true,
        Progress = false,
    };

    /// <summary>HPE, iLO 5 REST API: actions for media under the manager, ETags, errors by their id alone.</summary>
    public static readonly ServiceFace Ilo5 = Ilo4 with
    {
        Name = "iLO 5",
        Manufacturer = "HPE",
        Model = "ProLiant DL360 Gen10",
        ControllerModel = "iLO 5",
        Firmware = "iLO 5 v2.72",
        Oem = "Hpe",
        Resets = ["On", "ForceOff", "GracefulShutdown", "ForceRestart", "Nmi", "PushPowerButton", "GracefulRestart"],
        BootTargets = ["None", "Cd", "Hdd", "Usb", "SDCard", "Utilities", "Diags", "BiosSetup", "Pxe", "UefiShell", "UefiHttp", "UefiTarget"],
        HasBootMode = true,
        BootModeReadOnly = true,
        Tags = TagStyle.Weak,
        Media = MediaStyle.Actions,
        MacsInSystem = false,
        OldErrors = false,
        IdsOnly = true,
        CanExpand = true,
    };

    /// <summary>Dell, iDRAC 8: no ForceRestart for long, an override is shown late, its Cd is the machine's own drive (iDRAC-Redfish-Scripting #90).</summary>
    public static readonly ServiceFace Idrac8 = new("iDRAC 8", "System.Embedded.1", "iDRAC.Embedded.1", "Dell Inc.", "PowerEdge R630", "13G Monolithic", "2.83.83.83")
    {
        Oem = "Dell",
        Resets = ["On", "ForceOff", "GracefulRestart", "GracefulShutdown", "PushPowerButton", "Nmi"],
        BootTargets = ["None", "Pxe", "Floppy", "Cd", "Hdd", "BiosSetup", "Utilities", "UefiTarget", "SDCard"],
        BootNeedsBoth = true,
        HasHttpBoot = false,
        BootShownAfter = 3,
        Tags = TagStyle.None,
        MediaUnderManager = true,
        MediaIds = ["RemovableDisk", "CD"],
        DellImport = true,
        Progress = false,
        TasksSayOk = true,
    };

    /// <summary>Dell, iDRAC 9.</summary>
    public static readonly ServiceFace Idrac9 = Idrac8 with
    {
        Name = "iDRAC 9",
        Model = "PowerEdge R640",
        ControllerModel = "14G Monolithic",
        Firmware = "6.10.30.00",
        Resets = ["On", "ForceOff", "ForceRestart", "GracefulRestart", "GracefulShutdown", "PushPowerButton", "Nmi", "PowerCycle"],
        BootTargets = ["None", "Pxe", "Floppy", "Cd", "Hdd", "BiosSetup", "Utilities", "UefiTarget", "SDCard", "UefiHttp"],
        HasHttpBoot = true,
        BootShownAfter = 0,
        Tags = TagStyle.Strong,
        TasksSayOk = false,
        CanExpand = true,
        Progress = true,
    };

    /// <summary>OpenBMC bmcweb: values of actions in ActionInfo, media slots that are actions, ETag in the header alone.</summary>
    public static readonly ServiceFace OpenBmc = new("OpenBMC", "system", "bmc", "OpenBMC", "romulus", "OpenBmc", "2.14.0")
    {
        Resets = ["On", "ForceOn", "ForceOff", "ForceRestart", "GracefulRestart", "GracefulShutdown", "PowerCycle", "Nmi"],
        ResetsInActionInfo = true,
        BootTargets = ["None", "Pxe", "Hdd", "Cd", "Diags", "BiosSetup", "Usb", "UefiHttp"],
        Tags = TagStyle.Strong,
        MediaUnderManager = true,
        MediaIds = ["Slot_0", "Slot_1"],
        NeedsTransferProtocol = true,
    };

    /// <summary>Supermicro X11: virtual media boots as UsbCd, media refuses Inserted, tags are weak (openstack/sushy system.py, virtual_media.py).</summary>
    public static readonly ServiceFace SupermicroX11 = Generic with
    {
        Name = "Supermicro X11",
        Manufacturer = "Supermicro",
        Model = "X11DPT-B",
        ControllerModel = "ASPEED",
        BootTargets = ["None", "Pxe", "Floppy", "Cd", "Usb", "Hdd", "BiosSetup", "UsbCd", "UefiBootNext"],
        HasHttpBoot = false,
        Tags = TagStyle.WeakInBodyOnly,
        MediaUnderManager = true,
        RefusesInserted = true,
        CanExpand = false,
    };

    /// <summary>AMI MegaRAC (Gigabyte): what is to be written stands in a settings resource, and If-Match is a must (community.general #6434).</summary>
    public static readonly ServiceFace Ami = Generic with
    {
        Name = "AMI",
        SystemId = "Self",
        ManagerId = "Self",
        Manufacturer = "GIGABYTE",
        Model = "R282-Z90",
        ControllerModel = "AMI",
        BootInSettings = true,
        NeedsIfMatch = true,
        Tags = TagStyle.Weak,
    };

    /// <summary>Lenovo SD530: media by PATCH that needs Inserted (openstack/sushy virtual_media.py), no PATCH without If-Match (ansible #56050).</summary>
    public static readonly ServiceFace Lenovo = Generic with
    {
        Name = "Lenovo",
        Manufacturer = "Lenovo",
        Model = "ThinkSystem SD530",
        ControllerModel = "Lenovo XClarity Controller",
        NeedsIfMatch = true,
        Media = MediaStyle.Patch,
        MediaUnderManager = true,
        Tags = TagStyle.QuotedTwice,
    };

    public static readonly ServiceFace[] All = [Generic, Ilo4, Ilo5, Idrac8, Idrac9, OpenBmc, SupermicroX11, Ami, Lenovo];

    public static ServiceFace Of(string name) => All.Single(f => f.Name == name);

    public string? Oem { get; init; }
    public string[] Resets { get; init; } = ["On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi", "ForceOn", "PushPowerButton", "PowerCycle"];
    public bool ResetsInActionInfo { get; init; }
    public string[] BootTargets { get; init; } = ["None", "Pxe", "Hdd", "Cd", "UefiHttp", "UefiTarget", "BiosSetup"];
    public bool HasBootMode { get; init; } = true;
    public bool BootModeReadOnly { get; init; }
    public bool HasHttpBoot { get; init; } = true;
    public bool BootNeedsBoth { get; init; }
    public bool BootInSettings { get; init; }
    public int BootShownAfter { get; init; }
    public TagStyle Tags { get; init; } = TagStyle.Strong;
    public bool NeedsIfMatch { get; init; }
    public MediaStyle Media { get; init; } = MediaStyle.Actions;
    public bool MediaUnderManager { get; init; }
    public string[] MediaIds { get; init; } = ["1", "2"];
    public bool NeedsTransferProtocol { get; init; }
    public bool RefusesInserted { get; init; }
    public bool EmptyBodyRefused { get; init; }
    public bool SlashRedirect { get; init; }
    public bool MacsInSystem { get; init; }
    public bool OldErrors { get; init; }
    public bool IdsOnly { get; init; }
    public int BadStateStatus { get; init; } = 409;
    public bool DellImport { get; init; }
    public bool TasksSayOk { get; init; }
    public bool CanExpand { get; init; }
    public bool Progress { get; init; } = true;

    public override string ToString() => Name;
}
