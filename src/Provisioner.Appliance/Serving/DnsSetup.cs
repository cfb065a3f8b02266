using System.Net;
using System.Security.Cryptography;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dns;
using Provisioner.Domain.Events;
using Provisioner.Wire.Dns;

namespace Provisioner.Appliance.Serving;

/// <summary>The parts of DNS: names, what people added to them, and who finds out all others.</summary>
internal static class DnsSetup
{
    /// <param name="domain">Domain of subnets that name no other.</param>
    /// <param name="upstream">Servers for other names; with none, those of /etc/resolv.conf.</param>
    public static IServiceCollection AddDns(this IServiceCollection services, string domain, IEnumerable<IPAddress> upstream)
    {
        IReadOnlyList<IPEndPoint> flags = [.. upstream.Select(a => new IPEndPoint(a, DnsServer.Port))];
        services.AddSingleton(s => new NameBook(s.GetRequiredService<MachineBook>(), s.GetRequiredService<NetworkBook>(), s.GetRequiredService<LeaseBook>(), domain, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DnsRecordBook>();
        services.AddSingleton(s =>
        {
            var (names, records, machines) = (s.GetRequiredService<NameBook>(), s.GetRequiredService<DnsRecordBook>(), s.GetRequiredService<MachineBook>());
            var upstreams = new DnsUpstreams(() => records.Upstreams, flags, () => names.Own);
            return new DnsForwarder(upstreams.Now, () => records.Model.Settings.ServeStale, s.GetRequiredService<TimeProvider>(),
                text => machines.Note("", "dns.upstream.down", text, Level.Warning));
        });
        services.AddSingleton(s =>
        {
            var names = s.GetRequiredService<NameBook>();
            return new DnsParts(() => names.Zones, names.IsServed, s.GetRequiredService<DnsForwarder>(), new DnsCookies(RandomNumberGenerator.GetBytes(SipHash.KeyLength)));
        });
        return services;
    }
}
