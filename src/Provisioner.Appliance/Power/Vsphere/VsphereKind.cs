using System.Collections.Immutable;
using System.Xml.Linq;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Power;
using Provisioner.Wire.Vim;

namespace Provisioner.Appliance.Power.Vsphere;

/// <summary>Opens sessions with ESXi and vCenter, 5.5 and later.</summary>
internal sealed class VsphereKind : IHypervisorKind
{
    public string Kind => HypervisorHost.Vsphere;

    public async Task<IHypervisor> OpenAsync(HostLogin login, CancellationToken cancel)
    {
        var client = new VimClient(new Uri(login.Address), login.Fingerprint);
        try
        {
            var content = VimReply.Returned(await client.AskAsync(VimRequest.RetrieveServiceContent(), cancel)) ?? throw Nothing("service content");
            var sessions = Ref(content, "sessionManager");
            // A certificate that changed has ended this before the password is sent.
            await client.AskAsync(VimRequest.Login(sessions, login.Username, login.Password), cancel);
            var about = VimReply.Child(content, "about");
            string product = $"{Said(about, "name")} {Said(about, "version")}".Trim(), build = Said(about, "build");
            var collector = Ref(content, "propertyCollector");
            var view = VimReply.RefOf(VimReply.Returned(await client.AskAsync(VimRequest.CreateContainerView(Ref(content, "viewManager"), Ref(content, "rootFolder")), cancel))) ?? throw Nothing("view");
            var watcher = VimReply.RefOf(VimReply.Returned(await client.AskAsync(VimRequest.CreatePropertyCollector(collector), cancel))) ?? throw Nothing("property collector");
            return new VsphereHost(client, new(sessions, collector, watcher, view), build.Length > 0 ? $"{product} (build {build})" : product);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static VimRef Ref(XElement content, string name) => VimReply.RefOf(VimReply.Child(content, name)) ?? throw Nothing(name);

    private static string Said(XElement? about, string name) => about is null ? "" : VimReply.Child(about, name)?.Value.Trim() ?? "";

    private static HypervisorException Nothing(string what) => new(PowerFailure.Garbled, $"it gave no {what}: is that an ESXi or vCenter?");
}

/// <summary>What a session works with.</summary>
/// <param name="Sessions">Its session manager.</param>
/// <param name="Collector">The session's own property collector.</param>
/// <param name="Watcher">Another one, for waiting.</param>
/// <param name="View">All its machines.</param>
internal sealed record VsphereSession(VimRef Sessions, VimRef Collector, VimRef Watcher, VimRef View);
