using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Appliance.Store;

/// <summary>
/// Seals secrets at rest: AES-256-GCM with a key of the appliance's own, kept in <c>DATA/key</c> that only its owner can read.
/// What a secret is for is part of the seal, so one machine's password can't be pasted into another's record.
/// </summary>
internal sealed class SecretBox
{
    private const int NonceLength = 12, TagLength = 16;
    private readonly byte[] _key;

    private SecretBox(byte[] key) => _key = key;

    /// <summary>Reads the key, or makes one at first start.</summary>
    /// <exception cref="InvalidDataException">the file is no key.</exception>
    public static SecretBox Open(string folder)
    {
        string path = Path.Combine(folder, "key");
        if (!File.Exists(path)) Create(path);
        byte[] key = File.ReadAllBytes(path);
        if (key.Length != 32) throw new InvalidDataException($"{path} has {key.Length} bytes, a key has 32: put the right file back, or remove it and commission all machines again");
        return new(key);
    }

    private static void Create(string path)
    {
        // Made whole beside its place, then moved: a crash leaves no half key.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(RandomNumberGenerator.GetBytes(32));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path);
    }

    /// <summary>Seals; base64 of nonce, tag, ciphertext.</summary>
    /// <param name="purpose">What it is for: <c>bmc/k3xr8q</c>.</param>
    /// <param name="secret">The secret.</param>
    public string Seal(string purpose, string secret)
    {
        byte[] plain = Encoding.UTF8.GetBytes(secret);
        byte[] box = new byte[NonceLength + TagLength + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(box.AsSpan(0, NonceLength), plain, box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), Encoding.UTF8.GetBytes(purpose));
        return Convert.ToBase64String(box);
    }

    /// <summary>Opens what <see cref="Seal"/> made for the same purpose.</summary>
    /// <exception cref="CryptographicException">another key, another purpose, or changed bytes.</exception>
    public string Unseal(string purpose, string sealedSecret)
    {
        byte[] box = Convert.FromBase64String(sealedSecret);
        if (box.Length < NonceLength + TagLength) throw new CryptographicException("a sealed secret is cut short");
        byte[] plain = new byte[box.Length - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(box.AsSpan(0, NonceLength), box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), plain, Encoding.UTF8.GetBytes(purpose));
        return Encoding.UTF8.GetString(plain);
    }
}

/// <summary>Random tokens; only their SHA-256 is kept.</summary>
internal static class Token
{
    /// <summary>256 bits, base64url, 43 characters.</summary>
    public static string New() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>SHA-256, hex, lower case.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Compares a token with a kept hash in constant time; false where none is kept.</summary>
    public static bool Matches(string? token, string? hash) =>
        token is not null && hash is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(token)), Encoding.ASCII.GetBytes(hash));
}
