using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// Password hashes: PBKDF2-HMAC-SHA512 with 600,000 rounds (OWASP asks for 210,000), written as <c>pbkdf2-sha512$rounds$salt$hash</c>,
/// so that the number can grow while old hashes still verify. At most two are computed at once: a flood of tries must not starve the servers.
/// </summary>
internal sealed class Passwords(int rounds = 600_000)
{
    public const int Shortest = 12, Longest = 256;
    private const int SaltLength = 16, HashLength = 64;
    private readonly SemaphoreSlim _seats = new(2);
    private readonly string _nobodys = Format(rounds, RandomNumberGenerator.GetBytes(SaltLength), new byte[HashLength]);

    /// <summary>Why a password can't be taken, or null.</summary>
    public static string? Fault(string password) => password.Length switch
    {
        < Shortest => $"a password has at least {Shortest} characters: four words in a row are easy to remember",
        > Longest => $"a password has at most {Longest} characters",
        _ when password.Distinct().Count() < 5 => "a password has at least 5 different characters",
        _ => null,
    };

    public async Task<string> HashAsync(string password, CancellationToken cancel)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        return Format(rounds, salt, await DeriveAsync(password, salt, rounds, cancel));
    }

    /// <summary>Whether the password is the one; takes as long with no hash as with one, so that time doesn't tell which names exist.</summary>
    public async Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancel)
    {
        string[] parts = (hash ?? _nobodys).Split('$');
        byte[] expected = Convert.FromBase64String(parts[3]);
        byte[] found = await DeriveAsync(password, Convert.FromBase64String(parts[2]), int.Parse(parts[1], CultureInfo.InvariantCulture), cancel);
        return CryptographicOperations.FixedTimeEquals(expected, found) && hash is not null;
    }

    private async Task<byte[]> DeriveAsync(string password, byte[] salt, int count, CancellationToken cancel)
    {
        await _seats.WaitAsync(cancel);
        try
        {
            byte[] bytes = Encoding.UTF8.GetBytes(password.Normalize());
            return await Task.Run(() => Rfc2898DeriveBytes.Pbkdf2(bytes, salt, count, HashAlgorithmName.SHA512, HashLength), cancel);
        }
        finally
        {
            _seats.Release();
        }
    }

    private static string Format(int count, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"pbkdf2-sha512${count}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
