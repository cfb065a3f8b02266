using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Snmp;

namespace Provisioner.Tests.Snmp;

/// <summary>Keys, signatures and encryption, by the papers' own examples.</summary>
public sealed class UsmKeyTests
{
    private static readonly byte[] Engine = Convert.FromHexString("000000000000000000000002");

    /// <summary>RFC 3414 A.3.1 and A.3.2: the password maplesyrup, before and after it is localised.</summary>
    [Theory]
    [InlineData(UsmAuth.Md5, "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b")]
    [InlineData(UsmAuth.Sha1, "9fb5cc0381497b3793528939ff788d5d79145211", "6695febc9288e36282235fc7151f128497b38f3f")]
    public void Keys_are_made_as_the_paper_has_them(UsmAuth auth, string key, string localised)
    {
        byte[] made = auth.KeyOf("maplesyrup");
        Assert.Equal(key, Convert.ToHexStringLower(made));
        Assert.Equal(localised, Convert.ToHexStringLower(auth.Localize(made, Engine)));
    }

    [Fact]
    public void A_password_that_is_too_short_makes_no_key() => Assert.Throws<WireException>(() => UsmAuth.Sha256.KeyOf("1234567"));

    /// <summary>FIPS 180-4's examples (RFC 3874 §3), and lengths around the end of a block.</summary>
    [Theory]
    [InlineData("abc", 1, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData("", 1, "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")]
    [InlineData("a", 1_000_000, "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67")]
    public void Sha224_is_what_the_paper_says(string text, int times, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Sha224.Hash(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times))))));

    /// <summary>RFC 4231 §4.2, §4.3 and §4.7 (a key longer than a block).</summary>
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22")]
    [InlineData("4a656665", "what do ya want for nothing?", "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44")]
    [InlineData("aa*131", "Test Using Larger Than Block-Size Key - Hash Key First", "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e")]
    public void Hmac_of_Sha224_is_what_the_paper_says(string key, string text, string hash)
    {
        byte[] octets = key == "aa*131" ? [.. Enumerable.Repeat((byte)0xaa, 131)] : Convert.FromHexString(key);
        Assert.Equal(hash, Convert.ToHexStringLower(Sha224.Hmac(octets, Encoding.ASCII.GetBytes(text))));
    }

    [Theory]
    [InlineData(UsmPriv.Des)]
    [InlineData(UsmPriv.Aes)]
    public void What_is_encrypted_is_decrypted_whatever_its_length(UsmPriv priv)
    {
        byte[] key = UsmAuth.Sha1.Localize(UsmAuth.Sha1.KeyOf("maplesyrup"), Engine), salt = [1, 2, 3, 4, 5, 6, 7, 8];
        for (int length = 1; length < 70; length++)
        {
            byte[] clear = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
            byte[] hidden = priv.Encrypt(key, salt, 7, 4711, clear);
            Assert.Equal(clear, priv.Decrypt(key, salt, 7, 4711, hidden)[..length]);
            Assert.False(hidden.AsSpan().StartsWith(clear));
        }
    }

    [Theory]
    [InlineData("v3-md5-des", "md5des", UsmAuth.Md5, UsmPriv.Des)]
    [InlineData("v3-sha512-aes", "sha512aes", UsmAuth.Sha512, UsmPriv.Aes)]
    [InlineData("v3-sha224", "sha224", UsmAuth.Sha224, UsmPriv.None)]
    public void What_others_signed_and_sealed_is_opened(string name, string user, UsmAuth auth, UsmPriv priv)
    {
        var keys = new UsmUser(user, auth, "auth-password", priv, "priv-password").KeysFor(Convert.FromHexString("800000020109840301"));
        foreach (var (_, octets) in Conversations.Of(name)[2..])
        {
            var message = V3Message.Parse(octets);
            Assert.True(keys.HasSigned(message, octets));
            Assert.Equal("1.3.6.1.4.1.318.1.1.12.3.5.1.1.4.3", keys.Open(message).Pdu.Bindings[0].Name.ToString());
            octets[^1] ^= 1;
            Assert.False(keys.HasSigned(message, octets));
            octets[^1] ^= 1;
            octets[message.SignatureAt] ^= 1;
            Assert.False(keys.HasSigned(V3Message.Parse(octets), octets));
        }
    }
}
