namespace Provisioner.Appliance.Packages;

/// <summary>A file of the cache for one machine: whole, or as far as it has come. Reading what isn't there yet waits for it.</summary>
/// <param name="file">Its record.</param>
/// <param name="body">Its body, owned by this stream.</param>
/// <param name="flight">The flight that brings it; null for a whole file.</param>
/// <param name="served">Is told the bytes that are read.</param>
internal sealed class PackageStream(CachedFile file, FileStream body, PackageFlight? flight, Action<long> served) : Stream
{
    private long _at;

    public override bool CanRead => true;
    // Ranges can be served from anything whose length is known, also while it comes.
    public override bool CanSeek => file.Length is not null;
    public override bool CanWrite => false;
    public override long Length => file.Length ?? throw new NotSupportedException();
    public override long Position { get => _at; set => _at = value; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (flight is not null && !await flight.MoreThanAsync(_at, cancellationToken)) return 0;
        // Of a part, only what was counted: the rest of the body may be old.
        long there = flight?.There ?? file.Length!.Value;
        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, there - _at));
        if (wanted == 0) return 0;
        int read = await RandomAccess.ReadAsync(body.SafeFileHandle, buffer[..wanted], _at, cancellationToken);
        if (read == 0) throw new IOException($"the body of {file.Url} is shorter than it was");
        _at += read;
        served(read);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _at = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _at + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read it asynchronously: it may wait for the archive");
    public override void Flush()
    {
    }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) body.Dispose();
        base.Dispose(disposing);
    }
}
