using System.Text;
using Provisioner.Domain.Files;
using Provisioner.Wire;
using Provisioner.Wire.Http;

namespace Provisioner.Appliance.Servers;

/// <summary>What a connection is at.</summary>
internal enum FileStage
{
    /// <summary>A request is awaited or on its way in.</summary>
    Reading,
    /// <summary>An answer is on its way out.</summary>
    Sending,
    /// <summary>All is said, and what still comes in is thrown away, so that the answer isn't lost to a reset (RFC 9112 §9.6).</summary>
    Draining,
    /// <summary>To be closed.</summary>
    Over,
}

/// <summary>One HTTP connection of the file server: bytes in, the head of a request out of them, an answer with a file behind it out. Never waits.</summary>
/// <param name="socket">The kernel's number; owned.</param>
internal sealed class FileConnection(int socket, Ipv4Address client, TimeSpan now) : IDisposable
{
    // A head must be there this long after its first octet; the next request may be as long in coming; a reader takes so much in so long.
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10), IdleTime = TimeSpan.FromSeconds(30), PaceTime = TimeSpan.FromSeconds(30), DrainTime = TimeSpan.FromSeconds(2);
    private const long SlowestPace = 64 << 10;
    private byte[] _input = new byte[512];
    private int _filled;
    private byte[] _head = [];
    private int _headSent;
    private long _offset, _left, _movedAtCheck;
    private bool _keepsAlive;

    public int Socket { get; } = socket;
    public Ipv4Address Client { get; } = client;
    public FileStage Stage { get; private set; } = FileStage.Reading;
    public TimeSpan Deadline { get; private set; } = now + HeadTime;
    /// <summary>The file that is being sent, or null.</summary>
    public ServedFile? File { get; private set; }
    /// <summary>Octets of the file that the answer has.</summary>
    public long Count { get; private set; }
    /// <summary>Octets of them that the kernel took.</summary>
    public long Moved => Count - _left;
    /// <summary>When the answer began.</summary>
    public TimeSpan Began { get; private set; }
    /// <summary>It sends a little now and then until there is a place for its machine.</summary>
    public bool IsPaced { get; set; }
    /// <summary>It has a place in the queue, or waits for one.</summary>
    public bool IsQueued { get; set; }
    /// <summary>What the event loop waits for on its account.</summary>
    public uint Watched { get; set; } = Epoll.Input;
    /// <summary>Nothing of a request is there: it may be closed for the sake of others.</summary>
    public bool IsIdle => Stage == FileStage.Reading && _filled == 0;

    /// <summary>Takes what came in. False when the client went away.</summary>
    public bool Receive(TimeSpan now)
    {
        if (_filled == _input.Length) Array.Resize(ref _input, _input.Length * 2);
        int got = NonBlocking.Receive(Socket, _input.AsSpan(_filled));
        if (got is NonBlocking.Again or NonBlocking.Interrupted) return true;
        if (got <= 0) return false;
        if (Stage == FileStage.Draining) return true;
        if (_filled == 0) Deadline = now + HeadTime;
        _filled += got;
        return true;
    }

    /// <summary>The next request, where it is wholly there.</summary>
    /// <exception cref="WireException">it is none, or its head is too long; nothing can be read behind it.</exception>
    public HttpRequestHead? TakeRequest()
    {
        int length = HttpRequestHead.LengthIn(_input.AsSpan(0, _filled));
        if (length == 0 && _filled < HttpRequestHead.MostOctets) return null;
        if (length is 0 or > HttpRequestHead.MostOctets) throw new WireException($"the head of the request is longer than {HttpRequestHead.MostOctets} octets");
        var request = HttpRequestHead.Parse(_input.AsSpan(0, length));
        _input.AsSpan(length, _filled - length).CopyTo(_input);
        _filled -= length;
        return request;
    }

    /// <summary>Begins an answer; the file is owned from now on.</summary>
    public void Begin(FileAnswer answer, ServedFile? file, TimeSpan now)
    {
        _head = answer.Text.Length == 0 ? answer.Head.Write() : [.. answer.Head.Write(), .. Encoding.UTF8.GetBytes(answer.Text)];
        (_headSent, _offset, _left, Count, _keepsAlive) = (0, answer.From, answer.Count, answer.Count, answer.KeepsAlive);
        if (answer.Count > 0) File = file;
        else file?.Dispose();
        (Stage, Began, Deadline, _movedAtCheck) = (FileStage.Sending, now, now + PaceTime, 0);
    }

    /// <summary>Sends on, up to a number of octets. False when the client is gone or the file became shorter.</summary>
    public bool Send(long most)
    {
        while (_headSent < _head.Length)
        {
            int sent = NonBlocking.Send(Socket, _head.AsSpan(_headSent), more: _left > 0);
            if (sent is NonBlocking.Again or NonBlocking.Interrupted) return true;
            if (sent < 0) return false;
            _headSent += sent;
        }
        while (_left > 0 && most > 0)
        {
            long wanted = Math.Min(_left, most), sent = NonBlocking.SendFile(Socket, File!.Number, _offset, wanted);
            if (sent is NonBlocking.Again or NonBlocking.Interrupted) return true;
            if (sent <= 0) return false;
            (_offset, _left, most) = (_offset + sent, _left - sent, most - sent);
            if (sent < wanted) return true; // full: a little more at once costs as much as a lot when there is room again
        }
        return true;
    }

    /// <summary>All of the answer is with the kernel.</summary>
    public bool IsSent => _headSent == _head.Length && _left == 0;

    /// <summary>After an answer: on to the next request, or to the end.</summary>
    public void Finish(TimeSpan now)
    {
        File?.Dispose();
        (File, IsPaced, _head) = (null, false, []);
        if (_keepsAlive)
        {
            (Stage, Deadline) = (FileStage.Reading, now + (_filled > 0 ? HeadTime : IdleTime));
            return;
        }
        NonBlocking.EndSending(Socket);
        (Stage, Deadline, _filled) = (FileStage.Draining, now + DrainTime, 0);
    }

    /// <summary>The deadline has passed: true when that is the end, false when the reader is slow but not too slow.</summary>
    public bool IsOverdue(TimeSpan now)
    {
        if (now < Deadline) return false;
        if (Stage != FileStage.Sending || Moved - _movedAtCheck < SlowestPace) return true;
        (_movedAtCheck, Deadline) = (Moved, now + PaceTime);
        return false;
    }

    public void Dispose()
    {
        Stage = FileStage.Over;
        File?.Dispose();
        NonBlocking.Close(Socket);
    }
}
