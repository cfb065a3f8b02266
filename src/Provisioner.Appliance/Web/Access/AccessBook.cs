using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Web.Access;

/// <summary>
/// Who may come in: accounts, sessions and keys. In memory as snapshots, on disk through <see cref="IStore"/>; nothing is answered before it is on disk.
/// </summary>
internal sealed class AccessBook
{
    public const string KeyMark = "prov_";
    public static readonly TimeSpan SessionLife = TimeSpan.FromHours(12);
    private const int MostSessions = 1000;
    private readonly IStore _store;
    private readonly TimeProvider _time;
    private readonly Passwords _passwords;
    private readonly SemaphoreSlim _writing = new(1);
    private ImmutableDictionary<string, (Account Value, long Version)> _accounts;
    private ImmutableDictionary<string, Session> _sessions;
    private ImmutableDictionary<string, ApiKey> _keys;

    public AccessBook(IStore store, TimeProvider time, Passwords passwords)
    {
        (_store, _time, _passwords) = (store, time, passwords);
        _accounts = store.Load("accounts").ToImmutableDictionary(d => d.Id, d => (Read(d, AccessJson.Default.Account), d.Version));
        _sessions = store.Load("sessions").ToImmutableDictionary(d => d.Id, d => Read(d, AccessJson.Default.Session));
        _keys = store.Load("keys").Select(d => Read(d, AccessJson.Default.ApiKey)).ToImmutableDictionary(k => k.Hash);
    }

    /// <summary>A person has signed up: the sign-in link needn't be printed at start.</summary>
    public bool HasAccount => !_accounts.IsEmpty;

    /// <summary>Keys that still work, oldest first.</summary>
    public IEnumerable<ApiKey> Keys => _keys.Values.Where(k => k.Expires > _time.GetUtcNow()).OrderBy(k => k.Created);

    /// <summary>A local root's key, made afresh at each start and never stored: see <see cref="AdminKey"/>.</summary>
    public string? AdminKeyHash { get; set; }

    /// <summary>Why a name can't be an account's, or null.</summary>
    public static string? NameFault(string name) =>
        name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')
            ? null
            : "a name has 1 to 64 letters, digits, dots, hyphens, underscores and @";

    /// <summary>Makes an account, or gives an existing one a new password and ends its sessions.</summary>
    public async Task SetAccountAsync(string name, string password, CancellationToken cancel)
    {
        string hash = await _passwords.HashAsync(password, cancel);
        await WriteAsync(() =>
        {
            var (old, version) = _accounts.GetValueOrDefault(name);
            var account = new Account(name, hash, old?.Created ?? _time.GetUtcNow());
            var ended = _sessions.Values.Where(s => s.Account == name).Select(s => s.Hash).ToList();
            var batch = new StoreBatch([new("accounts", name, version + 1, JsonSerializer.Serialize(account, AccessJson.Default.Account))],
                [.. ended.Select(e => ("sessions", e))], []);
            return (batch, () =>
            {
                _accounts = _accounts.SetItem(name, (account, version + 1));
                _sessions = _sessions.RemoveRange(ended);
            }
            );
        });
    }

    /// <summary>Whether name and password go together.</summary>
    public Task<bool> KnowsAsync(string name, string password, CancellationToken cancel) =>
        _passwords.VerifyAsync(password, _accounts.GetValueOrDefault(name).Value?.PasswordHash, cancel);

    /// <summary>Opens a session and returns its secret, for the cookie.</summary>
    public async Task<string> OpenSessionAsync(string account)
    {
        string secret = Token.New();
        var now = _time.GetUtcNow();
        var session = new Session(Token.Hash(secret), account, now, now + SessionLife);
        await WriteAsync(() =>
        {
            var gone = _sessions.Values.Where(s => s.Expires <= now).Select(s => s.Hash).ToList();
            if (_sessions.Count - gone.Count >= MostSessions) gone.Add(_sessions.Values.MinBy(s => s.Created)!.Hash);
            var batch = new StoreBatch([new("sessions", session.Hash, 1, JsonSerializer.Serialize(session, AccessJson.Default.Session))],
                [.. gone.Select(g => ("sessions", g))], []);
            return (batch, () => _sessions = _sessions.RemoveRange(gone).SetItem(session.Hash, session));
        });
        return secret;
    }

    /// <summary>Ends a session by its hash.</summary>
    public Task EndSessionAsync(string hash) =>
        WriteAsync(() => (new([], [("sessions", hash)], []), () => _sessions = _sessions.Remove(hash)));

    /// <summary>Makes a key and returns its secret, which is not seen again.</summary>
    public async Task<(ApiKey Key, string Secret)> MakeKeyAsync(string name, bool readOnly, TimeSpan life, string owner)
    {
        string secret = KeyMark + Token.New();
        var now = _time.GetUtcNow();
        var key = new ApiKey(Guid.NewGuid().ToString("N")[..12], name, secret[..(KeyMark.Length + 6)], Token.Hash(secret), readOnly, owner, now, now + life);
        await WriteAsync(() => (StoreBatch.Of(new Document("keys", key.Id, 1, JsonSerializer.Serialize(key, AccessJson.Default.ApiKey))),
            () => _keys = _keys.SetItem(key.Hash, key)));
        return (key, secret);
    }

    /// <summary>Revokes a key; false where there is none of that id.</summary>
    public async Task<bool> RevokeKeyAsync(string id)
    {
        if (_keys.Values.FirstOrDefault(k => k.Id == id) is not { } key) return false;
        await WriteAsync(() => (new([], [("keys", id)], []), () => _keys = _keys.Remove(key.Hash)));
        return true;
    }

    /// <summary>Whose cookie this is, or null.</summary>
    public Caller? BySession(string secret) =>
        _sessions.GetValueOrDefault(Token.Hash(secret)) is { } session && session.Expires > _time.GetUtcNow()
            ? new(session.Account, ReadOnly: false, session.Hash) : null;

    /// <summary>Whose key this is, or null.</summary>
    public Caller? ByKey(string secret)
    {
        if (Token.Matches(secret, AdminKeyHash)) return new(AdminKey.CallerName, ReadOnly: false, null);
        return _keys.GetValueOrDefault(Token.Hash(secret)) is { } key && key.Expires > _time.GetUtcNow()
            ? new($"key {key.Name}", key.ReadOnly, null) : null;
    }

    private async Task WriteAsync(Func<(StoreBatch Batch, Action Show)> decide)
    {
        await _writing.WaitAsync();
        try
        {
            if (_store.Suspended is { } full) throw new StoreSuspendedException(full);
            var (batch, show) = decide();
            await _store.CommitAsync(batch);
            show();
        }
        finally
        {
            _writing.Release();
        }
    }

    private static T Read<T>(Document document, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(document.Json, type) ?? throw new InvalidDataException($"{document.Collection}/{document.Id} is empty");
}
