using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// The appliance's own TLS certificate: made at first start, kept in <c>DATA/tls.pem</c> with its key. Installed machines are given it and trust
/// no other, so nobody has to sign it, and it is good at any time: a server whose clock has no battery believes that it is 1970.
/// </summary>
internal sealed class ApplianceCertificate
{
    private ApplianceCertificate(X509Certificate2 certificate) => (Certificate, Pem) = (certificate, certificate.ExportCertificatePem() + "\n");

    /// <summary>With its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Without its key: what machines are given.</summary>
    public string Pem { get; }

    /// <summary>Reads it, or makes one at first start.</summary>
    /// <exception cref="InvalidDataException">the file is no certificate with its key.</exception>
    public static ApplianceCertificate Open(string folder)
    {
        string path = Path.Combine(folder, "tls.pem");
        if (!File.Exists(path)) Create(path);
        try
        {
            return new(X509Certificate2.CreateFromPemFile(path, path));
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{path} is no certificate with its key ({e.Message}): put the right file back, or remove it and adopt or install all machines again", e);
        }
    }

    private static void Create(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={ApplianceContact.Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(ApplianceContact.Name);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false)); // server authentication, RFC 5280 §4.2.1.12
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2199, 12, 31, 0, 0, 0, TimeSpan.Zero));
        // Made whole beside its place, then moved: a crash leaves no half key.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path);
    }
}
