using System.Buffers.Binary;

namespace Provisioner.Wire.Snmp;

/// <summary>
/// What is known of an agent's engine, kept between questions: its id, its clock (RFC 3414 §2.3), and a user's keys for it.
/// Time comes in as seconds of a clock that never goes back.
/// </summary>
/// <param name="user">Who speaks to it.</param>
/// <param name="chance">Chance, for the first salt.</param>
public sealed class UsmEngine(UsmUser user, Action<Span<byte>> chance)
{
    /// <summary>So many seconds a message may be old: RFC 3414 §2.2.3.</summary>
    public const int Window = 150;

    /// <summary>No clock may count further: the agent is to be given another engine id then (§2.2.2).</summary>
    private const int MaxBoots = int.MaxValue;

    private readonly byte[] _salt = new byte[UsmPrivs.SaltLength];
    private int _boots, _time, _latest;
    private long _at;
    private bool _proved, _salted;

    /// <summary>Who speaks to it.</summary>
    public UsmUser User => user;

    /// <summary>Its id; empty before it was found out.</summary>
    public ReadOnlyMemory<byte> Id { get; private set; }

    /// <summary>The user's keys for it; null before its id is known.</summary>
    public UsmKeys? Keys { get; private set; }

    /// <summary>A message of it was signed rightly: user and authentication password are right.</summary>
    public bool IsProved => _proved;

    /// <summary>How often it has started.</summary>
    public int Boots => _boots;

    /// <summary>Its time now.</summary>
    public int TimeAt(long now) => (int)Math.Min(int.MaxValue, _time + Math.Max(0, now - _at));

    /// <summary>What its first report said, which nobody has signed: a guess until a signed message confirms it.</summary>
    public void Discover(ReadOnlyMemory<byte> id, int boots, int time, long now)
    {
        if (Keys is null || !id.Span.SequenceEqual(Id.Span)) Keys = user.KeysFor(id.Span);
        Id = id;
        _proved = false;
        Set(boots, time, now);
    }

    /// <summary>Nothing is known of it any more.</summary>
    public void Forget() => (Id, Keys, _proved) = (default, null, false);

    /// <summary>
    /// Takes the clock of a message whose signature was right; false where the message is older than the window: a replay (RFC 3414 §3.2 step 7b).
    /// </summary>
    public bool Take(V3Message message, long now)
    {
        if (!_proved || message.Boots > _boots || message.Boots == _boots && message.Time > _latest) Set(message.Boots, message.Time, now);
        _proved = true;
        return _boots != MaxBoots && message.Boots == _boots && message.Time >= TimeAt(now) - Window;
    }

    /// <summary>A salt that was not used before: counted up from chance (RFC 3414 §8.1.1.1 and RFC 3826 §3.1.2.1).</summary>
    public byte[] NextSalt()
    {
        if (!_salted) chance(_salt);
        _salted = true;
        if (user.Priv is UsmPriv.Aes) BinaryPrimitives.WriteUInt64BigEndian(_salt, BinaryPrimitives.ReadUInt64BigEndian(_salt) + 1);
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(_salt, _boots);
            BinaryPrimitives.WriteUInt32BigEndian(_salt.AsSpan(4), BinaryPrimitives.ReadUInt32BigEndian(_salt.AsSpan(4)) + 1);
        }
        return [.. _salt];
    }

    private void Set(int boots, int time, long now) => (_boots, _time, _latest, _at) = (boots, time, time, now);
}
