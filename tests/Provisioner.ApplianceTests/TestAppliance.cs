using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Web.Access;
using Provisioner.ApplianceTests.Serving;

namespace Provisioner.ApplianceTests;

/// <summary>The whole appliance in this process, on a free loopback port, serving no interface.</summary>
internal sealed class TestAppliance : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("appliance-test-").FullName;
    private DataFolder _data;
    private WebApplication _app;

    private readonly IPAddress _listen;
    private readonly string _catalog;
    private readonly int _hostsPort = ServeProcess.FreePort();

    private TestAppliance(IPAddress listen, string? catalog)
    {
        (_listen, _catalog) = (listen, catalog ?? Path.Combine(AppContext.BaseDirectory, "catalog"));
        Directory.CreateDirectory(Images);
        (_data, _app) = Make();
    }

    public string Data => Path.Combine(_folder, "data");
    public string Images => Path.Combine(_folder, "images");
    public string BootFiles => Path.Combine(_folder, "boot-files");
    public HttpClient Http { get; private set; } = new();
    /// <summary>Where installed machines call.</summary>
    public Uri Hosts { get; private set; } = null!;
    /// <summary>The key of root's tools: one for each start, as a served appliance has it.</summary>
    public string Key => File.ReadAllText(AdminKey.PathIn(Data)).Trim();
    public MachineBook Book => Get<MachineBook>();

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="listen">Loopback unless machines are to reach it.</param>
    /// <param name="catalog">A catalog folder in place of ours.</param>
    public static async Task<TestAppliance> StartAsync(IPAddress? listen = null, string? catalog = null)
    {
        var appliance = new TestAppliance(listen ?? IPAddress.Loopback, catalog);
        await appliance.BeginAsync();
        return appliance;
    }

    /// <summary>Stops it and starts it on the same data.</summary>
    public async Task RestartAsync()
    {
        await EndAsync();
        (_data, _app) = Make();
        await BeginAsync();
    }

    private (DataFolder, WebApplication) Make()
    {
        var options = new ApplianceOptions { Data = Data, BootFiles = BootFiles, Images = Images, Catalog = _catalog, Listen = _listen, HttpPort = 0, HttpsPort = _hostsPort, PackagePort = 0 };
        var data = DataFolder.Open(options.Data);
        return (data, ApplianceHost.Build(options, data));
    }

    private async Task BeginAsync()
    {
        Get<ServiceControl>().Start();
        await _app.StartAsync();
        AdminKey.Issue(Data, Get<AccessBook>());
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        string address = addresses.First(a => a.StartsWith("http:", StringComparison.Ordinal));
        Hosts = new Uri($"https://127.0.0.1:{_hostsPort}");
        Http = new HttpClient { BaseAddress = new Uri(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)), Timeout = TimeSpan.FromSeconds(40) };
    }

    private async Task EndAsync()
    {
        Http.Dispose();
        Get<ServiceControl>().Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _data.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
