namespace Provisioner.Benchmarks.Network;

/// <summary>The appliance on the lab's server side, as it is shipped.</summary>
internal sealed class Served : IDisposable
{
    private readonly string _data;

    /// <param name="flags">More flags of <c>provisioner serve</c>.</param>
    public Served(Lab lab, params IEnumerable<string> flags) : this(lab, _ => { }, flags)
    {
    }

    /// <param name="fill">Puts things into its data folder before it starts.</param>
    /// <param name="flags">More flags of <c>provisioner serve</c>.</param>
    public Served(Lab lab, Action<string> fill, params IEnumerable<string> flags)
    {
        _data = lab.Fresh("data");
        foreach (string folder in (string[])[_data, BootFiles, Images]) Directory.CreateDirectory(folder);
        fill(_data);
        string[] arguments = ["serve", "--data", _data, "--boot-files", BootFiles, "--images", Images, "--interface", Lab.ServerInterface,
            "--range", $"{Lab.FirstOfRange}-{Lab.LastOfRange}", "--upstream-dns", $"{Lab.Client}", .. flags];
        Peer = Binary is { } binary
            ? lab.Start(Figure.Us, binary, arguments)
            : lab.Start(Figure.Us, "dotnet", [Path.Combine(AppContext.BaseDirectory, "provisioner.dll"), .. arguments]);
        Peer.UntilSays($"serves {Lab.ServerInterface}", seconds: 60);
    }

    /// <summary>What <c>./run bench</c> published; without it, what was built beside the benchmarks.</summary>
    public static string? Binary => Environment.GetEnvironmentVariable("PROVISIONER_BINARY") is { Length: > 0 } path ? path : null;

    public Peer Peer { get; }
    public string Data => _data;
    public string BootFiles => _data + "-boot";
    public string Images => _data + "-images";

    public void Dispose() => Peer.Dispose();
}
