using System.Collections.Immutable;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>Logs in to a BMC over its socket: IPMI 2.0, and 1.5 where the BMC speaks nothing newer.</summary>
internal sealed class BmcLogin(BmcSocket socket, BmcAddress bmc, BmcTerms terms)
{
    private const string NotEncrypted = "IPMI 1.5 is spoken: what is said to it can be read on the way";

    /// <summary>What the BMC said of itself before the session.</summary>
    public ChannelAuthenticationCapabilities? Offered { get; private set; }

    /// <exception cref="IpmiException">there is no session.</exception>
    public async Task<(IIpmiSession Session, ImmutableArray<string> Notes)> OpenAsync(CancellationToken cancel)
    {
        var handshake = new IpmiHandshake(terms.Login, terms.Suites, Randomness.Fill, bmc.Timings.HandshakeTries.Length, terms.Quirks);
        var failed = await RunAsync(handshake, cancel);
        if (failed is not null && handshake.Repeated && failed.Failure != IpmiFailure.Silent)
        {
            handshake = new(terms.Login, terms.Suites, Randomness.Fill, bmc.Timings.HandshakeTries.Length, terms.Quirks);
            failed = await RunAsync(handshake, cancel);
        }
        Offered = handshake.Offered;
        if (failed is null) return (handshake.Session!, handshake.Notes);
        if (handshake.Offered is { } old && (!old.Ipmi20 || terms.Suites.IsEmpty) && failed.Failure == IpmiFailure.Refused) return await OpenOldAsync(old, cancel);
        throw new IpmiException(failed.Failure, failed.Why);
    }

    private async Task<(IIpmiSession, ImmutableArray<string>)> OpenOldAsync(ChannelAuthenticationCapabilities offered, CancellationToken cancel)
    {
        if (!terms.Lan15) throw new IpmiException(IpmiFailure.Refused, "the BMC speaks IPMI 1.5 only, or RMCP+ is switched off in its settings; the controller's setting \"ipmi\" allows 2.0 only");
        if (LanHandshake.Choose(offered, terms.WeakestLan, terms.Quirks) is not { } authentication)
            throw new IpmiException(IpmiFailure.Cipher, $"the BMC speaks IPMI 1.5 only, and of its authentications it offers {Names(offered)}: switch MD5 on in its settings, or allow a weaker one in the controller's setting \"authentication\"");
        for (bool again = false; ; again = true)
        {
            var handshake = new LanHandshake(terms.Login, offered, authentication, Randomness.Fill, bmc.Timings.HandshakeTries.Length, terms.Quirks);
            var failed = await RunAsync(handshake, cancel);
            if (failed is null) return (handshake.Session!, Notes(handshake.Session!));
            if (again || !handshake.Repeated || failed.Failure is IpmiFailure.Credentials) throw new IpmiException(failed.Failure, failed.Why);
        }
    }

    private ImmutableArray<string> Notes(LanSession session) => terms.Login.IsLong
        ? [$"{NotEncrypted} ({session.Words})", $"IPMI 1.5 takes {IpmiLogin.ShortPassword} octets of a password: the rest of this one says nothing"]
        : [$"{NotEncrypted} ({session.Words})"];

    private async Task<IpmiStep.Failed?> RunAsync(IIpmiConversation handshake, CancellationToken cancel)
    {
        long started = bmc.Clock.GetTimestamp();
        if (await socket.RunAsync(handshake, bmc.Timings.HandshakeTries, cancel) is not IpmiStep.Failed failed) return null;
        if (failed.Failure == IpmiFailure.Silent) throw BmcSession.Silent(failed.Why, bmc.Clock.GetElapsedTime(started), socket.Trouble);
        return failed;
    }

    private static string Names(ChannelAuthenticationCapabilities offered) => offered.Authentications.IsEmpty ? "none"
        : string.Join(", ", offered.Authentications.Select(type => type == LanAuthentication.None ? "no authentication" : type.ToString().ToUpperInvariant()));
}
