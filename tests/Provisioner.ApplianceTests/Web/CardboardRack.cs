using System.Collections.Immutable;
using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Roles;
using Provisioner.Appliance.Web;
using Provisioner.Domain.Dhcp;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Power;
using Provisioner.Tests.Networks;

namespace Provisioner.ApplianceTests.Web;

/// <summary>The rest of the appliance, in cardboard: what pages and API ask for, without sockets and machines.</summary>
internal sealed class CardboardRack : ISurroundings, IDeployFacts
{
    public List<(string Id, PowerAction Action, string By)> PowerOrders { get; } = [];
    public List<string> ServedNames { get; } = ["rack0"];
    public MachineBook? Book { get; set; }

    public IReadOnlyList<ImageInfo> Images { get; set; } =
    [
        new("debian-12", "Debian 12 (bookworm)", "debian", "12", "amd64", "disk.raw.zst", 412_000_000, new('a', 64), 3_221_225_472, 3),
        new("huge", "An image that fits nowhere", "debian", "12", "amd64", "disk.raw.zst", 412_000_000, new('b', 64), 9_000_000_000_000, 3),
    ];
    public IReadOnlyList<string> ImageFaults => ["/images/broken/image.json: disk.raw.zst is not beside it"];
    public IReadOnlyList<RoleChoice> Roles => [new("basics", "Basics", "hosts file, time, operator’s account")];

    public IReadOnlyList<ServedNetwork> Served => [.. ServedNames.Select(n =>
        new ServedNetwork(n, IPAddress.Parse("10.77.0.1"), 24, "rack.internal", 5240))];

    public string DhcpInWords(ServedNetwork network) => "10.77.0.100-10.77.0.199";

    public IReadOnlyList<InterfaceChoice> Interfaces =>
    [
        new("eth0", "192.0.2.7/24", IsUp: true, IsUplink: true, ServedNames.Contains("eth0"), null),
        new("rack0", "10.77.0.1/24", IsUp: true, IsUplink: false, ServedNames.Contains("rack0"), null),
        new("rack1", "10.78.0.1/24", IsUp: true, IsUplink: false, ServedNames.Contains("rack1"), null),
        new("spare", null, IsUp: false, IsUplink: false, false, "spare has no IPv4 address: give it one, such as ip address add 10.9.0.1/24 dev spare"),
    ];

    public IPAddress? AddressOf(Machine machine) => machine.Macs.IsEmpty || machine.State is MachineState.Ready ? null : IPAddress.Parse($"10.77.0.{100 + Convert.ToInt32(machine.BootMac[^2..], 16) % 100}");

    public ProgressNow? ProgressOf(Machine machine) => machine is { State: MachineState.Deploying, Phase: Phase.AgentAtWork } ? new("image", 268_000_000, 412_000_000) : null;

    public IReadOnlyList<DhcpExplanation> ExplainDhcp(DhcpQuestion question) =>
        [.. Served.Select(n => Explain(question, n, Models.Of(n, "10.77.0.100", "10.77.0.199")))];

    private static DhcpExplanation Explain(DhcpQuestion question, ServedNetwork network, NetworkModel model)
    {
        var scope = new DhcpScopes(model, [model.Pool(network)]).Of(question.ToMessage(), network, out string? why);
        return scope is null ? DhcpExplanation.Of(network, new DhcpAnswer.Silence(why!)) : DhcpExplanation.Of(question, new(network, scope, null), null, DateTimeOffset.UtcNow);
    }

    public RoleProgress RoleOf(Machine machine) => machine switch
    {
        { Deployment.Role: null } or { Deployment: null } => RoleProgress.None,
        { State: MachineState.Deployed } => new("done", 7, 7, 5, "basics: 7 steps, 5 changed", 1),
        _ => new("pending", 0, 0, 0, "waits for the installed system", 0),
    };

    public Task<Applied> RunRoleAsync(string id, string by) => Task.FromResult<Applied>(
        Book!.Find(id) is not { } machine ? new Applied.NotFound(id)
        : RoleOf(machine).Status == "done" ? new Applied.Ok(machine)
        : new Applied.Refused($"{machine.Name} is {Lifecycle.Word(machine.State)}: only a deployed machine with a role can run it"));

    public string InstallScript(Machine machine, IPAddress appliance) => $"#!/bin/sh\n# {machine.Id} {appliance}\n";

    public async Task<Applied> OrderPowerAsync(string id, PowerAction action, string by, CancellationToken cancel)
    {
        PowerOrders.Add((id, action, by));
        if (Book!.Find(id) is not { } machine) return new Applied.NotFound(id);
        if (machine.Controllers.IsEmpty) return new Applied.Refused($"{machine.Name} has no power controller that the appliance knows: switch it by hand, or commission it");
        var state = action is PowerAction.Off or PowerAction.SoftOff ? PowerState.Off : PowerState.On;
        return await Book.ApplyAsync(id, new MachineChange.PowerRead(new(state, DateTimeOffset.UtcNow, null)), by);
    }

    public PowerReading PowerOf(Machine machine) => machine.Power;

    public IReadOnlyList<string> ControllerKinds => ["ipmi", "redfish"];

    /// <summary>What was wished for a controller, with its password.</summary>
    public List<ControllerWish> ControllerWishes { get; } = [];

    public Task<Applied> SetControllerAsync(string id, ControllerWish wish, string by, CancellationToken cancel)
    {
        ControllerWishes.Add(wish);
        var access = new ControllerAccess(wish.Kind ?? "redfish", wish.Address, wish.Port ?? 443, wish.Username, "SEALED-CONTROLLER", wish.Privilege, 0, "1.0") { Id = wish.Id ?? "redfish", Settings = wish.Settings, ByHand = true };
        return Book!.ApplyAsync(id, new MachineChange.SetController(access, wish.First, "power on"), by);
    }

    public Task<Applied> RemoveControllerAsync(string id, string controller, string by) => Book!.ApplyAsync(id, new MachineChange.RemoveController(controller), by);

    public Task<string?> ServeAsync(string name, string by)
    {
        ServedNames.Add(name);
        return Task.FromResult<string?>(null);
    }

    public Task<string?> StopServingAsync(string name, string by) =>
        Task.FromResult(ServedNames.Remove(name) ? null : $"{name} is not served");

    public ImageInfo? Image(string name) => Images.FirstOrDefault(i => i.Name == name);
    public string? RoleFault(string role) => Roles.Any(r => r.Name == role) ? null : $"there is no role {role}";
    public FreshDeployment Fresh(string machine) => new("dep001", Guid.NewGuid().ToString(), "SEALED-HOST-TOKEN", new('c', 64));
}
