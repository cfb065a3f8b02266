using Provisioner.Benchmarks;
using Provisioner.Benchmarks.Network;
using Provisioner.Benchmarks.Plans;
using Provisioner.Benchmarks.Power;
using Provisioner.Benchmarks.Scale;

// Each benchmark is one file. They print figures; they judge nothing.
return args switch
{
    ["network", .. var services] => NetworkBench.Run(services),
    ["dhcp-path"] => DhcpPathBench.Run(),
    ["power"] => PowerBench.Run(),
    ["power-inside"] => await PowerBench.InsideAsync(),
    ["power-farm", var count, var dead] => PowerFarm.Run(count, dead),
    ["scale"] => ScaleBench.Run(),
    ["plan"] => PlanBench.Run(),
    ["scale-client", var key] => ScaleClient.Run(key),
    ["relay-load", var rate, var seconds] => RelayLoad.Run(int.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
    ["tftp-load", var readers, var file] => TftpLoad.Run(int.Parse(readers, System.Globalization.CultureInfo.InvariantCulture), file),
    ["steps", var binary, var steps] => StepsBenchmark.Run(binary, int.Parse(steps, System.Globalization.CultureInfo.InvariantCulture)),
    ["start", var binary] => StartBenchmark.Run(binary),
    ["discover", var seconds] => StartBenchmark.Discover(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"benchmarks: network [{NetworkBench.Names}]...   the network services beside their peers, one table with ratios (root: makes network namespaces)");
    Console.Error.WriteLine("benchmarks: dhcp-path   processor time and allocation of a four-way exchange, without sockets");
    Console.Error.WriteLine("benchmarks: power   5,000 simulated BMCs kept fresh, beside ipmitool and ipmipower (root: makes a network namespace)");
    Console.Error.WriteLine("benchmarks: scale   memory and the time until a change is served, with 10,000 machines and 50,000 leases (root)");
    Console.Error.WriteLine("benchmarks: plan   a bundle of 1,000 machines and 10,000 steps: planned, rendered, and run on paper");
    Console.Error.WriteLine("benchmarks: start BINARY   from the appliance's start to its first OFFER, and its memory when idle (root: makes a network namespace)");
    Console.Error.WriteLine("benchmarks: steps BINARY NUMBER   what a step costs besides its own work, by the agent itself on this machine");
    return 2;
}
