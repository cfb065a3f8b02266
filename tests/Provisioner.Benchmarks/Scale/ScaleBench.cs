using System.Globalization;
using Provisioner.Benchmarks.Network;

namespace Provisioner.Benchmarks.Scale;

/// <summary>The appliance with 10,000 machines and 50,000 leases: its memory, its start, and how soon a change is served.</summary>
internal static class ScaleBench
{
    public static int Run()
    {
        using var lab = new Lab();
        var began = new System.Diagnostics.Stopwatch();
        using var served = new Served(lab, data =>
        {
            ScaleData.FillAsync(data).GetAwaiter().GetResult();
            began.Start();
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ScaleData.Machines:#,0} machines, {ScaleData.Leases:#,0} leases: serving after {began.Elapsed.TotalSeconds:0.00} s"));
        Thread.Sleep(TimeSpan.FromSeconds(5));
        Memory("idle");
        string key = File.ReadAllText(Path.Combine(served.Data, "admin.key")).Trim();
        var client = lab.ItselfOnClient(TimeSpan.FromMinutes(5), "scale-client", key);
        Console.Write(client.Text);
        Memory("after the changes");
        return client.Exit;

        void Memory(string when) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resident memory, {when}: {served.Peer.ResidentMebibytes:0} MiB (wanted: < 400)"));
    }
}
