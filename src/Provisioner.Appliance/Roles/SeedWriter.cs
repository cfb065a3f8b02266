using System.Collections.Immutable;
using Provisioner.Appliance.Packages;
using Provisioner.Appliance.Serving;
using Provisioner.Appliance.Store;
using Provisioner.Appliance.Web.Agent;
using Provisioner.Domain.Deploy;
using Provisioner.Domain.Machines;

namespace Provisioner.Appliance.Roles;

/// <summary>The seed of a machine that is being installed, with its token unsealed for as long as it takes to write it.</summary>
internal sealed class SeedWriter(SecretBox secrets, ApplianceOptions options, PackageSettings packages) : ISeedWriter
{
    /// <summary>What the seal of a machine's host token is for; who seals one (<c>FreshDeployment</c>) says the same.</summary>
    public static string PurposeOf(string machine) => $"host/{machine}";

    public ImmutableSortedDictionary<string, string> FilesFor(Machine machine, Deployment deployment, string home) =>
        NoCloudSeed.For(machine, deployment, options.Domain, home, secrets.Unseal(PurposeOf(machine.Id), deployment.SealedHostToken), PackagesFrom(home)).Files;

    // The cache answers at the same address as all else that the machine knows of the appliance.
    private string? PackagesFrom(string home) => packages.Machines && options.PackagePort > 0 ? $"http://{new Uri(home).Host}:{options.PackagePort}" : null;
}
