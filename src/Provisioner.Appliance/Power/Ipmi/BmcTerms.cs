using System.Collections.Immutable;
using System.Text;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>How a BMC is logged in to: who, with which suites, and what it does otherwise than IPMI says.</summary>
/// <param name="Login">User, password, K_g, level.</param>
/// <param name="Suites">Cipher suites, the most wanted one first.</param>
/// <param name="Quirks">What it does otherwise.</param>
/// <param name="Lan15">IPMI 1.5 may be spoken where 2.0 is not; with no suites nothing else is.</param>
/// <param name="WeakestLan">The weakest authentication of IPMI 1.5 that was allowed.</param>
internal sealed record BmcTerms(IpmiLogin Login, ImmutableArray<CipherSuite> Suites, IpmiQuirks Quirks, bool Lan15, LanAuthentication WeakestLan)
{
    /// <summary>A controller's settings: cipher suites (<c>17,3,8</c>), quirks by name, <c>2.0</c> or <c>1.5</c> to speak nothing else, <c>straight</c> or <c>none</c> to allow those.</summary>
    private const string SuitesKey = "suites", QuirksKey = "quirks", VersionKey = "ipmi", AuthenticationKey = "authentication";

    /// <exception cref="IpmiException">a setting or a credential that can't be used; it says which.</exception>
    public static BmcTerms Of(PowerTarget target, IpmiQuirks known)
    {
        try
        {
            var quirks = QuirksOf(target, known);
            var suites = CipherPolicy.Of(target.Settings.GetValueOrDefault(SuitesKey));
            if (quirks.HasFlag(IpmiQuirks.NoSuite17) && suites.Length > 1) suites = suites.Remove(CipherSuite.Suite17);
            if (quirks.HasFlag(IpmiQuirks.OnlySuite17)) suites = [CipherSuite.Suite17];
            string version = target.Settings.GetValueOrDefault(VersionKey, "");
            if (version is not ("" or "2.0" or "1.5")) throw new ArgumentException($"\"{version}\" is not a version of IPMI over LAN; there are 2.0 and 1.5");
            if (version == "1.5" || version.Length == 0 && quirks.HasFlag(IpmiQuirks.NoIpmi20)) suites = [];
            return new(new(target.Username, target.Password, LevelOf(target), KeyOf(target)), suites, quirks,
                version == "1.5" || version.Length == 0 && !quirks.HasFlag(IpmiQuirks.NoIpmi15), Weakest(target.Settings.GetValueOrDefault(AuthenticationKey, "")));
        }
        catch (ArgumentException wrong)
        {
            throw new IpmiException(IpmiFailure.Credentials, wrong.Message);
        }
    }

    /// <summary>What is known of the BMC, and what the controller's setting adds.</summary>
    public static IpmiQuirks QuirksOf(PowerTarget target, IpmiQuirks known) =>
        known | IpmiQuirkNames.Of(target.Settings.GetValueOrDefault(QuirksKey, "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries));

    private static PrivilegeLevel LevelOf(PowerTarget target) => target.Privilege switch
    {
        "administrator" => PrivilegeLevel.Administrator,
        "operator" => PrivilegeLevel.Operator,
        "user" => PrivilegeLevel.User,
        _ => throw new IpmiException(IpmiFailure.Refused, $"privilege \"{target.Privilege}\" is not administrator, operator or user"),
    };

    // As ipmitool takes it: text, or 0x and hexadecimal digits.
    private static byte[] KeyOf(PowerTarget target)
    {
        string key = target.Secrets.GetValueOrDefault("kg", "");
        if (!key.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8.GetBytes(key);
        try
        {
            return Convert.FromHexString(key.AsSpan(2));
        }
        catch (FormatException)
        {
            throw new ArgumentException("the BMC's K_g begins with 0x and is not hexadecimal: give pairs of the digits 0 to f");
        }
    }

    private static LanAuthentication Weakest(string setting) => setting switch
    {
        "" or "md2" => LanAuthentication.Md2,
        "md5" => LanAuthentication.Md5,
        "straight" => LanAuthentication.Straight,
        "none" => LanAuthentication.None,
        _ => throw new ArgumentException($"\"{setting}\" is not an authentication of IPMI 1.5; there are md5, md2, straight and none"),
    };
}
