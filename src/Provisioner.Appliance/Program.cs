using Provisioner.Appliance.Cli;

// The map: each verb is one file in Cli/. `serve` runs everything, see Serving/ApplianceHost.
return await CommandLine.RunAsync(args);
