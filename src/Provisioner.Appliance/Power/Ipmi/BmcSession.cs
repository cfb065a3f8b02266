using System.Collections.Immutable;
using Provisioner.Wire;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>An established session and its socket. One command at a time: <see cref="BmcLine"/> sees to it.</summary>
internal sealed class BmcSession : IDisposable
{
    private readonly BmcSocket _socket;
    private readonly IIpmiSession _session;
    private readonly IpmiTimings _timings;
    private readonly TimeProvider _clock;
    private byte _sequence;

    private BmcSession(BmcSocket socket, IIpmiSession session, IpmiTimings timings, TimeProvider clock) =>
        (_socket, _session, _timings, _clock) = (socket, session, timings, clock);

    /// <summary>The cipher suite; null in a session of IPMI 1.5.</summary>
    public CipherSuite? Suite => (_session as IpmiSession)?.Suite;

    public ImmutableArray<string> Notes { get; private init; } = [];

    /// <summary>What the BMC said of itself before the session.</summary>
    public ChannelAuthenticationCapabilities? Offered { get; private init; }

    public long Datagrams => _socket.Datagrams;

    /// <summary>Handshake and privilege level. A handshake that went wrong after a lost datagram is tried once more.</summary>
    public static async Task<BmcSession> OpenAsync(BmcAddress bmc, BmcTerms terms, CancellationToken cancel)
    {
        var socket = await BmcSocket.OpenAsync(bmc.Address, bmc.Port, bmc.Clock, cancel);
        try
        {
            var login = new BmcLogin(socket, bmc, terms);
            var (open, notes) = await login.OpenAsync(cancel);
            var session = new BmcSession(socket, open, bmc.Timings, bmc.Clock) { Notes = notes, Offered = login.Offered };
            await session.RaiseAsync(terms.Login, cancel);
            return session;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Gives socket and session to the console, which speaks to them itself.</summary>
    public (BmcSocket Socket, IIpmiSession Session) HandOver() => (_socket, _session);

    private async Task RaiseAsync(IpmiLogin login, CancellationToken cancel)
    {
        try
        {
            await AskAsync(new SetSessionPrivilegeLevel(login.Privilege), cancel);
        }
        catch (IpmiException refused) when (refused.Code is not null)
        {
            await CloseAsync(cancel);
            throw new IpmiException(IpmiFailure.Credentials,
                $"user {login} may not log in as {login.Privilege.ToString().ToLowerInvariant()}: {refused.Message}");
        }
    }

    /// <summary>Asks, and asks again while the BMC is busy.</summary>
    public async Task<TAnswer> AskAsync<TAnswer>(IIpmiCommand<TAnswer> command, CancellationToken cancel)
    {
        for (int busy = 0; ; busy++)
        {
            var response = await ExchangeAsync(command, cancel);
            if (response.Code == CompletionCode.NodeBusy && busy < _timings.BusyPauses.Length)
            {
                await Task.Delay(_timings.BusyPauses[busy], _clock, cancel);
                continue;
            }
            if (response.Code != CompletionCode.Ok)
                throw new IpmiException(IpmiFailure.Refused, $"the BMC refused {command.Name}: {command.Explain(response.Code)}", response.Code);
            try
            {
                return command.Read(response.Data.Span);
            }
            catch (WireException wrong)
            {
                throw new IpmiException(IpmiFailure.Garbled, $"the BMC's answer is not what IPMI says: {wrong.Message}", response.Code);
            }
        }
    }

    /// <summary>Says goodbye, so that the BMC has its session back at once. Whether it answers matters to nobody.</summary>
    public async Task CloseAsync(CancellationToken cancel) => await _socket.RunAsync(Farewell(), [_timings.Farewell], cancel);

    /// <summary>Says goodbye without waiting.</summary>
    public void Leave()
    {
        if (Farewell().Start() is IpmiStep.Send send) _socket.Send(send.Datagram.Span);
    }

    private IpmiExchange Farewell()
    {
        var close = new CloseSession(_session.TheirId);
        return new(_session, Request(close), close.Name, tries: 1);
    }

    public void Dispose()
    {
        _session.Dispose();
        _socket.Dispose();
    }

    private async Task<IpmiResponse> ExchangeAsync<TAnswer>(IIpmiCommand<TAnswer> command, CancellationToken cancel)
    {
        long started = _clock.GetTimestamp();
        var exchange = new IpmiExchange(_session, Request(command), command.Name, _timings.SessionTries.Length);
        if (await _socket.RunAsync(exchange, _timings.SessionTries, cancel) is not IpmiStep.Failed failed) return exchange.Response!;
        throw failed.Failure == IpmiFailure.Silent
            ? Silent(failed.Why, _clock.GetElapsedTime(started), _socket.Trouble)
            : new IpmiException(failed.Failure, failed.Why);
    }

    private IpmiRequest Request<TAnswer>(IIpmiCommand<TAnswer> command) =>
        new(_sequence = (byte)((_sequence + 1) & 0x3f), command.NetFn, command.Command, command.ToBytes());

    internal static IpmiException Silent(string why, TimeSpan waited, string? trouble) => new(IpmiFailure.Silent,
        FormattableString.Invariant($"{why} within {waited.TotalSeconds:0.0} s; ") + (trouble is null
            ? "check its cable, its address, and that IPMI over LAN is enabled in its settings"
            : $"{trouble}: check its address, and that IPMI over LAN is enabled in its settings"));
}
