using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Provisioner.Domain.Dns;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Servers;

/// <summary>
/// Finds out what isn't ours: from the cache, else from the upstream servers, one after the other. The same question is under way once, however
/// many ask it, so that even a loop of servers comes to nothing. All of it has an end: a few seconds, and a bound on what is under way.
/// </summary>
/// <param name="servers">The upstream servers as they are now.</param>
/// <param name="serveStale">An ended answer may be given when there is no newer one (RFC 8767).</param>
/// <param name="note">Told when a server is taken for down.</param>
internal sealed class DnsForwarder(Func<IReadOnlyList<IPEndPoint>> servers, Func<bool> serveStale, TimeProvider time, Action<string>? note = null)
{
    private const int MostAtOnce = 512, MostEntries = 100_000, Rounds = 2;
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4.5), UntilStale = TimeSpan.FromSeconds(1.8); // RFC 8767 §5
    private readonly ConcurrentDictionary<string, Lazy<Task<ResolvedAnswer>>> _underWay = new();
    private readonly UpstreamHealth _health = new();

    /// <summary>What others said.</summary>
    public DnsCache Cache { get; } = new(MostEntries, MostBytes);

    /// <summary>The upstream servers, and how they fare.</summary>
    public IReadOnlyList<UpstreamState> Upstreams => _health.Of(servers());

    /// <summary>Questions that are under way.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>A question from an upstream server that we are asking it just now: it asks us, and it is asked no more for that.</summary>
    public bool IsLoop(IPAddress asker, DnsNameBuffer name, DnsType type, bool dnssecOk, bool checkingDisabled) =>
        _underWay.ContainsKey(KeyOf(name.From(0), type, dnssecOk, checkingDisabled)) && servers().Any(s => s.Address.Equals(asker));

    /// <summary>The answer; a failure where nobody gave one in time.</summary>
    /// <param name="name">On the wire, in lower case.</param>
    public async Task<ResolvedAnswer> AskAsync(byte[] name, DnsType type, bool dnssecOk, bool checkingDisabled)
    {
        string key = KeyOf(name, type, dnssecOk, checkingDisabled);
        if (_underWay.Count >= MostAtOnce && !_underWay.ContainsKey(key)) return Stale(name, type, dnssecOk, checkingDisabled) ?? ResolvedAnswer.Failed(Now);
        var asking = _underWay.GetOrAdd(key, k => new(() => FindOutAsync(k, name, type, dnssecOk, checkingDisabled))).Value;
        if (!asking.IsCompleted && Stale(name, type, dnssecOk, checkingDisabled) is { } stale)
        {
            await Task.WhenAny(asking, Task.Delay(UntilStale, time)).ConfigureAwait(false);
            if (!asking.IsCompleted) return stale; // the question goes on, for the next one
        }
        var answer = await asking.ConfigureAwait(false);
        return answer.Result == DnsResult.ServFail ? Stale(name, type, dnssecOk, checkingDisabled) ?? answer : answer;
    }

    private async Task<ResolvedAnswer> FindOutAsync(string key, byte[] name, DnsType type, bool dnssecOk, bool checkingDisabled)
    {
        try
        {
            var answer = await AskAllAsync(name, type, dnssecOk, checkingDisabled).ConfigureAwait(false) ?? ResolvedAnswer.Failed(Now);
            Cache.Put(CacheKey(name, type, dnssecOk, checkingDisabled), answer);
            return answer;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    private async Task<ResolvedAnswer?> AskAllAsync(byte[] name, DnsType type, bool dnssecOk, bool checkingDisabled)
    {
        using var deadline = new CancellationTokenSource(Patience, time);
        for (int round = 0; round < Rounds; round++)
            foreach (var server in _health.Order(servers(), Now))
            {
                if (deadline.IsCancellationRequested) return null;
                var exchange = new DnsExchange(server, name, type, dnssecOk, checkingDisabled, Now);
                long began = Stopwatch.GetTimestamp();
                var answer = await exchange.RunAsync(time, deadline.Token).ConfigureAwait(false);
                if (answer is UpstreamAnswer.Taken taken)
                {
                    _health.Answered(server, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    return taken.Answer;
                }
                if (answer is UpstreamAnswer.Failed failed && _health.Failed(server, failed.Why, Now)) note?.Invoke($"DNS server {server} answers no more: {failed.Why}; others are asked first for a while");
            }
        return null;
    }

    private ResolvedAnswer? Stale(byte[] name, DnsType type, bool dnssecOk, bool checkingDisabled) =>
        serveStale() ? Cache.FindStale(CacheKey(name, type, dnssecOk, checkingDisabled), Now) : null;

    private uint Now => (uint)time.GetUtcNow().ToUnixTimeSeconds();

    private static DnsCacheKey CacheKey(ReadOnlySpan<byte> name, DnsType type, bool dnssecOk, bool checkingDisabled) => new(name, type, DnsCacheKey.Flags(dnssecOk, checkingDisabled));

    private static string KeyOf(ReadOnlySpan<byte> name, DnsType type, bool dnssecOk, bool checkingDisabled) =>
        $"{Convert.ToHexString(name)} {(ushort)type} {DnsCacheKey.Flags(dnssecOk, checkingDisabled)}";
}
