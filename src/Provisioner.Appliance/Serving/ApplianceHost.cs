using System.Diagnostics;
using System.Globalization;
using Provisioner.Appliance.Hardware;
using Provisioner.Appliance.Hosts;
using Provisioner.Appliance.Images;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Packages;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Appliance.Power.Pdu;
using Provisioner.Appliance.Power.Redfish;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Store.Leases;
using Provisioner.Appliance.Web;
using Provisioner.Appliance.Web.Access;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Appliance.Web.Boot;
using Provisioner.Appliance.Web.Hosts;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Ntp;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Pdu;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Serving;

/// <summary>The appliance put together: the list of its parts, and the order in which they start and stop.</summary>
internal static class ApplianceHost
{
    /// <summary>Runs until SIGTERM, SIGINT or cancellation.</summary>
    /// <exception cref="StartException">something is missing or taken; one sentence with the cure.</exception>
    public static async Task RunAsync(ApplianceOptions options, CancellationToken cancel)
    {
        using var data = DataFolder.Open(options.Data);
        await using var app = Build(options, data);
        using var control = app.Services.GetRequiredService<ServiceControl>();
        control.Start();
        await app.StartAsync(cancel);
        data.Store.Broken += e => Stop(app, e);
        HearDisk(data, app.Services.GetRequiredService<MachineBook>());
        UnlessFull(() => AdminKey.Issue(options.Data, app.Services.GetRequiredService<AccessBook>()), "root's tools have no admin.key");
        Announce(options, control);
        UnlessFull(() => OfferSignIn(options, app.Services), "there is no sign-in link");
        await app.WaitForShutdownAsync(cancel);
    }

