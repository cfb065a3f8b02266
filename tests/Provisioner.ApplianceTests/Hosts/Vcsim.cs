using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Hosts;

/// <summary>VMware's own simulator of the vSphere API, built from Debian's golang-github-vmware-govmomi-dev: an ESXi, or a vCenter with a cluster.</summary>
internal sealed class Vcsim : IDisposable
{
    public const string Password = "geheim-4711";
    private static readonly Lazy<string> Program = new(Build);
    private readonly string _folder = Directory.CreateTempSubdirectory("vcsim-").FullName;
    private readonly bool _vpx;
    private readonly int _machines;
    private Process _process;

    private Vcsim(bool vpx, int machines)
    {
        (_vpx, _machines) = (vpx, machines);
        NewCertificate();
        _process = Begin("127.0.0.1:0");
    }

    /// <summary>Address and port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>SHA-256 of its certificate.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <param name="vpx">A vCenter.</param>
    /// <param name="machines">Machines of each host or pool; all of one have the same MAC address, which real ones would not.</param>
    public static Vcsim Start(bool vpx = false, int machines = 2) => new(vpx, machines);

    /// <summary>Ends it and starts it at the same place, with another certificate or with the same.</summary>
    public void Restart(bool newCertificate)
    {
        End();
        if (newCertificate) NewCertificate();
        _process = Begin(Address);
    }

    public void End()
    {
        _process.Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
    }

    public void Dispose()
    {
        End();
        Directory.Delete(_folder, recursive: true);
    }

    private Process Begin(string listen)
    {
        var start = new ProcessStartInfo(Program.Value, ["-listen", listen, "-certificate", $"{_folder}/cert.pem", "-key", $"{_folder}/key.pem", "-password", Password, "-machines", $"{_machines}", .. _vpx ? new[] { "-vpx" } : []])
        { RedirectStandardOutput = true, RedirectStandardInput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        string line = process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)).GetAwaiter().GetResult() ?? process.StandardError.ReadToEnd();
        Address = line.StartsWith("listens ", StringComparison.Ordinal) ? line["listens ".Length..] : throw new InvalidOperationException($"vcsim did not start: {line}");
        return process;
    }

    private void NewCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=esx", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText($"{_folder}/cert.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{_folder}/key.pem", key.ExportPkcs8PrivateKeyPem());
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
    }

    // go keeps what it has built: the first time takes a minute, and a copy stays beside the tests.
    private static string Build()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "vcsim"), program = Path.Combine(folder, "vcsim"), source = Path.Combine(folder, "main.go");
        if (File.Exists(program) && File.GetLastWriteTimeUtc(program) > File.GetLastWriteTimeUtc(source)) return program;
        var built = Tool.Try("env", $"GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= go build -o {program} {source}", 600);
        return built.Exit == 0 ? program : throw new InvalidOperationException($"VMware's simulator can't be built: {built.Text}; ./run test installs golang-go and golang-github-vmware-govmomi-dev");
    }
}
