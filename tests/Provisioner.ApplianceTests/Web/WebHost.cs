using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Provisioner.Appliance.Hosts;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Store;
using Provisioner.Tests.Store;

namespace Provisioner.ApplianceTests.Web;

/// <summary>Pages and API over a real Kestrel on a free loopback port, before a rack of cardboard.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SqliteStore _store;

    private WebHost(WebApplication app, SqliteStore store, string data) => (_app, _store, Data) = (app, store, data);

    public string Data { get; }
    public Uri Url => new(_app.Urls.First());
    public T The<T>() where T : notnull => _app.Services.GetRequiredService<T>();
    public IReadOnlyList<Endpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;
    public string AdminKey => File.ReadAllText(Appliance.Web.Access.AdminKey.PathIn(Data)).Trim();

    /// <param name="port">0 for a free one.</param>
    /// <param name="fill">Machines in every state; else none.</param>
    public static async Task<WebHost> StartAsync(TimeProvider? time = null, bool fill = true, int port = 0)
    {
        string data = Directory.CreateTempSubdirectory("provisioner-web-").FullName;
        var store = new SqliteStore(data);
        if (fill) await CardboardMachines.FillAsync(store, DateTimeOffset.UtcNow);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = data });
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, port));
        builder.Logging.ClearProviders();
        var rack = new CardboardRack();
        long last = store.LastEvents(null, 1) is [var e] ? e.Seq : 0;
        builder.Services.AddSingleton(time ?? TimeProvider.System).AddSingleton<IStore>(store).AddSingleton(rack).AddSingleton<ISurroundings>(rack)
            .AddSingleton(s => rack.Book = new MachineBook(store, last, rack, PhaseLimits.Default, s.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(s => new LeaseBook(Journals.Open(Path.Combine(data, "leases")), mac => s.GetRequiredService<MachineBook>().ByMac(mac)?.Name)).AddSingleton<NetworkBook>().AddDns("rack.internal", []);
        builder.Services.AddSingleton(SecretBox.Open(data)).AddSingleton<PowerSightings>().AddHypervisors();
        builder.Services.AddWeb(data);
        // Fewer rounds than in the product: these tests are about the flow, PasswordTests about the rounds.
        builder.Services.AddSingleton(new Passwords(rounds: 1000));
        var app = builder.Build();
        app.UseWeb();
        app.MapApi();
        app.MapPages();
        await app.StartAsync();
        Appliance.Web.Access.AdminKey.Issue(data, app.Services.GetRequiredService<AccessBook>());
        return new(app, store, data);
    }

    /// <summary>A program with a key; the admin key unless another is given.</summary>
    public HttpClient Program(string? key = null)
    {
        var client = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", key ?? AdminKey);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await _app.StopAsync(soon.Token);
        await _app.DisposeAsync();
        _store.Dispose();
        Directory.Delete(Data, recursive: true);
    }
}
