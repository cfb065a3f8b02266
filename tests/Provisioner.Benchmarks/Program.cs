using Provisioner.Benchmarks;
using Provisioner.Benchmarks.Network;

// Each benchmark is one file. They print figures; they judge nothing.
return args switch
{
    ["network", .. var services] => NetworkBench.Run(services),
    ["start", var binary] => StartBenchmark.Run(binary),
    ["discover", var seconds] => StartBenchmark.Discover(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine($"benchmarks: network [{NetworkBench.Names}]...   the network services beside their peers, one table with ratios (root: makes network namespaces)");
    Console.Error.WriteLine("benchmarks: start BINARY   from the appliance's start to its first OFFER, and its memory when idle (root: makes a network namespace)");
    return 2;
}
