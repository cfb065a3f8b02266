using Provisioner.Benchmarks;

// Each benchmark is one file. They print figures; they judge nothing.
return args switch
{
    ["start", var binary] => StartBenchmark.Run(binary),
    ["discover", var seconds] => StartBenchmark.Discover(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("benchmarks: start BINARY   from the appliance's start to its first OFFER, and its memory when idle (root: makes a network namespace)");
    return 2;
}
