namespace Provisioner.Benchmarks.Network;

/// <summary>
/// The network services beside their peers, in one run: what they are is one line here, how each is measured is one file.
/// Absolute figures move from machine to machine and from minute to minute: the ratios are the result.
/// </summary>
internal static class NetworkBench
{
    private static readonly (string Name, Func<Lab, IReadOnlyList<Figure>> Measure)[] Services =
    [
        ("dhcp", DhcpBench.Measure),
        ("dns", DnsBench.Measure),
        ("tftp", TftpBench.Measure),
        ("http", HttpBench.Measure),
    ];

    /// <summary>Words for the usage.</summary>
    public static string Names => string.Join('|', Services.Select(s => s.Name));

    public static int Run(string[] wanted)
    {
        if (wanted.FirstOrDefault(w => Services.All(s => s.Name != w)) is { } unknown)
        {
            Console.Error.WriteLine($"bench network: no such service: {unknown} ({Names})");
            return 2;
        }
        using var lab = new Lab();
        List<Figure> figures = [];
        foreach (var (name, measure) in Services)
            if (wanted.Length == 0 || wanted.Contains(name)) figures.AddRange(measure(lab));
        FigureTable.Print(figures);
        return 0;
    }
}
