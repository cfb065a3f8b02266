using System.Globalization;
using Provisioner.Appliance.Store;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// The one-time sign-in link: 256 random bits, good for an hour or until used. Only the SHA-256 is kept, in <c>DATA/sign-in-link</c>:
/// a file and not the store, so that <c>provisioner sign-in-link</c> can make one while the appliance runs. A new one ends the one before.
/// </summary>
internal sealed class SignInLink(string data, TimeProvider time)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);
    private readonly Lock _lock = new();
    private string FilePath => Path.Combine(data, "sign-in-link");

    /// <summary>Makes a token; it is shown to nobody but the one who started this process.</summary>
    public string Make()
    {
        string token = Token.New();
        long until = (time.GetUtcNow() + Life).ToUnixTimeSeconds();
        // Readable for others than its writer: root makes it, and an appliance that runs as another user reads it. A hash of 256 random bits tells nothing.
        WholeFile.Write(FilePath, string.Create(CultureInfo.InvariantCulture, $"{Token.Hash(token)} {until}\n"), WholeFile.OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return token;
    }

    /// <summary>The link itself.</summary>
    /// <param name="origin"><c>http://localhost:5240</c>.</param>
    public string MakeUrl(string origin) => $"{origin}/sign-in?token={Make()}";

    /// <summary>Whether the token is good now; it stays so.</summary>
    public bool Takes(string? token)
    {
        try
        {
            return File.ReadAllText(FilePath).Split(' ', '\n') is [var hash, var until, ..]
                && Token.Matches(token, hash)
                && long.TryParse(until, CultureInfo.InvariantCulture, out long seconds) && time.GetUtcNow().ToUnixTimeSeconds() < seconds;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Uses the token up; false where it wasn't good. Of two at once one wins.</summary>
    public bool Use(string? token)
    {
        lock (_lock)
        {
            if (!Takes(token)) return false;
            File.Delete(FilePath);
            return true;
        }
    }
}