    internal static WebApplication Build(ApplianceOptions options, DataFolder data)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddSimpleConsole(c => c.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // It comes with Razor components, protects nothing here (sessions and forms have tokens of their own), and warns that it has no home.
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        var addresses = new HttpAddresses();
        var kestrel = new ConfigurationBuilder().Add(addresses).Build();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = AgentDoor.MostBytes;
            k.ConfigureHttpsDefaults(https => https.ServerCertificate = data.Certificate.Certificate);
            k.Configure(kestrel, reloadOnChange: true);
        });
        AddParts(builder.Services, options, data, addresses);
        var app = builder.Build();
        app.UsePackages();
        app.UseWeb();
        app.MapBoot();
        app.MapAgent();
        app.MapHosts();
        app.MapApi();
        app.MapPages();
        return app;
    }

    private static void AddParts(IServiceCollection services, ApplianceOptions options, DataFolder data, HttpAddresses addresses)
    {
        services.AddSingleton(options).AddSingleton(addresses).AddSingleton(TimeProvider.System);
        services.AddSingleton<IStore>(data.Store).AddSingleton(data.Secrets).AddSingleton(data.Certificate);
        services.AddSingleton(new ImageShelf(options.Images)).AddSingleton(Roles(options)).AddSingleton(Hardware(options)).AddIpmi();
        services.AddRoles();
        services.AddSingleton<IDeployFacts, ShelfFacts>();
        services.AddSingleton(s => new MachineBook(data.Store, data.Store.LastSeq, s.GetRequiredService<IDeployFacts>(), PhaseLimits.Default, TimeProvider.System));
        services.AddSingleton(s => new BootTrails(s.GetRequiredService<MachineBook>().ByMac, s.GetRequiredService<MachineBook>().Note, TimeProvider.System));
        services.AddSingleton(s => new LeaseBook(data.Leases, mac => s.GetRequiredService<MachineBook>().ByMac(mac)?.Name) { Trails = s.GetRequiredService<BootTrails>() });
        services.AddSingleton<NetworkBook>().AddHostedService<StaticReturns>();
        services.AddSingleton<Neighbours>().AddSingleton<Progress>().AddSingleton<AgentOrders>();
        services.AddDns(options.Domain, options.UpstreamDns);
        services.AddSingleton<NeighbourBook>().AddSingleton<SwitchPorts>();
        services.AddSingleton(s => new OtherDhcpServers((kind, text, level) => s.GetRequiredService<MachineBook>().Note("", kind, text, level), TimeProvider.System));
        services.AddSingleton(s => new ServerParts(s.GetRequiredService<LeaseBook>(), s.GetRequiredService<NetworkBook>().Serves, options.BootFiles, s.GetRequiredService<ImageShelf>(), s.GetRequiredService<DnsParts>(),
            s.GetRequiredService<NeighbourBook>(), s.GetRequiredService<OtherDhcpServers>(), s.GetRequiredService<SwitchPorts>(), s.GetRequiredService<MachineBook>().Note, TimeProvider.System));
        services.AddSingleton<ServiceControl>();
        services.AddSingleton<IPowerDriver>(s => new IpmiDriver(TimeProvider.System, note: (machine, text) => Tell(s.GetRequiredService<MachineBook>(), machine, text),
            quirks: target => IpmiSetup.QuirksOf(target, s.GetRequiredService<HardwareCatalog>().Profiles)));
        services.AddRedfish();
        services.AddHypervisors();
        services.AddSingleton<IPowerDriver>(new PduDriver(Pdus(options), TimeProvider.System));
        services.AddSingleton<IPowerDriver, WakeOnLanDriver>().AddSingleton<IPowerDriver, WebhookDriver>();
        services.AddSingleton<IPowerDriver>(s => new ManualDriver((machine, text) => Tell(s.GetRequiredService<MachineBook>(), machine, text)));
        services.AddPackages(options);
        services.AddSingleton(s => new PowerHand(s.GetServices<IPowerDriver>(), TimeProvider.System, profiles: s.GetRequiredService<HardwareCatalog>().Profiles)).AddSingleton<ControllerSecrets>().AddSingleton<PowerSightings>().AddSingleton<PowerDesk>().AddSingleton<ControllerDesk>();
        services.AddSingleton<BootSources>().AddSingleton<StepRunner>().AddHostedService<Reconciler>().AddHostedService<PowerWatch>();
        services.AddSingleton<Whereabouts>().AddSingleton<PowerSurroundings>().AddSingleton<RoleSurroundings>().AddSingleton<ISurroundings, Surroundings>().AddWeb(options.Data);
    }

    private static void Tell(MachineBook book, string name, string text)
    {
        if (book.Find(name) is { } machine) book.Note(machine.Id, "power.note", text);
    }

    private static RoleCatalog Roles(ApplianceOptions options)
    {
        var catalog = RoleCatalog.Load(options.Catalog);
        return catalog.Faults.IsEmpty ? catalog : throw new StartException($"roles that can't be used:\n  {string.Join("\n  ", catalog.Faults)}");
    }

    private static HardwareCatalog Hardware(ApplianceOptions options)
    {
        var catalog = HardwareCatalog.Load(options.Catalog);
        return catalog.Faults.IsEmpty ? catalog : throw new StartException($"hardware profiles that can't be used:\n  {string.Join("\n  ", catalog.Faults)}");
    }

    private static PduModels Pdus(ApplianceOptions options)
    {
        var catalog = PduCatalog.Load(options.Catalog);
        return catalog.Faults.IsEmpty ? catalog.Models : throw new StartException($"models of PDUs that can't be used:\n  {string.Join("\n  ", catalog.Faults)}");
    }

    private static void Announce(ApplianceOptions options, ServiceControl control)
    {
        double ms = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready in {ms:0} ms: {options.Origin}"));
        foreach (var network in control.Served)
            Console.WriteLine($"serves {network.Interface} ({network.Subnet}): DHCP {control.DhcpInWords(network)}, TFTP, DNS {network.Domain}, HTTP {network.Address}:{network.HttpPort}, files {network.Address}:{network.FilePort}");
        foreach (string fault in control.Without) Console.WriteLine(fault);
        if (!control.Served.IsEmpty) Console.WriteLine($"time: {TimeQuality.Of(KernelClock.Read(TimeProvider.System)).InWords}");
        if (control.Served.IsEmpty)
            Console.WriteLine("serves no interface yet, so no machine is answered: choose one on the page, or start with --interface NAME");
    }

    // Machines are served from a full disk too.
    private static void UnlessFull(Action write, string instead)
    {
        try
        {
            write();
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"provisioner: {instead} ({e.Message}): make room on the disk, then start again");
        }
    }

    private static void OfferSignIn(ApplianceOptions options, IServiceProvider services)
    {
        if (!services.GetRequiredService<AccessBook>().HasAccount)
            Console.WriteLine($"nobody has an account yet; this link makes one, once, within an hour: {services.GetRequiredService<SignInLink>().MakeUrl(options.Origin)}");
    }

    // Events go to the store, which may be what can't be written: they stand on the timeline when it can, and on the console at once.
    private static void HearDisk(DataFolder data, MachineBook book)
    {
        foreach (string remark in data.Leases.Remarks) book.Note("", "leases.found", remark, Level.Warning);
        data.Leases.Told = (text, bad) => Tell(bad ? "leases.stopped" : "leases.resumed", text, bad);
        data.Store.Told = (text, bad) => Tell(bad ? "store.stopped" : "store.resumed", text, bad);

        void Tell(string kind, string text, bool bad)
        {
            Console.Error.WriteLine($"provisioner: {text}");
            book.Note("", kind, text, bad ? Level.Error : Level.Info);
        }
    }

    private static void Stop(WebApplication app, Exception why)
    {
        Console.Error.WriteLine($"provisioner: the store can't write any more ({why.Message}): nothing can be acknowledged, so it stops; make room on the disk or mend it, then start again");
        Environment.ExitCode = 1;
        app.Lifetime.StopApplication();
    }
}
