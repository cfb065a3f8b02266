using System.Collections.Frozen;

namespace Provisioner.Domain.Hardware;

/// <summary>
/// The names that quirks have, each with one meaning. Those of FreeIPMI keep the name that they have there (ipmipower(8), WORKAROUNDS),
/// so that its manual and MAAS's <c>workaround_flags</c> can be followed.
/// </summary>
public static class QuirkNames
{
    /// <summary>FreeIPMI: what the BMC says of users, authentication and K_g before a session is not to be believed.</summary>
    public const string AuthCap = "authcap";
    /// <summary>FreeIPMI: the BMC hashes the privilege level of Open Session, not that of RAKP 1.</summary>
    public const string OpenSessPriv = "opensesspriv";
    /// <summary>FreeIPMI: checksums inside of signed answers are wrong.</summary>
    public const string NoChecksumCheck = "nochecksumcheck";
    /// <summary>Cipher suite 17 is not taken: it is not asked for.</summary>
    public const string NoSuite17 = "no-suite-17";
    /// <summary>No suite but 17 is taken: none is asked for.</summary>
    public const string OnlySuite17 = "only-suite-17";
    /// <summary>Get Channel Cipher Suites stays unanswered before a session: it is not asked.</summary>
    public const string NoCipherSuiteList = "no-cipher-suite-list";
    /// <summary>IPMI 1.5 is not spoken: it is not tried.</summary>
    public const string NoIpmi15 = "no-ipmi-1.5";
    /// <summary>IPMI 2.0 is not spoken: 1.5 is, where an operator allows it.</summary>
    public const string NoIpmi20 = "no-ipmi-2.0";
    /// <summary>Only 16 octets of a password are kept.</summary>
    public const string Password16 = "password-16";
    /// <summary>Boot flags read back without the mark that they are valid.</summary>
    public const string BootFlagsUnmarked = "boot-flags-unmarked";
    /// <summary>The first boot flags after the BMC's start are answered with yes and not kept: they are set again.</summary>
    public const string BootFlagsIgnoredOnce = "boot-flags-ignored-once";
    /// <summary>In UEFI mode the disk has the selector "remote hard disk" (9): 0x24.</summary>
    public const string UefiDiskIsRemote = "uefi-disk-is-remote";
    /// <summary>Answers take seconds.</summary>
    public const string SlowAnswers = "slow-answers";
    /// <summary>One session at a time.</summary>
    public const string OneSession = "one-session";
    /// <summary>After a wrong password further logins are delayed or blocked: none is tried again by itself.</summary>
    public const string LoginDelay = "login-delay";
    /// <summary>IPMI over LAN has to be switched on in the BMC's settings.</summary>
    public const string IpmiOffByDefault = "ipmi-off-by-default";
    /// <summary>Redfish is the better way where both are there.</summary>
    public const string RedfishFirst = "redfish-first";
    /// <summary>There is no Redfish.</summary>
    public const string NoRedfish = "no-redfish";
    /// <summary>Redfish: virtual media boots as UsbCd; Cd is a drive in the machine.</summary>
    public const string RedfishVirtualCdIsUsb = "redfish-virtual-cd-is-usb";
    /// <summary>Redfish: Cd is a drive in the machine; the virtual one is chosen by importing a configuration profile.</summary>
    public const string RedfishVirtualCdByProfile = "redfish-virtual-cd-by-profile";
    /// <summary>Yes to a power order comes before the state changes: it is looked at until it does.</summary>
    public const string OnBeforeState = "on-before-state";
    /// <summary>"Power cycle" and "reset" leave a machine off that is off.</summary>
    public const string CycleNeedsOn = "cycle-needs-on";
    /// <summary>The BMC restarts with its machine: its silence then is not its death.</summary>
    public const string RebootsWithHost = "reboots-with-host";
    /// <summary>The IPMI port has no virtual serial port: no console over SOL.</summary>
    public const string NoSol = "no-sol";
    /// <summary>FreeIPMI: discrete sensors have analog readings.</summary>
    public const string DiscreteReading = "discretereading";
    /// <summary>FreeIPMI: sensors that say that they are not scanned have readings all the same.</summary>
    public const string IgnoreScanningDisabled = "ignorescanningdisabled";
    /// <summary>FreeIPMI (ipmi-fru(8)): checksums in FRU data are wrong, the data are right.</summary>
    public const string SkipChecks = "skipchecks";

