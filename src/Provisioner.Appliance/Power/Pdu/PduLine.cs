using System.Security.Cryptography;
using System.Text;
using Provisioner.Domain.Power.Pdu;
using Provisioner.Wire.Snmp;

namespace Provisioner.Appliance.Power.Pdu;

/// <summary>
/// The line to one PDU: one question at a time, for these agents are small, and many machines hang on one of them. What was found out of it is kept:
/// its engine with the keys for it, so that a reading is two packets, and its model.
/// </summary>
internal sealed class PduLine(string address, int port, PduTimings timings, TimeProvider clock)
{
    private const int MostEngines = 16;
    private static readonly byte[] MarkKey = RandomNumberGenerator.GetBytes(32);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<string, UsmEngine> _engines = [];
    private long _used = clock.GetTimestamp(), _silentAt = long.MinValue;
    private string _silence = "";

    /// <summary>The model that was found out, or null.</summary>
    public PduModel? Model { get; set; }

    /// <summary>It was not used for long.</summary>
    public bool IsIdle => clock.GetElapsedTime(Volatile.Read(ref _used)) > timings.Idle;

    /// <summary>Asks one question.</summary>
    /// <exception cref="SnmpException">there is no answer.</exception>
    public async Task<SnmpPdu> AskAsync(PduTerms terms, SnmpVersion version, Func<int, SnmpPdu> ask, CancellationToken cancel)
    {
        long came = clock.GetTimestamp();
        Volatile.Write(ref _used, came);
        await _turn.WaitAsync(cancel);
        try
        {
            // Found silent while this one stood in line: it would find the same, after everybody before it.
            if (_silentAt > came) throw new SnmpException(SnmpFailure.Silent, _silence);
            return await SnmpSocket.AskAsync(address, port, Conversation(terms, version, ask(Chance())), timings.Tries, clock, cancel);
        }
        catch (SnmpException silent) when (silent.Failure is SnmpFailure.Silent && _silentAt <= came)
        {
            (_silentAt, _silence) = (clock.GetTimestamp(), silent.Message);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    private ISnmpConversation Conversation(PduTerms terms, SnmpVersion version, SnmpPdu ask) => terms.User is { } user
        ? new V3Conversation(EngineOf(user), terms.Context, ask, Chance(), timings.Tries.Length)
        : new CommunityConversation(version, terms.Community, ask, timings.Tries.Length);

    private UsmEngine EngineOf(UsmUser user)
    {
        string mark = Convert.ToHexString(HMACSHA256.HashData(MarkKey, Encoding.UTF8.GetBytes($"{user.Name}\0{user.Auth}\0{user.AuthPassword}\0{user.Priv}\0{user.PrivPassword}")));
        if (_engines.TryGetValue(mark, out var known)) return known;
        if (_engines.Count >= MostEngines) _engines.Clear();
        return _engines[mark] = new(user, RandomNumberGenerator.Fill);
    }

    private static int Chance() => RandomNumberGenerator.GetInt32(1, int.MaxValue);
}
