using System.Collections.Immutable;
using Provisioner.Wire.Snmp;

namespace Provisioner.Domain.Power.Pdu;

/// <summary>What the settings and secrets of a <c>pdu</c> controller say: which outlets, and how its agent is spoken to.</summary>
/// <param name="Outlets">The outlets that feed the machine.</param>
/// <param name="Model">The model that was named or found out; null where it is to be found out.</param>
/// <param name="Version">The version of SNMP; null where it is to be found out (2c, then 1).</param>
/// <param name="Community">Versions 1 and 2c: the community.</param>
/// <param name="User">Version 3: the user; null for the others.</param>
/// <param name="Context">Version 3: the context; empty for the usual one.</param>
public sealed record PduTerms(ImmutableArray<Outlet> Outlets, string? Model, SnmpVersion? Version, string Community, UsmUser? User, string Context)
{
    /// <summary>The setting that names a model of catalog/hardware/pdu.</summary>
    public const string ModelSetting = "pdu";

    /// <summary>The setting that names the version: <c>1</c>, <c>2c</c> or <c>3</c>.</summary>
    public const string VersionSetting = "version";

    /// <summary>Reads them; null, with half a sentence, where something is missing or wrong.</summary>
    public static (PduTerms? Terms, string? Fault) Read(PowerTarget target)
    {
        var (outlets, fault) = Outlet.Read(target.Settings.GetValueOrDefault(Outlet.Setting));
        if (fault is not null) return (null, fault);
        if (VersionOf(target, out var version) is { } wrong) return (null, wrong);
        string? model = target.Settings.GetValueOrDefault(ModelSetting);
        if (version is not SnmpVersion.V3)
        {
            string community = Secret(target, "community", target.Password);
            return community.Length > 0 ? (new(outlets, model, version, community, null, ""), null)
                : (null, "the community is missing: give it as the password, or as the secret community; a user name says that it is version 3");
        }
        return UserOf(target, out var user) is { } bad ? (null, bad) : (new(outlets, model, version, "", user, target.Settings.GetValueOrDefault("context", "")), null);
    }

    /// <summary>For logs: without secrets.</summary>
    public override string ToString() => $"SNMP {Version} {User?.ToString() ?? "community"}: {string.Join(", ", Outlets)}";

    private static string? VersionOf(PowerTarget target, out SnmpVersion? version)
    {
        string said = target.Settings.GetValueOrDefault(VersionSetting, "");
        version = said switch { "1" or "v1" => SnmpVersion.V1, "2c" or "2" or "v2c" => SnmpVersion.V2c, "3" or "v3" => SnmpVersion.V3, _ => target.Username.Length > 0 ? SnmpVersion.V3 : null };
        if (said.Length > 0 && said is not ("1" or "v1" or "2c" or "2" or "v2c" or "3" or "v3")) return $"version \"{said}\" is none of 1, 2c and 3";
        return null;
    }

    private static string? UserOf(PowerTarget target, out UsmUser? user)
    {
        user = null;
        string authPassword = Secret(target, "auth", target.Password), privPassword = Secret(target, "priv", "");
        if (Auth(target, authPassword) is not { } auth) return $"auth-protocol \"{target.Settings["auth-protocol"]}\" is none of md5, sha, sha224, sha256, sha384 and sha512";
        if (Priv(target, privPassword) is not { } priv) return $"priv-protocol \"{target.Settings["priv-protocol"]}\" is none of des and aes";
        if (target.Username.Length is 0 or > 32) return "version 3 wants a user name, of 32 characters at most";
        if (auth is not UsmAuth.None && authPassword.Length < UsmAuths.LeastPassword) return Short("authentication", authPassword, "the password, or the secret auth");
        if (priv is not UsmPriv.None && privPassword.Length < UsmAuths.LeastPassword) return Short("privacy", privPassword, "the secret priv");
        if (priv is not UsmPriv.None && auth is UsmAuth.None) return "there is a privacy password and no authentication password: SNMPv3 encrypts only what it signs";
        user = new(target.Username, auth, authPassword, priv, privPassword);
        return null;
    }

    private static UsmAuth? Auth(PowerTarget target, string password) => target.Settings.GetValueOrDefault("auth-protocol", "").ToLowerInvariant().Replace("-", "", StringComparison.Ordinal) switch
    {
        // What most PDUs have; those that have more say so, and are told.
        "" => password.Length > 0 ? UsmAuth.Sha1 : UsmAuth.None,
        "md5" => UsmAuth.Md5,
        "sha" or "sha1" => UsmAuth.Sha1,
        "sha224" => UsmAuth.Sha224,
        "sha256" => UsmAuth.Sha256,
        "sha384" => UsmAuth.Sha384,
        "sha512" => UsmAuth.Sha512,
        _ => null,
    };

    private static UsmPriv? Priv(PowerTarget target, string password) => target.Settings.GetValueOrDefault("priv-protocol", "").ToLowerInvariant().Replace("-", "", StringComparison.Ordinal) switch
    {
        "" => password.Length > 0 ? UsmPriv.Aes : UsmPriv.None,
        "des" => UsmPriv.Des,
        "aes" or "aes128" => UsmPriv.Aes,
        _ => null,
    };

    private static string Short(string what, string password, string where) => password.Length == 0
        ? $"the {what} password is missing: give it as {where}" : $"the {what} password has fewer than {UsmAuths.LeastPassword} characters, which no agent takes (RFC 3414 §11.2)";

    private static string Secret(PowerTarget target, string name, string absent) => target.Secrets.GetValueOrDefault(name) is { Length: > 0 } secret ? secret : absent;
}
