using Provisioner.Appliance.Web.Access;
using Provisioner.Appliance.Web.Api;
using Provisioner.Appliance.Web.Api.Dns;
using Provisioner.Appliance.Web.Api.Hypervisors;
using Provisioner.Appliance.Web.Api.Networks;
using Provisioner.Appliance.Web.Pages;

namespace Provisioner.Appliance.Web;

/// <summary>
/// Puts pages and API into the appliance. Wanted beforehand: <c>MachineBook</c>, <see cref="ISurroundings"/>, <c>IStore</c>, <c>TimeProvider</c>.
/// A request's path: <see cref="Headers"/> → <see cref="Refusal"/> (what went wrong below becomes one sentence) → routing →
/// <see cref="Gate"/> (who asks, may they) → <see cref="FormGuard"/> (did our own page ask) → the endpoint.
/// </summary>
internal static class WebSetup
{
    /// <param name="data">The data folder: the sign-in link's hash lies there.</param>
    public static IServiceCollection AddWeb(this IServiceCollection services, string data)
    {
        services.AddSingleton<Passwords>(_ => new());
        services.AddSingleton<AccessBook>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton(s => new SignInLink(data, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EventStream>();
        services.AddSingleton<DnsDescribe>();
        services.AddSingleton<DeploymentDescribe>();
        services.AddSingleton<Orders>();
        services.AddSingleton<NetworkDescribe>();
        services.AddSingleton<Fragments>();
        services.AddSingleton<LiveMachine>();
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.AddApiDocument();
        return services;
    }

    /// <summary>The steps before an endpoint; to be called before anything is mapped.</summary>
    public static void UseWeb(this WebApplication app)
    {
        app.Use(Headers.InvokeAsync);
        app.Use(Refusal.InvokeAsync);
        app.UseRouting();
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        app.Use(Gate.InvokeAsync);
        app.Use(FormGuard.InvokeAsync);
    }

    /// <summary>/api/v1.</summary>
    public static void MapApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").WithMetadata(Rule.SignedIn);
        api.MapDeployments();
        api.MapMachines();
        api.MapAdopt();
        api.MapPowerControllers();
        api.MapRedfish();
        api.MapEvents();
        api.MapCatalog();
        api.MapSystem();
        api.MapDhcp();
        api.MapDns();
        api.MapNetworks();
        api.MapPackages();
        api.MapHypervisors();
        api.MapKeys();
        app.MapApiDocument();
    }

    /// <summary>/, /machines, /interfaces, /keys, /sign-in and what they are made of.</summary>
    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapAssets();
        app.MapSignIn();
        var pages = app.MapGroup("").WithMetadata(Rule.SignedIn).ExcludeFromDescription();
        pages.MapMachineList();
        pages.MapDeploymentPages();
        pages.MapOneMachine();
        pages.MapActions();
        pages.MapHypervisorPage();
        pages.MapInterfaces();
        pages.MapKeyPage();
    }
}
