using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// A key for ssh. ECDSA on P-256 (RFC 5656), because .NET has no Ed25519; every OpenSSH since 5.7 of 2011 knows it.
/// </summary>
internal static class SshKeyPair
{
    private const string Type = "ecdsa-sha2-nistp256", Curve = "nistp256";

    /// <summary>A private key as ssh reads it (PEM, SEC 1), and the public one as authorized_keys has it.</summary>
    public static (string Private, string Public) Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (key.ExportECPrivateKeyPem(), Public(key.ExportParameters(includePrivateParameters: false).Q));
    }

    // RFC 5656 §3.1: type, curve, and the point without compression.
    private static string Public(ECPoint point)
    {
        using var blob = new MemoryStream();
        byte[] length = new byte[4];
        foreach (byte[] part in new[] { Encoding.ASCII.GetBytes(Type), Encoding.ASCII.GetBytes(Curve), [4, .. point.X!, .. point.Y!] })
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            blob.Write(length);
            blob.Write(part);
        }
        return $"{Type} {Convert.ToBase64String(blob.ToArray())}";
    }
}
