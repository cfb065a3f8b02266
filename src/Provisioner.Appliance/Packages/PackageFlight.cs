using System.Net;
using System.Net.Http.Headers;
using Provisioner.Domain.Packages;

namespace Provisioner.Appliance.Packages;

/// <summary>
/// One file on its way from its archive, for all who want it: they read along while it comes. A connection that breaks is taken up again where
/// it stopped; what can't be finished is kept, and the next flight, maybe of another process, goes on with it.
/// </summary>
internal sealed class PackageFlight(PackageFile file, PackageStore store, Upstream upstream, Action<long> fetched, TimeProvider time)
{
    private const int Attempts = 6;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource<Departure> _departure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ComingBody _body = new(file, store);
    private TaskCompletionSource _more = New();
    private Departure? _crash;
    private bool _landed;

    /// <summary>How it began; known as soon as the archive has answered, or can't be asked.</summary>
    public Task<Departure> Departure => _departure.Task;

    /// <summary>Why it ended on its way; null while it flies, and when it has landed.</summary>
    public Departure? Crash => Volatile.Read(ref _crash);

    /// <summary>The file's record; from the departure on.</summary>
    public CachedFile Coming => _body.Record;

    /// <summary>
    /// Bytes that may be read. Where the name promises a hash, the last byte waits for it: what is wrong ends as a broken connection.
    /// </summary>
    public long There => _body.Written is var written && file.Hash is not null && !Volatile.Read(ref _landed) && written == Coming.Length ? written - 1 : written;

    /// <summary>A body of its own for a reader.</summary>
    public FileStream Open() => store.Read(Coming);

    /// <summary>Waits until there is more than so many bytes. False at the end.</summary>
    /// <exception cref="IOException">there will be no more, and it was not all.</exception>
    public async ValueTask<bool> MoreThanAsync(long bytes, CancellationToken cancel)
    {
        while (true)
        {
            var more = Volatile.Read(ref _more);
            if (There > bytes) return true;
            if (Crash is not null) throw new IOException($"{file.Url} is not coming any more");
            if (Volatile.Read(ref _landed)) return There > bytes;
            await more.Task.WaitAsync(cancel);
        }
    }

    /// <summary>Flies, when it is its turn; never throws.</summary>
    public async Task RunAsync(SemaphoreSlim slots, CancellationToken cancel)
    {
        bool slot = false;
        try
        {
            await slots.WaitAsync(cancel);
            slot = true;
            var known = store.Find(file.Key);
            if (store.TakePart(file.Key) is { } part) _body.GoOn(part.File, part.Bytes);
            await AskAsync(known, cancel);
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            _body.Dispose();
            if (slot) slots.Release();
        }
    }

    private async Task AskAsync(CachedFile? known, CancellationToken cancel)
    {
        for (int attempt = 0; ; attempt++)
        {
            long before = _body.Written;
            try
            {
                using var reply = await upstream.GetAsync(file, r => Condition(r, known), cancel);
                if (!Depart(reply)) return;
                await CopyAsync(reply, cancel);
                Land();
                return;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or UpstreamException { Unreached: true } && e is not (DiskException or WrongContentException) && !cancel.IsCancellationRequested)
            {
                // Before anything came, whoever asked can ask again; after that they wait here.
                if (!_departure.Task.IsCompleted) throw;
                if (_body.Written > before) attempt = 0;
                if (attempt >= Attempts || Coming.IfRange is null) throw;
                await Task.Delay(TimeSpan.FromSeconds(0.25 * (1 << attempt)), time, cancel);
            }
        }
    }

