using System.Collections.Frozen;

namespace Provisioner.Wire.Ipmi;

/// <summary>
/// What a BMC does otherwise than IPMI says, and what is done about it. The names and the hardware are freeipmi's (its manual page
/// ipmipower(8), WORKAROUNDS) as far as those go. Each one takes a check away or adds a wait, so that none is on by itself.
/// </summary>
[Flags]
public enum IpmiQuirks
{
    /// <summary>A BMC as the specification says.</summary>
    None = 0,
    /// <summary><c>authcap</c>: what Get Channel Authentication Capabilities says is not believed (Asus P5M2, Intel SR1520ML, Sun Fire 4150).</summary>
    AuthCap = 1 << 0,
    /// <summary><c>nochecksumcheck</c>: checksums of IPMI messages are wrong (Supermicro X9SCM-iiF, X9DRi-F).</summary>
    NoChecksumCheck = 1 << 1,
    /// <summary><c>idzero</c>: answers carry session id 0 (Tyan S2882).</summary>
    IdZero = 1 << 2,
    /// <summary><c>unexpectedauth</c>: 1.5 answers are signed although per-message authentication is off (Dell PowerEdge 2850, SC1425).</summary>
    UnexpectedAuth = 1 << 3,
    /// <summary><c>forcepermsg</c>: per-message authentication is wanted although it is said to be off (IBM eServer 325).</summary>
    ForcePerMessage = 1 << 4,
    /// <summary><c>endianseq</c>: 1.5 session sequence numbers stand in the other octet order (Sun ILOM 1.0, 2.0).</summary>
    EndianSequence = 1 << 5,
    /// <summary><c>noauthcodecheck</c>: authentication codes of 1.5 answers are wrong (Xyratex FB-H8-SRAY, Quanta Winterfell, Wiwynn Windmill).</summary>
    NoAuthCodeCheck = 1 << 6,
    /// <summary><c>intel20</c>: user names are padded to 16 octets; HMAC-MD5 takes 16 octets of a password (Intel SE7520AF2).</summary>
    Intel20 = 1 << 7,
    /// <summary><c>supermicro20</c>: RAKP 2 is longer than its code (Supermicro H8QME with Peppercon firmware).</summary>
    Supermicro20 = 1 << 8,
    /// <summary><c>sun20</c>: codes of a wrong length (Sun Fire 4100 with ILOM); includes <see cref="OpenSessionPrivilege"/>.</summary>
    Sun20 = 1 << 9,
    /// <summary><c>opensesspriv</c>: the level of Open Session is what goes into the keys (Sun Fire 4100, Supermicro X8DTH, Intel S2600JF, Dell C5220).</summary>
    OpenSessionPrivilege = 1 << 10,
    /// <summary><c>integritycheckvalue</c>: RAKP 4 carries a value that cipher suite 0 has not; suite 0 is not spoken here, so that it changes nothing.</summary>
    IntegrityCheckValue = 1 << 11,
    /// <summary><c>no-suite-17</c>: suite 17 is not even asked for: some answer it with silence, and some hang.</summary>
    NoSuite17 = 1 << 12,
    /// <summary><c>one-session</c>: room for one session: the console and the commands take turns.</summary>
    OneSession = 1 << 13,
    /// <summary><c>slow-answers</c>: answers may take 10 s.</summary>
    Slow = 1 << 14,
    /// <summary><c>only-suite-17</c>: no other suite is asked for.</summary>
    OnlySuite17 = 1 << 15,
    /// <summary><c>no-ipmi-1.5</c>: IPMI 1.5 is not spoken, whatever the BMC says.</summary>
    NoIpmi15 = 1 << 16,
    /// <summary><c>no-ipmi-2.0</c>: IPMI 2.0 is not spoken, whatever the BMC says.</summary>
    NoIpmi20 = 1 << 17,
    /// <summary><c>solport</c>: the UDP port that Activate Payload gives is wrong.</summary>
    SolPort = 1 << 18,
    /// <summary><c>solpayloadsize</c>: the sizes that Activate Payload gives are wrong.</summary>
    SolPayloadSize = 1 << 19,
    /// <summary><c>no-cipher-suite-list</c>: Get Channel Cipher Suites stays unanswered.</summary>
    NoCipherSuiteList = 1 << 20,
}

/// <summary>Quirks by their names.</summary>
public static class IpmiQuirkNames
{
    private static readonly FrozenDictionary<string, IpmiQuirks> ByName = new Dictionary<string, IpmiQuirks>(StringComparer.Ordinal)
    {
        ["authcap"] = IpmiQuirks.AuthCap,
        ["nochecksumcheck"] = IpmiQuirks.NoChecksumCheck,
        ["idzero"] = IpmiQuirks.IdZero,
        ["unexpectedauth"] = IpmiQuirks.UnexpectedAuth,
        ["forcepermsg"] = IpmiQuirks.ForcePerMessage,
        ["endianseq"] = IpmiQuirks.EndianSequence,
        ["noauthcodecheck"] = IpmiQuirks.NoAuthCodeCheck,
        ["intel20"] = IpmiQuirks.Intel20,
        ["supermicro20"] = IpmiQuirks.Supermicro20,
        ["sun20"] = IpmiQuirks.Sun20 | IpmiQuirks.OpenSessionPrivilege,
        ["opensesspriv"] = IpmiQuirks.OpenSessionPrivilege,
        ["integritycheckvalue"] = IpmiQuirks.IntegrityCheckValue,
        ["no-suite-17"] = IpmiQuirks.NoSuite17,
        ["one-session"] = IpmiQuirks.OneSession,
        ["slow-answers"] = IpmiQuirks.Slow,
        ["only-suite-17"] = IpmiQuirks.OnlySuite17,
        ["no-ipmi-1.5"] = IpmiQuirks.NoIpmi15,
        ["no-ipmi-2.0"] = IpmiQuirks.NoIpmi20,
        ["no-cipher-suite-list"] = IpmiQuirks.NoCipherSuiteList,
        ["solport"] = IpmiQuirks.SolPort,
        ["solpayloadsize"] = IpmiQuirks.SolPayloadSize,
    }.ToFrozenDictionary();

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The quirks of these names; names that are about something else than the session are passed over.</summary>
    public static IpmiQuirks Of(IEnumerable<string> names) =>
        names.Aggregate(IpmiQuirks.None, (quirks, name) => quirks | ByName.GetValueOrDefault(name));
}
