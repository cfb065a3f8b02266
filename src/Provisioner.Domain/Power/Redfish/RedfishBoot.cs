using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>The boot override as a controller shows it: DSP0268 ComputerSystem Boot.</summary>
public sealed record RedfishBoot
{
    /// <summary>No override is shown, so that none can be set.</summary>
    public static readonly RedfishBoot None = new();

    /// <summary>BootSourceOverrideTarget, empty where it is not shown.</summary>
    public string Target { get; init; } = "";
    /// <summary>BootSourceOverrideEnabled: Once, Continuous, Disabled, or empty.</summary>
    public string Enabled { get; init; } = "";
    /// <summary>BootSourceOverrideMode: UEFI, Legacy, or empty.</summary>
    public string Mode { get; init; } = "";
    /// <summary>HttpBootUri (ComputerSystem v1_9), or empty.</summary>
    public string HttpBootUri { get; init; } = "";
    /// <summary>Targets that it takes; empty where it doesn't say.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];
    /// <summary>The property BootSourceOverrideMode is there (ComputerSystem v1_0; iLO 4 has none).</summary>
    public bool HasMode { get; init; }
    /// <summary>The property HttpBootUri is there.</summary>
    public bool HasHttpBootUri { get; init; }
    /// <summary>There is an override to set at all.</summary>
    public bool IsThere { get; init; }

    /// <summary>Reads it.</summary>
    public static RedfishBoot Of(RedfishResource boot) => boot.IsEmpty ? None : new()
    {
        Target = boot.TextOrEmpty("BootSourceOverrideTarget"),
        Enabled = boot.TextOrEmpty("BootSourceOverrideEnabled"),
        Mode = boot.TextOrEmpty("BootSourceOverrideMode"),
        HttpBootUri = boot.TextOrEmpty("HttpBootUri"),
        // BootSourceOverrideSupported: iLO 4 before Redfish 1.0.
        Targets = boot.Texts("BootSourceOverrideTarget@Redfish.AllowableValues") is { IsEmpty: false } allowed ? allowed : boot.Texts("BootSourceOverrideSupported"),
        HasMode = boot.Has("BootSourceOverrideMode"),
        HasHttpBootUri = boot.Has("HttpBootUri"),
        IsThere = boot.Has("BootSourceOverrideTarget") || boot.Has("BootSourceOverrideTarget@Redfish.AllowableValues"),
    };

    /// <summary>With what a settings resource says where this one is silent: some show the override only there (AMI; openstack/sushy system.py BootField).</summary>
    public RedfishBoot Or(RedfishBoot settings) => !settings.IsThere ? this : this with
    {
        Target = Target.Length > 0 ? Target : settings.Target,
        Enabled = Enabled.Length > 0 ? Enabled : settings.Enabled,
        Mode = Mode.Length > 0 ? Mode : settings.Mode,
        Targets = Targets.IsEmpty ? settings.Targets : Targets,
        HasMode = HasMode || settings.HasMode,
        HasHttpBootUri = HasHttpBootUri || settings.HasHttpBootUri,
        IsThere = true,
    };

    /// <summary>It takes this target, as far as it says.</summary>
    public bool Takes(string target) => IsThere && (Targets.IsEmpty || Targets.Contains(target));

    /// <summary>Devices that it can be told to boot from.</summary>
    public ImmutableHashSet<BootDevice> Devices => !IsThere ? [] :
        [.. Enum.GetValues<BootDevice>().Where(d => d switch
        {
            BootDevice.Pxe => Takes("Pxe"),
            BootDevice.Disk => Takes("Hdd") || Takes("None"),
            BootDevice.Http => Targets.Contains("UefiHttp"),
            _ => Takes("Cd") || Takes("UsbCd"),
        })];
}