    private void Condition(HttpRequestMessage request, CachedFile? known)
    {
        if (_body.IsOpen)
        {
            request.Headers.Range = new(_body.Written, null);
            request.Headers.TryAddWithoutValidation("If-Range", Coming.IfRange);
        }
        else if (known is not null)
        {
            if (known.ETag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", known.ETag);
            if (known.LastModified is not null) request.Headers.IfModifiedSince = known.LastModified;
        }
    }

    // True when bytes are to be copied.
    private bool Depart(HttpResponseMessage reply)
    {
        switch (reply.StatusCode)
        {
            case HttpStatusCode.NotModified:
                _departure.TrySetResult(new Departure.NotModified());
                return false;
            case HttpStatusCode.PartialContent when _body.IsOpen && reply.Content.Headers.ContentRange is { From: { } from } range
                    && from == _body.Written && (Coming.Length is null || range.Length is null || range.Length == Coming.Length):
                if (range.Length is { } total && Coming.Length is null) _body.Record = Coming with { Length = total };
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable when _body.IsOpen && _body.Written == Coming.Length:
                Land(); // all of it was there: the process ended between the last byte and the record
                return false;
            case HttpStatusCode.OK:
                if (_departure.Task.IsCompleted) throw new UpstreamException(502, $"{file.Url} changed while it was fetched", unreached: false);
                var record = RecordOf(reply);
                _body.Forget();
                _body.Begin(record);
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable when _body.IsOpen && !_departure.Task.IsCompleted:
                _body.Forget();
                throw new UpstreamException(503, $"{file.Url} changed while it was fetched: ask again", unreached: true);
            default:
                int status = (int)reply.StatusCode;
                bool broken = status is 429 or >= 500 or < 400;
                throw new UpstreamException(broken ? 502 : status, $"{file.Url.Host} answered {status} {reply.ReasonPhrase}", broken);
        }
        _body.Depart();
        _departure.TrySetResult(new Departure.Coming());
        return true;
    }

    private CachedFile RecordOf(HttpResponseMessage reply)
    {
        var headers = reply.Content.Headers;
        // A body that ends where the connection ends could be cut, and nobody would know (RFC 9112 §6.3).
        if (headers.ContentLength is null && reply.Headers.TransferEncodingChunked != true && reply.Version.Major < 2)
            throw new UpstreamException(502, $"{file.Url.Host} doesn't say how long {file.Url.AbsolutePath} is", unreached: false);
        return new(file.Key, file.Archive.Name, "", headers.ContentLength, reply.Headers.ETag?.ToString(), headers.LastModified, headers.ContentType?.ToString(), time.GetUtcNow());
    }

    private async Task CopyAsync(HttpResponseMessage reply, CancellationToken cancel)
    {
        await using var content = await reply.Content.ReadAsStreamAsync(cancel);
        byte[] buffer = new byte[ComingBody.Chunk];
        while (true)
        {
            int read = await ReadAsync(content, buffer, cancel);
            if (read == 0) break;
            if (Coming.Length is { } length && _body.Written + read > length) throw new UpstreamException(502, $"{file.Url} is longer than {file.Url.Host} said", unreached: false);
            await _body.WriteAsync(buffer.AsMemory(0, read), cancel);
            fetched(read);
            Wake();
            _body.SyncNowAndThen();
        }
        if (Coming.Length is { } whole && _body.Written < whole) throw new IOException($"{file.Url} ended after {_body.Written} of {whole} bytes");
    }

    private async Task<int> ReadAsync(Stream content, byte[] buffer, CancellationToken cancel)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        silence.CancelAfter(Silence);
        try
        {
            return await content.ReadAsync(buffer, silence.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{file.Url.Host} sent nothing for {Silence.TotalSeconds:0} s");
        }
    }

    private void Land()
    {
        _body.Land();
        Volatile.Write(ref _landed, true);
        _departure.TrySetResult(new Departure.Coming());
        Wake();
    }

    private void Fail(Exception e)
    {
        Departure crash = e switch
        {
            DiskException => new Departure.NoRoom(e.Message),
            UpstreamException upstream => new Departure.Failed(upstream.Status, upstream.Message, upstream.Unreached),
            WrongContentException => new Departure.Failed(502, e.Message, false),
            _ => new Departure.Failed(502, e is OperationCanceledException ? "the appliance is being stopped" : $"{file.Url.Host} broke off: {e.Message}", true),
        };
        Volatile.Write(ref _crash, crash); // before its body goes: who finds none has to find out why
        if (e is DiskException or WrongContentException or UpstreamException { Unreached: false }) _body.Forget();
        else _body.Keep();
        _departure.TrySetResult(crash);
        Wake();
    }

    private void Wake() => Interlocked.Exchange(ref _more, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
