using System.CommandLine;
using Provisioner.Appliance.Cli.Client;

namespace Provisioner.Appliance.Cli;

/// <summary>All verbs. <c>serve</c> runs everything; the others ask the appliance that runs, over its API.</summary>
internal static class CommandLine
{
    // What a verb gets to end in after SIGTERM or Ctrl-C before it is cut off, with 143 or 130. The library's two seconds are enough for a question over
    // the API, not for an appliance that is busy; systemd waits for 15 (TimeoutStopSec).
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(14);

    /// <summary>Runs a verb and returns its exit code.</summary>
    public static Task<int> RunAsync(string[] args) => Create().Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = EndTime });

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
