using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>Secrets of deployments: made by the random generator when they are first wanted, kept sealed, in the clear only while a step is rendered.</summary>
internal sealed class DeploymentSecrets(SecretBox box, TimeProvider time)
{
    // No character that means something in a URL, a shell, an INI file or a SQL text.
    private const string Letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>With every secret that the plan wants; those that are there stay.</summary>
    public BundleDeployment Complete(BundleDeployment deployment, IEnumerable<SecretWanted> wanted)
    {
        var secrets = deployment.Secrets;
        foreach (var (key, value) in wanted.Where(w => !secrets.ContainsKey(w.Key)).SelectMany(Make))
            secrets = secrets.SetItem(key, new(Seal(deployment.Name, key, value), time.GetUtcNow()));
        return deployment with { Secrets = secrets };
    }

    /// <summary>With new values for these secrets; what they were is kept, to be hidden in what machines say.</summary>
    public BundleDeployment Rotate(BundleDeployment deployment, IEnumerable<SecretWanted> chosen)
    {
        var secrets = deployment.Secrets;
        foreach (var (key, value) in chosen.SelectMany(Make))
            secrets = secrets.SetItem(key, new(Seal(deployment.Name, key, value), time.GetUtcNow()) { Former = secrets.GetValueOrDefault(key)?.Sealed });
        return deployment with { Secrets = secrets };
    }

    /// <summary>All values in the clear, by key: for a rendering, and for nothing that lasts.</summary>
    public ImmutableDictionary<string, string> Open(BundleDeployment deployment) =>
        deployment.Secrets.ToImmutableDictionary(s => s.Key, s => Unseal(deployment.Name, s.Key, s.Value.Sealed));

    /// <summary>Values that are no longer good, and may still stand in a machine's words.</summary>
    public IEnumerable<string> Former(BundleDeployment deployment) =>
        deployment.Secrets.Where(s => s.Value.Former is not null && IsSecret(s.Key)).Select(s => Unseal(deployment.Name, s.Key, s.Value.Former!));

    /// <summary>Values that must be hidden in what machines say: all but public keys.</summary>
    public IEnumerable<string> Hidden(BundleDeployment deployment) => Open(deployment).Where(s => IsSecret(s.Key)).Select(s => s.Value).Concat(Former(deployment));

    private static bool IsSecret(string key) => !key.EndsWith(".public", StringComparison.Ordinal);

    private static (string, string)[] Pair(string key, (string Private, string Public) pair) => [(key, pair.Private), ($"{key}.public", pair.Public)];

    private string Seal(string deployment, string key, string value) => box.Seal($"deployment/{deployment}/secret/{key}", value);

    private string Unseal(string deployment, string key, string value) => box.Unseal($"deployment/{deployment}/secret/{key}", value);

    private static IEnumerable<(string Key, string Value)> Make(SecretWanted want) => want.Kind switch
    {
        SecretKind.Password => [(want.Key, RandomNumberGenerator.GetString(Letters, want.Length))],
        SecretKind.Hex => [(want.Key, RandomNumberGenerator.GetHexString(want.Length, lowercase: true))],
        SecretKind.Uuid => [(want.Key, Guid.NewGuid().ToString())],
        // The key of a Fernet token: 32 bytes in base64url, with its padding (Fernet's specification, "Key Format").
        SecretKind.Fernet => [(want.Key, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) + "=")],
        SecretKind.SshKey => [.. Pair(want.Key, SshKeyPair.Make())],
        _ => throw new ArgumentOutOfRangeException(nameof(want), want.Kind, "a kind of secret without an arm"),
    };
}
