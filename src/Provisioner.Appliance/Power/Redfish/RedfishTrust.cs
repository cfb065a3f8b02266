using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>
/// Whom a controller may be: the one with the certificate that was seen first. Their certificates are self-signed, so that no authority can say it; a
/// setting <c>tls</c> of <c>ca</c> leaves it to the system's authorities instead.
/// </summary>
/// <param name="pin">The fingerprint that is trusted, or empty: the first that is seen.</param>
/// <param name="byAuthority">The system's authorities decide.</param>
internal sealed class RedfishTrust(string pin, bool byAuthority)
{
    private readonly Lock _lock = new();
    private string _trusted = pin;
    private string? _refused, _fault;

    /// <summary>It trusts what is asked for: this pin (empty: whatever was seen first), or the authorities.</summary>
    public bool Is(string wanted, bool authority) => authority == byAuthority && (authority || wanted.Length == 0 || CertificatePin.AreSame(Trusted, wanted));

    /// <summary>The fingerprint that is trusted; empty before the first contact.</summary>
    public string Trusted
    {
        get { lock (_lock) return _trusted; }
    }

    public SslClientAuthenticationOptions Options => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            // An issuer's address in a certificate is the controller's word: nothing is fetched from there.
            DisableCertificateDownloads = true,
        },
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => Judge(certificate, errors),
    };

    /// <summary>The failure that a broken handshake was, by what was seen of it.</summary>
    public RedfishFailure Explain(Exception handshake)
    {
        lock (_lock)
        {
            var (refused, fault) = (_refused, _fault);
            (_refused, _fault) = (null, null);
            if (fault is not null) return new(PowerFailure.Untrusted, fault);
            if (refused is not null)
                return new(PowerFailure.Untrusted, $"the controller shows another certificate (SHA-256 {refused}) than the one that is trusted ({_trusted}): if it was changed on purpose, add the controller again with the new fingerprint in its setting \"{CertificatePin.Setting}\", or with \"{CertificatePin.Next}\" there; else somebody stands between; no password was sent");
        }
        string said = string.Join(" ", Chain(handshake).Select(e => e.Message));
        if (IsOld(said))
            return new(PowerFailure.Cipher, "no TLS that both take: this appliance speaks TLS 1.2 and 1.3 with today's keys, and the controller's firmware is older: update it, or reach it over IPMI");
        if (said.Contains("frame", StringComparison.Ordinal) || said.Contains("wrong version number", StringComparison.OrdinalIgnoreCase))
            return new(PowerFailure.Garbled, "what answers there doesn't speak TLS: is that the port of the controller's HTTPS?");
        return new(PowerFailure.Garbled, $"the TLS handshake broke off ({Chain(handshake).Last().Message.TrimEnd('.')})");
    }

    private bool Judge(X509Certificate? certificate, SslPolicyErrors errors)
    {
        lock (_lock)
        {
            if (certificate is null)
            {
                _fault = "the controller shows no certificate";
                return false;
            }
            string seen = CertificatePin.Of(SHA256.HashData(certificate.GetRawCertData()));
            if (byAuthority)
            {
                if (errors is SslPolicyErrors.None) return true;
                _fault = $"the controller's certificate (SHA-256 {seen}) is not vouched for by an authority of this system ({errors}): with the setting \"tls\" at \"pin\" the certificate itself is trusted instead";
                return false;
            }
            if (_trusted.Length == 0) _trusted = seen;
            if (CertificatePin.AreSame(_trusted, seen)) return true;
            _refused = seen;
            return false;
        }
    }

    // OpenSSL's words: alerts of a peer that knows nothing newer than TLS 1.1, and keys below security level 2 (Debian's openssl.cnf).
    private static bool IsOld(string said) =>
        new[] { "unsupported protocol", "protocol version", "key too small", "handshake failure", "no protocols available", "unsafe legacy renegotiation", "md too weak", "insufficient security" }
            .Any(w => said.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Exception> Chain(Exception? e)
    {
        for (; e is not null; e = e.InnerException) yield return e;
    }
}
