using System.CommandLine;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Provisioner.Appliance.Cli;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>A whole appliance, its command line and its API, for tests of hypervisor hosts.</summary>
internal sealed class HostLab : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private HostLab(TestAppliance appliance) => Appliance = appliance;

    public TestAppliance Appliance { get; }

    public static async Task<HostLab> StartAsync() => new(await TestAppliance.StartAsync());

    public HypervisorHost Host(string name) => Appliance.Get<HostBook>().Find(name) ?? throw new Xunit.Sdk.XunitException($"there is no host {name}");

    /// <summary>Runs a line of the command line.</summary>
    public async Task<(int Exit, string Out, string Error)> RunAsync(string line, string password = "")
    {
        string file = Path.Combine(Appliance.Data, "password");
        await File.WriteAllTextAsync(file, password);
        using StringWriter said = new(), complained = new();
        string all = $"hosts {line} --url {Appliance.Http.BaseAddress} --data {Appliance.Data}{(password.Length > 0 ? $" --password-file {file}" : "")}";
        int exit = await CommandLine.Create().Parse(all).InvokeAsync(new InvocationConfiguration { Output = said, Error = complained }).WaitAsync(Patience);
        if (password.Length > 0) Assert.DoesNotContain(password, said.ToString() + complained, StringComparison.Ordinal);
        return (exit, said.ToString(), complained.ToString());
    }

    public async Task<string> SaysAsync(string line, string password = "")
    {
        var (exit, said, complained) = await RunAsync(line, password);
        Assert.True(exit == 0, $"{line}: {exit} {complained}{said}");
        return said;
    }

    public async Task<string> RefusesAsync(string line, string password = "")
    {
        var (exit, said, complained) = await RunAsync(line, password);
        Assert.True(exit == 1, $"{line}: {exit} {complained}{said}");
        return complained;
    }

    /// <summary>Orders power over the API.</summary>
    public async Task<(int Status, JsonNode Said)> PowerAsync(string machine, string action)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/machines/{machine}/power") { Content = JsonContent.Create(new { action }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Appliance.Key);
        using var reply = await Appliance.Http.SendAsync(request);
        return ((int)reply.StatusCode, JsonNode.Parse(await reply.Content.ReadAsStringAsync())!);
    }

    /// <summary>Orders power and expects that it was read back.</summary>
    public async Task OrderAsync(string machine, string action, PowerState then)
    {
        var (status, said) = await PowerAsync(machine, action);
        Assert.True(status == 200, said.ToJsonString());
        Assert.Equal(then, Machine(machine).Power.State);
    }

    public Machine Machine(string name) => Appliance.Book.Find(name) ?? throw new Xunit.Sdk.XunitException($"there is no machine {name}; there are {string.Join(", ", Appliance.Book.All.Values.Select(m => m.Name))}");

    /// <summary>The driver and the target of a machine.</summary>
    public (IPowerDriver Driver, PowerTarget Target) Power(string name)
    {
        var machine = Machine(name);
        var c = machine.Controllers.Single(c => c.Kind is HypervisorHost.Libvirt or HypervisorHost.Vsphere);
        return (Appliance.Get<IEnumerable<IPowerDriver>>().Single(d => d.Kind == c.Kind), new PowerTarget(machine.Name, c.Kind, c.Address, 0, "", "", "", false) { Settings = c.Settings });
    }

    public async Task NextBootAsync(string name, BootDevice device)
    {
        var (driver, target) = Power(name);
        Assert.Null(await driver.SetNextBootAsync(target, new NextBoot(device), CancellationToken.None));
    }

    public async Task<PowerException> FailsAsync(string name, Func<IPowerDriver, PowerTarget, Task> order)
    {
        var (driver, target) = Power(name);
        return await Assert.ThrowsAsync<PowerException>(() => order(driver, target));
    }

    /// <summary>Waits for an event whose text holds these words.</summary>
    public async Task<string> HearsAsync(string kind, string words)
    {
        string? heard = null;
        await UntilAsync($"an event {kind} with \"{words}\"", () => (heard = Appliance.Book.LastEvents(null, 1000).LastOrDefault(e => e.Kind == kind && e.Text.Contains(words, StringComparison.Ordinal))?.Text) is not null);
        return heard!;
    }

    public bool Heard(string kind, string words) => Appliance.Book.LastEvents(null, 1000).Any(e => e.Kind == kind && e.Text.Contains(words, StringComparison.Ordinal));

    public async Task UntilAsync(string what, Func<bool> isSo)
    {
        var began = Stopwatch.StartNew();
        while (!isSo())
        {
            if (began.Elapsed > Patience) throw new Xunit.Sdk.XunitException($"{what}: not within {Patience.TotalSeconds:0} s; events:\n{string.Join('\n', Appliance.Book.LastEvents(null, 40).Select(e => $"{e.At:HH:mm:ss.f} {e.Kind} {e.Text}"))}");
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync() => Appliance.DisposeAsync();
}