    /// <summary>All names with what they mean.</summary>
    public static readonly FrozenDictionary<string, string> All = new Dictionary<string, string>
    {
        [AuthCap] = "what the BMC says of its authentication before a session is not to be believed",
        ["idzero"] = "the BMC gives the session id 0",
        ["unexpectedauth"] = "IPMI 1.5 datagrams carry authentication codes that they should not",
        ["forcepermsg"] = "IPMI 1.5 wants every message authenticated, and says that it does not",
        ["endianseq"] = "IPMI 1.5 session numbers are in the wrong byte order",
        ["noauthcodecheck"] = "IPMI 1.5 authentication codes of answers are wrong",
        [NoChecksumCheck] = "checksums of answers are wrong",
        ["intel20"] = "user names are padded and passwords cut short (Intel)",
        ["supermicro20"] = "authentication codes have a wrong length (Supermicro with Peppercon firmware)",
        ["sun20"] = "hash keys have a wrong length (Sun ILOM)",
        [OpenSessPriv] = "the privilege level of Open Session is hashed instead of that of RAKP 1",
        ["integritycheckvalue"] = "a check value comes where cipher suite 0 has none",
        ["ipmiping"] = "RMCP pings stay unanswered",
        ["solpayloadsize"] = "the sizes that SOL says are wrong",
        ["solport"] = "the port that SOL says is wrong",
        ["solstatus"] = "whether SOL is active can't be asked",
        ["solchannelsupport"] = "whether a channel has SOL can't be asked",
        [DiscreteReading] = "discrete sensors have analog readings",
        [IgnoreScanningDisabled] = "sensors that say that they are not scanned have readings",
        ["assumebmcowner"] = "sensors name an owner that is not there",
        ["ignoreauthcode"] = "authentication codes are wrong while sensors are read",
        [SkipChecks] = "checksums in FRU data are wrong",
        ["assumesystemevent"] = "entries of the event log have wrong record types",
        ["guidformat"] = "the GUID has another byte order than IPMI says",
        [NoSuite17] = "cipher suite 17 is not taken",
        [OnlySuite17] = "no cipher suite but 17 is taken",
        [NoCipherSuiteList] = "Get Channel Cipher Suites stays unanswered before a session",
        [NoIpmi15] = "IPMI 1.5 is not spoken",
        [NoIpmi20] = "IPMI 2.0 is not spoken",
        [Password16] = "only 16 octets of a password are kept",
        [BootFlagsUnmarked] = "boot flags read back without their mark",
        [BootFlagsIgnoredOnce] = "the first boot flags are not kept",
        [UefiDiskIsRemote] = "in UEFI mode the disk is the selector 0x24",
        [SlowAnswers] = "answers take seconds",
        [OneSession] = "one session at a time",
        [LoginDelay] = "after wrong passwords logins are delayed",
        [IpmiOffByDefault] = "IPMI over LAN is off until it is switched on in the settings",
        [RedfishFirst] = "Redfish is the better way",
        [NoRedfish] = "there is no Redfish",
        [RedfishVirtualCdIsUsb] = "Redfish's Cd is a drive in the machine, its UsbCd is virtual media",
        [RedfishVirtualCdByProfile] = "Redfish's Cd is a drive in the machine, virtual media is chosen by a configuration profile",
        [OnBeforeState] = "yes comes before the power state changes",
        [CycleNeedsOn] = "cycle and reset do not switch on a machine that is off",
        [RebootsWithHost] = "the BMC restarts with its machine",
        [NoSol] = "no serial console over the LAN",
    }.ToFrozenDictionary();
}
