using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Packages;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Roles.Deployments;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web.Hosts;
using Provisioner.ApplianceTests.Servers;
using Provisioner.ApplianceTests.Serving;
using Provisioner.Domain.Bundles;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Roles;
using Provisioner.Domain.Store;
using Provisioner.Tests.Store;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>The part of the appliance that installed systems talk to: store, machines, leases and the routes under /hosts/v1.</summary>
internal sealed class RoleAppliance : IAsyncDisposable
{
    private readonly SqliteStore _store;
    private readonly WebApplication _app;

    private RoleAppliance(SqliteStore store, WebApplication app) => (_store, _app) = (store, app);

    public MachineBook Book => _app.Services.GetRequiredService<MachineBook>();

    public SeedWriter Seeds => _app.Services.GetRequiredService<SeedWriter>();

    public DeploymentBook Deployments => _app.Services.GetRequiredService<DeploymentBook>();

    public DeploymentOrders Orders => _app.Services.GetRequiredService<DeploymentOrders>();

    public MachineRoles Roles => _app.Services.GetRequiredService<MachineRoles>();

    /// <summary>A step of a machine's own role, as it would be given out now.</summary>
    public string Script(string machine, int number)
    {
        var plan = _app.Services.GetRequiredService<DeploymentPlans>().Of(Deployments.Of(machine)!).Plan!.Plan;
        return Assert.IsType<Rendering.Ready>(plan.Render(plan.Nodes[plan.Order[number - 1]], StepMode.Apply, Known.Nothing, 0)).Script;
    }

    public string Url => _app.Urls.First();

    /// <param name="folder">Its data.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="ntp">A time server; empty for none.</param>
    /// <param name="machines">Machines that are written down where the data doesn't have them yet.</param>
    public static Task<RoleAppliance> StartAsync(string folder, string address, string ntp, params IEnumerable<Machine> machines) => StartAsync(folder, "catalog", address, ntp, machines);

    public static async Task<RoleAppliance> StartAsync(string folder, string catalog, string address, string ntp, IEnumerable<Machine> machines)
    {
        Directory.CreateDirectory(folder);
        var store = new SqliteStore(folder);
        foreach (var machine in machines.Where(m => store.Load("machines").All(d => d.Id != m.Id)))
            await store.CommitAsync(StoreBatch.Of(new Document("machines", machine.Id, 1, JsonSerializer.Serialize(machine, StoreJson.Default.Machine))));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var certificate = ApplianceCertificate.Open(folder);
        int port = ServeProcess.FreePort();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate.Certificate));
        builder.WebHost.UseUrls($"https://{address}:{port}");
        var options = new ApplianceOptions { Data = folder, BootFiles = folder, Images = folder, Catalog = catalog, Ntp = ntp.Length > 0 ? [IPAddress.Parse(ntp)] : [], PackagePort = 0, HttpsPort = port };
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<IStore>(store)
            // With leases of its own: the neighbour's lease is in no network of the model.
            .AddSingleton(s => new NetworkBook(store, LeaseBooks.Of(Journals.Open(Path.Combine(folder, "no-leases")), new("none", IPAddress.Parse(address), 24, "rack.internal", 5240), null), s.GetRequiredService<MachineBook>(), TimeProvider.System)).AddSingleton(SecretBox.Open(folder))
            .AddSingleton(RoleCatalog.Load(options.Catalog)).AddSingleton(new PackageSettings(options.Catalog, store)).AddSingleton(certificate).AddRoles()
            .AddSingleton(new MachineBook(store, store.LastSeq, new NoFacts(), PhaseLimits.Default, TimeProvider.System))
            .AddSingleton(LeaseBooks.Of(Journals.Open(Path.Combine(folder, "leases")), new("none", IPAddress.Parse(address), 24, "rack.internal", 5240), null));
        var app = builder.Build();
        app.MapHosts();
        await app.StartAsync();
        return new(store, app);
    }

    /// <summary>Makes the record of a machine that was just started from its disk, with the role basics.</summary>
    public static Machine Machine(string folder, string id, string name, string token, Func<Machine, Machine> change)
    {
        Directory.CreateDirectory(folder);
        return change(new()
        {
            Id = id,
            Name = name,
            State = MachineState.Deploying,
            Phase = Phase.AwaitHome,
            Deployment = new()
            {
                Id = "d1",
                Image = "debian-12",
                Role = "basics",
                SealedHostToken = SecretBox.Open(folder).Seal(SeedWriter.PurposeOf(id), token),
                HostTokenHash = Token.Hash(token),
            },
        });
    }

    /// <summary>Waits for an event of a kind after the ones seen.</summary>
    public async Task<string> WaitForAsync(string machine, string kind, long after = 0, int seconds = 40)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await foreach (var told in Book.Follow(machine, after, end.Token))
                if (told.Kind == kind || told.Kind == "role.failed") return told.Text;
        }
        catch (OperationCanceledException)
        {
        }
        string seen = string.Join("\n", Book.Events(machine, 0, 100).Select(e => $"{e.Kind}: {e.Text}"));
        throw new TimeoutException($"no {kind} within {seconds} s; on the timeline:\n{seen}");
    }

    public Task StopAsync() => _app.StopAsync();

    public long LastSeq(string machine) => Book.LastEvents(machine, 1) is [var last] ? last.Seq : 0;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
    }

    /// <summary>Waits until something is so.</summary>
    public async Task UntilAsync(Func<RoleAppliance, bool> so, string what)
    {
        for (long began = Environment.TickCount64; !so(this); await Task.Delay(20))
            if (Environment.TickCount64 - began > 20_000) throw new TimeoutException($"{what}:\n{string.Join('\n', Deployments.All.Values.Select(d => $"{d.Name} {d.Role} {d.Stage} {d.Why}"))}\n{string.Join('\n', Book.Events(null, 0, 200).Select(e => $"{e.Machine} {e.Kind} {e.Text}"))}");
    }

    private sealed class NoFacts : IDeployFacts
    {
        public ImageInfo? Image(string name) => null;
        public string? RoleFault(string role) => null;
        public FreshDeployment Fresh(string machine) => throw new NotSupportedException();
    }
}
