using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Provisioner.Appliance.Cli.Client;

/// <summary>A command could not be done: one sentence for the person, and the exit code.</summary>
internal sealed class CliException(string message, int exit = CliException.Refused) : Exception(message)
{
    /// <summary>The appliance said no, or the thing isn't there.</summary>
    public const int Refused = 1;
    /// <summary>The appliance was not reached, or doesn't know the key.</summary>
    public const int NotReached = 2;

    public int Exit => exit;
}

/// <summary>The appliance's API, as the command line asks it.</summary>
/// <param name="url">Where it answers, <c>http://localhost:5240</c>.</param>
/// <param name="key">A key, <c>prov_…</c>.</param>
internal sealed class ApiClient(string url, string key) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The key that it asks with.</summary>
    public string Key { get; set; } = key;

    /// <summary>Asks, and gives what is answered; null where the answer has no body.</summary>
    /// <param name="method">GET, POST …</param>
    /// <param name="path">Behind /api/v1/, segments escaped.</param>
    /// <param name="body">What is sent, or null.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="patience">How long the answer may take; null for half a minute.</param>
    /// <exception cref="CliException">it was refused, or nobody answered.</exception>
    public async Task<JsonNode?> AskAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancel, TimeSpan? patience = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        end.CancelAfter(patience ?? Patience);
        using var request = new HttpRequestMessage(method, $"{url.TrimEnd('/')}/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var reply = await _http.SendAsync(request, end.Token);
            string text = await reply.Content.ReadAsStringAsync(end.Token);
            var said = Parse(text);
            if (reply.IsSuccessStatusCode) return said;
            string why = (string?)(said as JsonObject)?["detail"] ?? $"{url} answered {(int)reply.StatusCode} {reply.ReasonPhrase}: is that a Provisioner?";
            throw new CliException(why, reply.StatusCode is HttpStatusCode.Unauthorized ? CliException.NotReached : CliException.Refused);
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"no appliance answers at {url} ({e.InnerException?.Message ?? e.Message}): start it, or name another with --url", CliException.NotReached);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException($"{url} did not answer in {(patience ?? Patience).TotalSeconds:0} s", CliException.NotReached);
        }
    }

    public Task<JsonNode?> GetAsync(string path, CancellationToken cancel) => AskAsync(HttpMethod.Get, path, null, cancel);

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
