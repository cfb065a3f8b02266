using System.Collections.Immutable;
using Provisioner.Appliance.Packages;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;

namespace Provisioner.Appliance.Roles;

/// <summary>What an installed system gets from us at its beginning, with its token unsealed for as long as it takes to write it.</summary>
internal sealed class SeedWriter(SecretBox secrets, ApplianceOptions options, PackageSettings packages, ApplianceCertificate certificate) : ISeedWriter
{
    /// <summary>What the seal of a machine's host token is for; who seals one (<c>FreshDeployment</c>) says the same.</summary>
    public static string PurposeOf(string machine) => $"host/{machine}";

    public ImmutableSortedDictionary<string, string> FilesFor(Machine machine, Deployment deployment, string home) =>
        NoCloudSeed.For(machine, deployment, options.Domain, Contact(new Uri(home).Host), Token(machine, deployment), PackagesFrom(home)).Files;

    /// <summary>The script that makes a running machine one of ours.</summary>
    /// <param name="machine">The machine, adopted.</param>
    /// <param name="deployment">Its deployment.</param>
    /// <param name="address">The appliance's address as the machine reaches it.</param>
    public string InstallScript(Machine machine, Deployment deployment, string address) =>
        HostAgent.InstallScript(Contact(address), machine.Id, machine.Name, Token(machine, deployment));

    private ApplianceContact Contact(string address) => new(address, options.HttpsPort, certificate.Pem);

    private string Token(Machine machine, Deployment deployment) => secrets.Unseal(PurposeOf(machine.Id), deployment.SealedHostToken);

    // The cache answers at the same address as all else that the machine knows of the appliance.
    private string? PackagesFrom(string home) => packages.Machines && options.PackagePort > 0 ? $"http://{new Uri(home).Host}:{options.PackagePort}" : null;
}
