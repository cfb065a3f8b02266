using System.Net;
using Provisioner.ApplianceTests.Web;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>The page of hypervisor hosts, with libvirt's own test driver behind it.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostPageTests
{
    [Fact]
    public async Task A_host_is_added_looked_at_and_removed_on_the_page()
    {
        await using var web = await WebHost.StartAsync(fill: false);
        using var visitor = await Visitor.SignedInAsync(web);
        var (status, empty) = await visitor.GetAsync("/hypervisors");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("No hosts yet", empty, StringComparison.Ordinal);
        using var wrong = await visitor.PostAsync("/hypervisors", ("address", "qemu+tcp://kvm.example/system"), ("username", ""), ("password", ""), ("enlist", "yes"));
        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        Assert.Contains("neither encrypted nor signed", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var added = await visitor.PostAsync("/hypervisors", ("address", "test:///default"), ("username", ""), ("password", ""), ("enlist", "yes"));
        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        var (_, page) = await visitor.GetAsync("/hypervisors");
        Assert.Contains("test:///default", page, StringComparison.Ordinal);
        Assert.Contains("TEST", page, StringComparison.Ordinal); // what the driver calls itself
        Assert.Contains("<th scope=\"row\">test</th>", page, StringComparison.Ordinal); // its one machine
        string id = page.Split("id=\"host-")[1].Split('"')[0];
        using var looked = await visitor.PostAsync($"/hypervisors/{id}/refresh");
        Assert.Equal(HttpStatusCode.Found, looked.StatusCode);
        using var removed = await visitor.PostAsync($"/hypervisors/{id}/remove");
        Assert.Equal(HttpStatusCode.Found, removed.StatusCode);
        using var again = await visitor.PostAsync($"/hypervisors/{id}/remove");
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Contains("No hosts yet", (await visitor.GetAsync("/hypervisors")).Text, StringComparison.Ordinal);
    }
}
