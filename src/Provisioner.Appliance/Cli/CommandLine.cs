using System.CommandLine;
using Provisioner.Appliance.Cli.Client;

namespace Provisioner.Appliance.Cli;

/// <summary>All verbs. <c>serve</c> runs everything; the others ask the appliance that runs, over its API.</summary>
internal static class CommandLine
{
    /// <summary>Runs a verb and returns its exit code.</summary>
    public static Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        // The web host hears SIGTERM itself, and ends in its own time. The library, which cuts off what hasn't ended after two seconds, would be a second one to hear it.
        return parsed.InvokeAsync(parsed.CommandResult.Command.Name == "serve" ? new InvocationConfiguration { ProcessTerminationTimeout = null } : new());
    }

    public static RootCommand Create()
    {
        var root = new RootCommand("Provisioner: from a cold rack to running machines, by one process.")
        {
            ServeCommand.Create(),
            SignInLinkCommand.Create(),
        };
        foreach (var resource in NetworkResources.All)
        {
            var command = Connection.With(ResourceCommand.Create(resource));
            if (resource.Name == "subnets") AddressCommands.AddTo(command);
            root.Add(command);
        }
        foreach (var command in DeploymentCommands.Create()) root.Add(command);
        root.Add(AdoptCommand.Create());
        root.Add(MachinesCommand.Create());
        root.Add(PowerCommand.Create());
        root.Add(ControllersCommand.Create());
        root.Add(DhcpCommand.Create());
        root.Add(DnsCommand.Create());
        root.Add(PackagesCommand.Create());
        root.Add(HostsCommand.Create());
        root.Add(ExplainCommand.Create());
        root.Add(BmcCommand.Create());
        root.Add(ConsoleCommand.Create());
        return root;
    }
}
