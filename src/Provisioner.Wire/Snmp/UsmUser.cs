using System.Security.Cryptography;
using System.Text;

namespace Provisioner.Wire.Snmp;

/// <summary>A user of version 3.</summary>
/// <param name="Name">usmUserName.</param>
/// <param name="Auth">How messages are signed.</param>
/// <param name="AuthPassword">What its key is made of.</param>
/// <param name="Priv">How they are encrypted.</param>
/// <param name="PrivPassword">What its key is made of, with the hash of <paramref name="Auth"/>.</param>
public sealed record UsmUser(string Name, UsmAuth Auth, string AuthPassword, UsmPriv Priv, string PrivPassword)
{
    /// <summary>The level of its messages.</summary>
    public V3Flags Level => (Auth is UsmAuth.None ? V3Flags.None : V3Flags.Auth) | (Priv is UsmPriv.None ? V3Flags.None : V3Flags.Priv);

    /// <summary>In words: <c>authPriv</c>.</summary>
    public string LevelInWords => $"{(Auth is UsmAuth.None ? "noAuth" : "auth")}{(Priv is UsmPriv.None ? "NoPriv" : "Priv")}";

    /// <summary>Its keys for one engine.</summary>
    public UsmKeys KeysFor(ReadOnlySpan<byte> engineId) => new(this,
        Auth is UsmAuth.None ? [] : Auth.Localize(Auth.KeyOf(AuthPassword), engineId),
        Priv is UsmPriv.None ? [] : Auth.Localize(Auth.KeyOf(PrivPassword), engineId));

    /// <summary>For logs: without secrets.</summary>
    public override string ToString() => $"{Name} ({LevelInWords})";
}

/// <summary>A user's keys for one engine: signs and seals messages, and opens them.</summary>
public sealed class UsmKeys(UsmUser user, byte[] authKey, byte[] privKey)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(user.Name);

    /// <summary>Whose they are.</summary>
    public UsmUser User => user;

    /// <summary>The key that signs.</summary>
    internal ReadOnlySpan<byte> AuthKey => authKey;

    /// <summary>A message, signed and sealed as the user's level says: RFC 3414 §3.1.</summary>
    /// <param name="id">msgID.</param>
    /// <param name="reportable">A report may come back.</param>
    /// <param name="engineId">The authoritative engine's id.</param>
    /// <param name="boots">Its boots.</param>
    /// <param name="time">Its time.</param>
    /// <param name="salt">Eight octets that were never used with this key.</param>
    /// <param name="scoped">What it carries.</param>
    public byte[] Seal(int id, bool reportable, ReadOnlyMemory<byte> engineId, int boots, int time, ReadOnlyMemory<byte> salt, ScopedPdu scoped)
    {
        byte[] clear = scoped.ToBytes();
        bool seals = user.Priv is not UsmPriv.None;
        var message = new V3Message(id, user.Level | (reportable ? V3Flags.Reportable : V3Flags.None), engineId, boots, time, _name, new byte[user.Auth.SignatureLength()],
            seals ? salt : default, seals ? user.Priv.Encrypt(privKey, salt.Span, boots, time, clear) : clear);
        byte[] octets = message.ToBytes();
        if (user.Auth is not UsmAuth.None) user.Auth.Sign(authKey, octets).CopyTo(octets, V3Message.Parse(octets).SignatureAt);
        return octets;
    }

    /// <summary>The signature of a datagram is this user's; what is not signed has none.</summary>
    public bool HasSigned(V3Message message, ReadOnlySpan<byte> datagram)
    {
        if (user.Auth is UsmAuth.None || !message.Flags.HasFlag(V3Flags.Auth) || message.Signature.Length != user.Auth.SignatureLength()) return false;
        byte[] zeroed = datagram.ToArray();
        zeroed.AsSpan(message.SignatureAt, message.Signature.Length).Clear();
        return CryptographicOperations.FixedTimeEquals(user.Auth.Sign(authKey, zeroed), message.Signature.Span);
    }

    /// <summary>What a message carries, decrypted where it is encrypted.</summary>
    /// <exception cref="WireException">it can't be decrypted, or is no scoped PDU.</exception>
    public ScopedPdu Open(V3Message message)
    {
        if (!message.Flags.HasFlag(V3Flags.Priv)) return ScopedPdu.Parse(message.Data.Span, padded: false);
        if (user.Priv is UsmPriv.None) throw new WireException("SNMP message: it is encrypted, and this user has no key for that");
        return ScopedPdu.Parse(user.Priv.Decrypt(privKey, message.Salt.Span, message.Boots, message.Time, message.Data.Span), padded: true);
    }
}
