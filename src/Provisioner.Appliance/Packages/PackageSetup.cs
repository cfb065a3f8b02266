using System.Net;
using System.Net.NetworkInformation;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Domain.Events;
using Provisioner.Domain.Packages;
using Provisioner.Domain.Store;
using Provisioner.Wire;

namespace Provisioner.Appliance.Packages;

/// <summary>Puts the package cache into the appliance.</summary>
internal static class PackageSetup
{
    private const long LeastFree = 1L << 30, MostFree = 20L << 30;

    public static void AddPackages(this IServiceCollection services, ApplianceOptions options)
    {
        string folder = Path.Combine(options.Data, "packages");
        services.AddSingleton(s => new PackageSettings(options.Catalog, s.GetRequiredService<IStore>()));
        services.AddSingleton(s => new PackageStore(folder, new(options.PackageCacheSize, Reserve(options.Data)), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PackageFigures>().AddSingleton<PackageCache>().AddSingleton<PackageDoor>();
        services.AddSingleton(s =>
        {
            var settings = s.GetRequiredService<PackageSettings>();
            var control = s.GetRequiredService<ServiceControl>();
            var upstream = new Upstream(() => settings.Rules, options.UpstreamProxy, address => IsInside(address, control), s.GetRequiredService<TimeProvider>());
            var book = s.GetRequiredService<MachineBook>();
            upstream.Reached += (archive, host, why) => Tell(book, archive, host, why);
            return upstream;
        });
    }

    /// <summary>Before pages and API: what comes in by the cache's port is the cache's.</summary>
    public static void UsePackages(this WebApplication app)
    {
        if (app.Services.GetRequiredService<ApplianceOptions>().PackagePort == 0) return;
        app.Services.GetRequiredService<PackageCache>().Start();
        app.Use(app.Services.GetRequiredService<PackageDoor>().InvokeAsync);
    }

    // A twentieth of the disk stays free, whatever the bound says: the store is on it too, and nothing is acknowledged without the store.
    private static long Reserve(string data) => Math.Clamp(new DriveInfo(data).TotalSize / 20, LeastFree, MostFree);

    private static bool IsInside(IPAddress address, ServiceControl control) =>
        address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork && Ipv4Address.From(address) is var ipv4 && control.Served.Any(n => n.Subnet.Contains(ipv4))
        || NetworkInterface.GetAllNetworkInterfaces().Any(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(address)));

    private static void Tell(MachineBook book, Archive archive, string host, string? why)
    {
        if (why is null) book.Note("", "packages.reached", $"{host} ({archive.Name}) answers again");
        else book.Note("", "packages.unreachable", $"packages of {archive.Name}: {why}; what is in the cache is served", Level.Warning);
    }
}
