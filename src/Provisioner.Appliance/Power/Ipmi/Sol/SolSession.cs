using System.Threading.Channels;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>
/// A machine's serial console over its BMC (IPMI 2.0 §15): a session of its own, in which packets and commands go side by side. One task
/// does all the speaking; what others want of it comes through a queue.
/// </summary>
internal sealed class SolSession : IAsyncDisposable
{
    private const byte Instance = 1;
    private const byte InUse = 0x80, NoEncryption = 0x83;
    private const int LeastRoom = 16, MostRoom = 200, UsualRoom = 60;

    private readonly BmcSocket _socket;
    private readonly IIpmiSession _session;
    private readonly TimeProvider _clock;
    private readonly SolTimings _timings;
    private readonly SolLink _link;
    private readonly Action<ReadOnlyMemory<byte>> _show;
    private readonly Channel<object> _inputs = Channel.CreateBounded<object>(512);
    private readonly Queue<Asked> _asks = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _pump;
    private int _sequence;
    private long _heard;
    private long _packetSent;
    private long _held;
    private long _askSent;

    private sealed record Typed(byte[] Characters);

    private sealed record BreakWanted;

    private sealed record Asked(IpmiExchange Exchange, TaskCompletionSource<IpmiResponse> Answer)
    {
        public bool Begun { get; set; }
    }

    private SolSession(BmcSession session, BmcAddress bmc, int room, SolTimings timings, Action<ReadOnlyMemory<byte>> show)
    {
        (_socket, _session) = session.HandOver();
        (_clock, _timings, _show, _link) = (bmc.Clock, timings, show, new(room, timings.PacketTries));
        _heard = _clock.GetTimestamp();
        _pump = PumpAsync();
        Ended = RunAsync();
    }

    /// <summary>Completes when the console is closed, with why.</summary>
    public Task<string> Ended { get; }

    /// <summary>Logs in and begins Serial over LAN.</summary>
    /// <param name="bmc">The BMC.</param>
    /// <param name="terms">How it is logged in to.</param>
    /// <param name="take">A console that another session has open is closed first.</param>
    /// <param name="show">Is given what the machine says; must be quick.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="IpmiException">there is no console.</exception>
    public static async Task<SolSession> OpenAsync(BmcAddress bmc, BmcTerms terms, bool take, Action<ReadOnlyMemory<byte>> show, CancellationToken cancel)
    {
        if (terms.Suites.IsEmpty) throw new IpmiException(IpmiFailure.Refused, "a console needs IPMI 2.0 (§15), and only 1.5 is spoken here");
        var session = await BmcSession.OpenAsync(bmc, terms, cancel);
        try
        {
            if (session.Suite is null) throw new IpmiException(IpmiFailure.Refused, "the BMC speaks IPMI 1.5 only, which has no Serial over LAN");
            var active = await ActivateAsync(session, take, cancel);
            // A port of its own is possible (§15.8) and nobody has one; some say it in the wrong octet order.
            if (active.Port != bmc.Port && active.Port is not (0 or Rmcp.Port or 0x6f02) && !terms.Quirks.HasFlag(IpmiQuirks.SolPort))
                throw new IpmiException(IpmiFailure.Refused, $"the BMC wants its console spoken to on UDP port {active.Port}, which is not done here");
            int room = active.InboundSize - SolPacket.HeaderLength;
            if (room is < LeastRoom or > 1024 || terms.Quirks.HasFlag(IpmiQuirks.SolPayloadSize)) room = UsualRoom;
            return new(session, bmc, Math.Min(room, MostRoom), new SolTimings(), show);
        }
        catch
        {
            session.Leave();
            session.Dispose();
            throw;
        }
    }

    private static async Task<ActivePayload> ActivateAsync(BmcSession session, bool take, CancellationToken cancel)
    {
        for (bool taken = false, encrypted = session.Suite!.Hides; ;)
        {
            try
            {
                return await session.AskAsync(new ActivatePayload(Instance, encrypted), cancel);
            }
            catch (IpmiException refused) when (refused.Code == InUse && take && !taken)
            {
                taken = true;
                await session.AskAsync(new DeactivatePayload(Instance), cancel);
            }
            catch (IpmiException refused) when (refused.Code == NoEncryption && encrypted)
            {
                encrypted = false;
            }
        }
    }

    /// <summary>Characters for the machine; false where it has not taken earlier ones yet, and these are dropped.</summary>
    public bool Type(byte[] characters) => _inputs.Writer.TryWrite(new Typed(characters));

    /// <summary>A break for the machine.</summary>
    public void Break() => _inputs.Writer.TryWrite(new BreakWanted());

    /// <summary>Asks the BMC something in this session.</summary>
    /// <exception cref="IpmiException">it failed.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(IIpmiCommand<TAnswer> command, CancellationToken cancel)
    {
        var asked = Ask(command);
        await _inputs.Writer.WriteAsync(asked, cancel);
        var response = await asked.Answer.Task.WaitAsync(cancel);
        if (response.Code != CompletionCode.Ok) throw new IpmiException(IpmiFailure.Refused, $"the BMC refused {command.Name}: {command.Explain(response.Code)}", response.Code);
        try
        {
            return command.Read(response.Data.Span);
        }
        catch (WireException wrong)
        {
            throw new IpmiException(IpmiFailure.Garbled, $"the BMC's answer is not what IPMI says: {wrong.Message}", response.Code);
        }
    }

