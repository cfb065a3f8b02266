using Microsoft.AspNetCore.Http;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>Pages, and servers that answer what none should.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileVimTests
{
    private const string Password = "geheim-0815";

    [Fact]
    public async Task A_list_of_several_pages_is_read_to_its_end()
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        string added = await lab.SaysAsync($"add {esx.Address} --user root --name esx5", Password);
        Assert.Contains("esx5: Scripted 5.5.0", added, StringComparison.Ordinal);
        Assert.Equal(["page0", "page1", "page2", "page3", "page4"], lab.Host("esx5").Machines.Select(m => m.Name));
        Assert.True(esx.Pages >= 3, $"{esx.Pages} pages");
        esx.Machines = 3;
        await lab.SaysAsync("refresh esx5");
        Assert.Equal(3, lab.Host("esx5").Machines.Length);
        await lab.HearsAsync("host.machine.gone", "page4");
    }

    [Theory]
    [InlineData("<html><body>Welcome to nginx</body></html>", "is that an ESXi or vCenter?")]
    [InlineData("<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", "is that an ESXi or vCenter?")]
    [InlineData("", "is that an ESXi or vCenter?")]
    public async Task What_is_no_vSphere_API_is_said_to_be_none(string body, string why)
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        esx.Instead["RetrieveServiceContent"] = http => http.Response.WriteAsync(body);
        Assert.Contains(why, await lab.RefusesAsync($"add {esx.Address} --user root", Password), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        byte[] junk = new byte[64 << 10];
        esx.Instead["RetrieveServiceContent"] = async http =>
        {
            try
            {
                while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(junk, http.RequestAborted);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
            }
        };
        Assert.Contains("larger than 16 MiB", await lab.RefusesAsync($"add {esx.Address} --user root", Password), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NoPermission", "the user may not do that there")]
    [InlineData("RestrictedVersion", "free ESXi")]
    public async Task A_fault_is_one_sentence(string fault, string why)
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {esx.Address} --user root --name esx5", Password);
        esx.Instead["PowerOnVM_Task"] = http => ScriptedVim.FaultAsync(http, fault);
        var (status, said) = await lab.PowerAsync("page0", "on");
        Assert.Equal(409, status);
        Assert.Contains(why, (string)said["detail"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WaitForUpdatesEx", "<WaitForUpdatesExResponse xmlns='urn:vim25'><returnval><filterSet/></returnval></WaitForUpdatesExResponse>")]
    [InlineData("RetrievePropertiesEx", "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects/></returnval></RetrievePropertiesExResponse>")]
    public async Task A_host_that_talks_nonsense_is_unreachable_until_it_talks_sense(string method, string nonsense)
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {esx.Address} --user root --name esx5", Password);
        esx.Instead[method] = http => ScriptedVim.SayAsync(http, nonsense);
        await lab.RunAsync("refresh esx5"); // it looks now
        await lab.UntilAsync("it is unreachable", () => lab.Host("esx5").State is HostState.Unreachable);
        esx.Instead.Clear();
        await lab.UntilAsync("it is back", () => lab.Host("esx5").State is HostState.Connected);
    }

    [Fact]
    public async Task A_host_that_stops_answering_is_unreachable_and_its_machines_unknown()
    {
        await using var esx = await ScriptedVim.StartAsync();
        await using var lab = await HostLab.StartAsync();
        await lab.SaysAsync($"add {esx.Address} --user root --name esx5", Password);
        esx.Instead["RetrievePropertiesEx"] = http => ScriptedVim.FaultAsync(http, "HostCommunication");
        Assert.Contains("the vCenter has lost the ESXi", await lab.RefusesAsync("refresh esx5"), StringComparison.Ordinal);
        await lab.UntilAsync("it is unreachable", () => lab.Host("esx5").State is HostState.Unreachable);
        await lab.UntilAsync("nobody knows their power", () => lab.Machine("page0").Power.Error is not null);
        esx.Instead.Clear();
        await lab.UntilAsync("it is back", () => lab.Host("esx5").State is HostState.Connected);
        await lab.UntilAsync("so is their power", () => lab.Machine("page0").Power.Error is null);
    }
}
