using System.Security.Cryptography;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Chance for the handshakes, and a mark of credentials that gives none of them away.</summary>
internal static class Randomness
{
    private static readonly byte[] MarkKey = RandomNumberGenerator.GetBytes(32);

    public static void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

    /// <summary>Equal for equal user, password, privilege, K_g and settings, within this process: a warm session is only for those that opened it.</summary>
    public static string MarkOf(PowerTarget target) => Convert.ToHexString(
        HMACSHA256.HashData(MarkKey, System.Text.Encoding.UTF8.GetBytes($"{target.Username}\0{target.Password}\0{target.Privilege}\0{target.Secrets.GetValueOrDefault("kg")}\0{string.Join('\0', target.Settings)}")));
}