    /// <summary>Closes the console politely, so that the next one finds it free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            using var soon = new CancellationTokenSource(_timings.Farewell, _clock);
            try
            {
                await AskAsync(new DeactivatePayload(Instance), soon.Token);
                await AskAsync(new CloseSession(_session.TheirId), soon.Token);
            }
            catch (Exception e) when (e is IpmiException or OperationCanceledException or ChannelClosedException)
            {
            }
        }
        await _end.CancelAsync();
        await Ended;
        await _pump;
        _session.Dispose();
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true) await _inputs.Writer.WriteAsync(await _socket.NextAsync(_end.Token), _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException or ObjectDisposedException)
        {
        }
    }

    private async Task<string> RunAsync()
    {
        string why = "the console was closed";
        try
        {
            why = await SpeakAsync();
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        _inputs.Writer.TryComplete();
        while (_inputs.Reader.TryRead(out object? left))
            if (left is Asked asked) _asks.Enqueue(asked);
        foreach (var asked in _asks) asked.Answer.TrySetException(new IpmiException(IpmiFailure.Silent, why));
        return why;
    }

    private async Task<string> SpeakAsync()
    {
        while (true)
        {
            Send();
            using var time = new CancellationTokenSource(UntilDue(), _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _end.Token);
            try
            {
                if (Take(await _inputs.Reader.ReadAsync(either.Token)) is { } ended) return ended;
            }
            catch (OperationCanceledException) when (!_end.IsCancellationRequested)
            {
                if (OnDue() is { } silent) return silent;
            }
        }
    }

    private string? Take(object input)
    {
        switch (input)
        {
            case byte[] datagram:
                return Hear(datagram);
            case Typed typed:
                _link.Write(typed.Characters);
                break;
            case BreakWanted:
                _link.Break();
                break;
            case Asked asked:
                _asks.Enqueue(asked);
                break;
        }
        return null;
    }

    private string? Hear(byte[] datagram)
    {
        try
        {
            var payload = _session.Open(datagram);
            _heard = _clock.GetTimestamp();
            if (payload.Type == PayloadType.Sol) return Hear(_link.On(payload.Octets));
            if (_asks.TryPeek(out var asked) && asked.Begun && asked.Exchange.On(payload) is IpmiStep.Done) _asks.Dequeue().Answer.TrySetResult(asked.Exchange.Response!);
        }
        catch (WireException)
        {
            // Not of this session, or a replay: dropped, as every session does.
        }
        return null;
    }

    private string? Hear(SolHeard heard)
    {
        if (!heard.Answer.IsEmpty) _socket.Send(_session.Seal(PayloadType.Sol, heard.Answer.Span));
        if (!heard.Text.IsEmpty) _show(heard.Text);
        if (_link.IsHeld) _held = _clock.GetTimestamp();
        return heard.Status.HasFlag(SolStatus.Deactivated) ? "the BMC closed the console: another one took it over, or the BMC restarts" : null;
    }

    private void Send()
    {
        if (_link.Next() is { } packet)
        {
            _packetSent = _clock.GetTimestamp();
            _socket.Send(_session.Seal(PayloadType.Sol, packet));
        }
        if (!_asks.TryPeek(out var asked) || asked.Begun || asked.Exchange.Start() is not IpmiStep.Send first) return;
        asked.Begun = true;
        _askSent = _clock.GetTimestamp();
        _socket.Send(first.Datagram.Span);
    }

    private TimeSpan UntilDue()
    {
        var due = _timings.KeepAlive - _clock.GetElapsedTime(_heard);
        if (_link.IsWaiting) due = Sooner(due, _timings.PacketTry - _clock.GetElapsedTime(_packetSent));
        if (_link.IsHeld) due = Sooner(due, _timings.Hold - _clock.GetElapsedTime(_held));
        if (_asks.TryPeek(out _)) due = Sooner(due, _timings.AskTry - _clock.GetElapsedTime(_askSent));
        return due > TimeSpan.FromMilliseconds(1) ? due : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>A time has come; why it is over, or null.</summary>
    private string? OnDue()
    {
        if (_link.IsHeld && _clock.GetElapsedTime(_held) >= _timings.Hold) _link.Release();
        if (_link.IsWaiting && _clock.GetElapsedTime(_packetSent) >= _timings.PacketTry)
        {
            if (_link.OnTimeout() is not { } again) return "the BMC stopped answering what is typed";
            _packetSent = _clock.GetTimestamp();
            _socket.Send(_session.Seal(PayloadType.Sol, again));
        }
        if (_asks.TryPeek(out var asked) && asked.Begun && _clock.GetElapsedTime(_askSent) >= _timings.AskTry)
        {
            _askSent = _clock.GetTimestamp();
            if (asked.Exchange.OnTimeout() is IpmiStep.Send again) _socket.Send(again.Datagram.Span);
            else return "the BMC stopped answering";
        }
        if (_asks.Count == 0 && _clock.GetElapsedTime(_heard) >= _timings.KeepAlive) KeepAlive();
        return null;
    }

    // A session without commands is dropped after 60 ± 3 s (§6.12.15), and one whose BMC is gone would wait for ever.
    private void KeepAlive()
    {
        _asks.Enqueue(Ask(new GetDeviceId()));
    }

    private Asked Ask<TAnswer>(IIpmiCommand<TAnswer> command)
    {
        var request = new IpmiRequest((byte)(Interlocked.Increment(ref _sequence) & 0x3f), command.NetFn, command.Command, command.ToBytes());
        return new(new(_session, request, command.Name, _timings.AskTries), new(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
