using System.Net;

namespace Provisioner.Appliance.Servers;

/// <summary>Which servers other names are asked of: those that were set, else those of the flags, else those of the host's own resolver; never ourselves.</summary>
/// <param name="settings">Those that were set, as they are now.</param>
/// <param name="flags">Those of the flags.</param>
/// <param name="own">The appliance's own addresses.</param>
internal sealed class DnsUpstreams(Func<IReadOnlyList<IPEndPoint>> settings, IReadOnlyList<IPEndPoint> flags, Func<IReadOnlyList<IPAddress>> own)
{
    private readonly ResolvConf _resolv = new();

    /// <summary>The servers, in order.</summary>
    public IReadOnlyList<IPEndPoint> Now()
    {
        var chosen = settings() is { Count: > 0 } set ? set : flags.Count > 0 ? flags : _resolv.Servers;
        var ours = own();
        return [.. chosen.Where(s => !ours.Contains(s.Address))];
    }
}
