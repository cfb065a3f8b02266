using Provisioner.Appliance.Roles.Deployments;

namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>Tests of the small bundle, with a server (node1) and a client (node2) that are there before it is laid down.</summary>
public abstract class PairTests : IAsyncLifetime
{
    private protected PaperRig Rig { get; private set; } = null!;
    private protected PaperAgent Server { get; private set; } = null!;
    private protected PaperAgent Client { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Rig = await PaperRig.StartAsync();
        Server = await Rig.AdoptAsync("node1", "10.9.0.1", "server");
        Client = await Rig.AdoptAsync("node2", "10.9.0.2", "client");
    }

    public async Task DisposeAsync() => await Rig.DisposeAsync();

    private protected async Task LayDownAsync(string? bundle = null)
    {
        await Rig.DeployAsync(bundle);
        await Rig.RunAllAsync();
        await Rig.UntilAsync(DeploymentStage.Done);
    }
}