/// <summary>What is written to the boot override.</summary>
/// <param name="Target">BootSourceOverrideTarget.</param>
/// <param name="Enabled">BootSourceOverrideEnabled.</param>
/// <param name="Mode">BootSourceOverrideMode, or null: not written.</param>
/// <param name="HttpBootUri">HttpBootUri, or null: not written.</param>
public sealed record BootOverride(string Target, string Enabled, string? Mode, string? HttpBootUri)
{
    /// <summary>Whether what was read back is what was asked for.</summary>
    public NextBootVerdict Judge(RedfishBoot read)
    {
        if (Target == "None") return read.Target is "None" || read.Enabled is "Disabled" ? new NextBootVerdict.Agreed() : Differs(read);
        if (read.Target != Target || read.Enabled is "Disabled") return Differs(read);
        if (Mode is not null && read.Mode.Length > 0 && read.Mode != Mode) return Differs(read);
        if (read.Enabled is not "Once") return new NextBootVerdict.Doubtful($"the controller shows the boot device {Target} as {(read.Enabled.Length > 0 ? $"\"{read.Enabled}\"" : "neither for once nor lasting")}, though it was asked for once: it may boot from it again");
        if (HttpBootUri is not null && read.HttpBootUri != HttpBootUri)
            return new NextBootVerdict.Doubtful(read.HttpBootUri.Length == 0 ? "the controller doesn't show the boot URL that it took: if it was lost, DHCP gives one" : "the controller shows another boot URL than the one it took");
        return new NextBootVerdict.Agreed();
    }

    private NextBootVerdict.Differs Differs(RedfishBoot read) => new($"the controller said yes to {Words(Target, Enabled, Mode ?? "")}, but reads back {Words(read.Target, read.Enabled, Mode is null ? "" : read.Mode)}");

    private static string Words(string target, string enabled, string mode) =>
        string.Join(", ", new[] { target.Length > 0 ? target : "no boot device", enabled, mode }.Where(w => w.Length > 0));
}

/// <summary>How a machine's next boot is set on a controller.</summary>
public abstract record BootOverridePlan
{
    /// <summary>By writing the override.</summary>
    /// <param name="Override">What.</param>
    /// <param name="Note">What a person should know, or null.</param>
    public sealed record Write(BootOverride Override, string? Note) : BootOverridePlan;

    /// <summary>Not with this controller.</summary>
    /// <param name="Why">Half a sentence.</param>
    public sealed record Refuse(string Why) : BootOverridePlan;

    /// <summary>Decides.</summary>
    /// <param name="boot">What the controller shows.</param>
    /// <param name="next">What is wanted.</param>
    /// <param name="uefi">The machine is booted in UEFI mode.</param>
    /// <param name="quirks">The controller's.</param>
    public static BootOverridePlan For(RedfishBoot boot, NextBoot next, bool uefi, RedfishQuirks quirks)
    {
        if (!boot.IsThere) return new Refuse("the controller shows no boot override, so that the boot device can't be set: set the boot order in the firmware's setup");
        string? mode = boot.HasMode ? uefi || next.Device is BootDevice.Http ? "UEFI" : "Legacy" : null;
        switch (next.Device)
        {
            case BootDevice.Pxe when boot.Takes("Pxe"):
                return new Write(new("Pxe", "Once", mode, null), null);
            case BootDevice.Disk when boot.Takes("Hdd"):
                return new Write(new("Hdd", "Once", mode, null), null);
            case BootDevice.Disk when boot.Takes("None"):
                return new Write(new("None", "Disabled", null, null), "the controller can't be told to boot from the disk once: its own boot order decides");
            case BootDevice.Http when boot.Takes("UefiHttp"):
                if (!uefi) return new Refuse("HTTP boot needs UEFI, and this machine boots as BIOS");
                bool says = boot.HasHttpBootUri && next.Uri is not null;
                return new Write(new("UefiHttp", "Once", mode, says ? next.Uri!.AbsoluteUri : null), says || next.Uri is null ? null : "the controller takes no boot URL: DHCP gives it");
            case BootDevice.VirtualMedia when Cd(boot, quirks) is { } cd:
                return new Write(new(cd, "Once", mode, null), null);
            default:
                return new Refuse($"the controller can't boot from {NextBoot.Words(next.Device)}: it takes {(boot.Targets.IsEmpty ? "nothing that it names" : string.Join(", ", boot.Targets))}");
        }
    }

    private static string? Cd(RedfishBoot boot, RedfishQuirks quirks) =>
        quirks.HasFlag(RedfishQuirks.VirtualCdIsUsb) && boot.Targets.Contains("UsbCd") ? "UsbCd" : boot.Takes("Cd") ? "Cd" : boot.Takes("UsbCd") ? "UsbCd" : null;
}
