using System.CommandLine;
using Provisioner.Appliance.Cli;

// The map: each verb is one file in Cli/. `serve` runs everything, see Serving/ApplianceHost.
var root = new RootCommand("Provisioner: from a cold rack to running machines, by one process.")
{
    ServeCommand.Create(),
    SignInLinkCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
