using System.Text;

namespace Provisioner.Wire.Ipmi;

/// <summary>Who logs in: checked against what IPMI 2.0 can carry.</summary>
public sealed class IpmiLogin
{
    /// <summary>A 1.5-sized password: BMCs with room for no more keep the first 16 octets (§22.30).</summary>
    public const int ShortPassword = 16;

    /// <summary>Takes a user's name, password and level.</summary>
    /// <param name="username">At most 16 octets of UTF-8.</param>
    /// <param name="password">At most 20 octets of UTF-8.</param>
    /// <param name="privilege">The level asked for.</param>
    /// <param name="kg">The BMC's key; empty where it has none, and the password takes its place.</param>
    /// <exception cref="ArgumentException">a value is longer than IPMI can carry. The message holds no value.</exception>
    public IpmiLogin(string username, string password, PrivilegeLevel privilege, ReadOnlyMemory<byte> kg = default)
    {
        Username = Encoding.UTF8.GetBytes(username);
        Password = Encoding.UTF8.GetBytes(password);
        (Privilege, Kg) = (privilege, kg);
        Check("user name", Username.Length, Rakp1.MaxUsername);
        Check("password", Password.Length, SessionKeys.MaxKey);
        Check("K_g", kg.Length, SessionKeys.MaxKey);
    }

    /// <summary>The user's name.</summary>
    public ReadOnlyMemory<byte> Username { get; }

    /// <summary>The password: K_UID.</summary>
    internal ReadOnlyMemory<byte> Password { get; }

    /// <summary>The password is longer than IPMI 1.5 and some BMCs take.</summary>
    public bool IsLong => Password.Length > ShortPassword;

    /// <summary>The BMC's key, or empty.</summary>
    internal ReadOnlyMemory<byte> Kg { get; }

    /// <summary>The level asked for.</summary>
    public PrivilegeLevel Privilege { get; }

    /// <summary>For sentences: the user's name, nothing else.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Username.Span);

    private static void Check(string what, int length, int most)
    {
        if (length > most) throw new ArgumentException($"the BMC's {what} has {length} octets, IPMI 2.0 carries {most} at most: give the BMC's user a shorter one");
    }
}
