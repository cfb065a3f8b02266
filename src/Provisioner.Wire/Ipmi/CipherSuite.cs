using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Provisioner.Wire.Ipmi;

/// <summary>A RAKP authentication algorithm: IPMI 2.0 §13.28, table 13-17. It proves the password and derives all keys.</summary>
/// <param name="Id">Its number in Open Session.</param>
/// <param name="Name">As the specification writes it.</param>
/// <param name="Hash">The hash under its HMAC.</param>
/// <param name="DigestLength">Octets of the key exchange code in RAKP 2 and 3.</param>
/// <param name="CheckLength">Octets of the integrity check value in RAKP 4: §13.28.1, §13.28.1b.</param>
public sealed record AuthenticationAlgorithm(byte Id, string Name, HashAlgorithmName Hash, int DigestLength, int CheckLength);

/// <summary>An integrity algorithm: IPMI 2.0 §13.28.4, table 13-18.</summary>
/// <param name="Id">Its number in Open Session.</param>
/// <param name="Name">As the specification writes it.</param>
/// <param name="Hash">The hash under its HMAC.</param>
/// <param name="CodeLength">Octets of the code at the end of a datagram.</param>
public sealed record IntegrityAlgorithm(byte Id, string Name, HashAlgorithmName Hash, int CodeLength)
{
    /// <summary>MD5-128: MD5 of password, datagram and password again, and no HMAC of K1 (§13.28.3).</summary>
    public const byte KeyedMd5 = 0x03;
}

/// <summary>A confidentiality algorithm: IPMI 2.0 §13.29, table 13-19.</summary>
/// <param name="Id">Its number in Open Session.</param>
/// <param name="Name">As the specification writes it.</param>
public sealed record ConfidentialityAlgorithm(byte Id, string Name);

/// <summary>Three algorithms that go together: IPMI 2.0 §22.15.2, table 22-20.</summary>
/// <param name="Id">The suite's number.</param>
/// <param name="Authentication">Proves the password.</param>
/// <param name="Integrity">Guards each datagram.</param>
/// <param name="Confidentiality">Hides each payload, or <see cref="NoConfidentiality"/>.</param>
public sealed record CipherSuite(byte Id, AuthenticationAlgorithm Authentication, IntegrityAlgorithm Integrity, ConfidentialityAlgorithm Confidentiality)
{
    /// <summary>The payloads can be read on the way.</summary>
    public static readonly ConfidentialityAlgorithm NoConfidentiality = new(0x00, "none");

    private static readonly ConfidentialityAlgorithm AesCbc128 = new(0x01, "AES-CBC-128");
    private static readonly AuthenticationAlgorithm RakpSha1 = new(0x01, "RAKP-HMAC-SHA1", HashAlgorithmName.SHA1, 20, 12);
    private static readonly AuthenticationAlgorithm RakpMd5 = new(0x02, "RAKP-HMAC-MD5", HashAlgorithmName.MD5, 16, 16);
    private static readonly AuthenticationAlgorithm RakpSha256 = new(0x03, "RAKP-HMAC-SHA256", HashAlgorithmName.SHA256, 32, 16);
    private static readonly IntegrityAlgorithm Sha1 = new(0x01, "HMAC-SHA1-96", HashAlgorithmName.SHA1, 12);
    private static readonly IntegrityAlgorithm HmacMd5 = new(0x02, "HMAC-MD5-128", HashAlgorithmName.MD5, 16);
    private static readonly IntegrityAlgorithm Md5 = new(IntegrityAlgorithm.KeyedMd5, "MD5-128", HashAlgorithmName.MD5, 16);
    private static readonly IntegrityAlgorithm Sha256 = new(0x04, "HMAC-SHA256-128", HashAlgorithmName.SHA256, 16);

    /// <summary>SHA-1 throughout: every IPMI 2.0 BMC has it (mandatory in table 22-20).</summary>
    public static readonly CipherSuite Suite3 = new(3, RakpSha1, Sha1, AesCbc128);

    /// <summary>SHA-256 throughout: in BMCs since about 2013.</summary>
    public static readonly CipherSuite Suite17 = new(17, RakpSha256, Sha256, AesCbc128);

    /// <summary>
    /// What is asked for where nobody says otherwise, best first. Suites 0 to 2 lack authentication, integrity or confidentiality and
    /// are never spoken (CVE-2013-4782: suite 0 takes any password).
    /// </summary>
    public static readonly ImmutableArray<CipherSuite> Preferred = [Suite17, Suite3];

    /// <summary>
    /// All that can be spoken, best first: with AES, then those that guard and do not hide (16, 7, 11). Not among them: 0, 1, 6 and 15,
    /// which guard nothing; 2, which is suite 3 without its encryption, and which every BMC that has it has too; xRC4 (4, 5, 9, 10, 13, 14,
    /// 18, 19), whose cipher is broken (RFC 7465).
    /// </summary>
    public static readonly ImmutableArray<CipherSuite> Spoken =
    [
        Suite17, Suite3, new(8, RakpMd5, HmacMd5, AesCbc128), new(12, RakpMd5, Md5, AesCbc128),
        new(16, RakpSha256, Sha256, NoConfidentiality), new(7, RakpMd5, HmacMd5, NoConfidentiality), new(11, RakpMd5, Md5, NoConfidentiality),
    ];

    /// <summary>Payloads are encrypted.</summary>
    public bool Hides => Confidentiality.Id != NoConfidentiality.Id;

    /// <summary>For notes: <c>cipher suite 17 (RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128)</c>.</summary>
    public override string ToString() => $"cipher suite {Id} ({Authentication.Name}, {Integrity.Name}, {(Hides ? Confidentiality.Name : "not encrypted")})";
}
