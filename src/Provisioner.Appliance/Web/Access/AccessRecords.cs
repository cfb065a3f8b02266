using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provisioner.Appliance.Web.Access;

/// <summary>A person who may sign in.</summary>
/// <param name="PasswordHash">As <see cref="Passwords"/> writes it.</param>
internal sealed record Account(string Name, string PasswordHash, DateTimeOffset Created);

/// <summary>A browser that signed in. The cookie's secret is not kept, only its SHA-256.</summary>
internal sealed record Session(string Hash, string Account, DateTimeOffset Created, DateTimeOffset Expires);

/// <summary>A program's key. The secret is shown once and not kept, only its SHA-256.</summary>
/// <param name="Id">For naming it in a list and in the path that revokes it.</param>
/// <param name="Prefix">First characters of the secret, so that a person can tell which key stands in a script.</param>
/// <param name="ReadOnly">It may look and not touch: GET and HEAD only.</param>
internal sealed record ApiKey(
    string Id, string Name, string Prefix, string Hash, bool ReadOnly, string Owner, DateTimeOffset Created, DateTimeOffset Expires);

/// <summary>Who is asking, once it is known.</summary>
/// <param name="Name">As it stands on timelines.</param>
/// <param name="Session">The session's hash where it is a browser.</param>
internal sealed record Caller(string Name, bool ReadOnly, string? Session);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(ApiKey))]
internal sealed partial class AccessJson : JsonSerializerContext;
