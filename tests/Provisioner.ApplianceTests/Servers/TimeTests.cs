using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Provisioner.ApplianceTests.Servers;

/// <summary>The time, as the clients of others take it. None of them is allowed to set a clock: all share this machine's.</summary>
[Collection("namespaces")]
public sealed partial class TimeTests : IDisposable
{
    private readonly Namespaces _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void Chronyd_and_ntpdate_find_the_appliance_s_time_to_be_this_machine_s()
    {
        using var appliance = new Served(_net);
        string settings = Path.Combine(appliance.Folder, "chrony.conf");
        File.WriteAllText(settings, $"server {Namespaces.Appliance} iburst maxsamples 2\ncmdport 0\npidfile {appliance.Folder}/chronyd.pid\nuser root\n");
        var chronyd = _net.OnClient("chronyd", $"-Q -t 15 -f {settings}");
        Assert.True(chronyd.Exit == 0, chronyd.Text);
        Assert.InRange(Math.Abs(double.Parse(Wrong().Match(chronyd.Text).Groups[1].Value, CultureInfo.InvariantCulture)), 0, 0.1);
        var ntpdate = _net.OnClient("ntpdate", $"-q {Namespaces.Appliance}");
        Assert.True(ntpdate.Exit == 0, ntpdate.Text);
        Assert.Matches(@"[+-]0\.0\d+ \+/- .* 10\.77\.0\.1 s(5|10) no-leap", ntpdate.Text);
        Assert.Matches("time: stratum (5|10)", appliance.Said);
    }

    [Fact]
    public void Who_asks_too_often_is_told_so_and_other_subnets_are_not_answered()
    {
        using var appliance = new Served(_net);
        Tool.Run("ip", $"-n {_net.ClientSide} address add 192.0.2.9/32 dev c0");
        Tool.Run("ip", $"-n {_net.ServerSide} route add 192.0.2.9/32 dev s0");
        var (told, kissed, stranger) = Namespaces.In(_net.ClientSide, () =>
        {
            var answers = Ask(Namespaces.Client, 60);
            return (answers.Count(a => a[1] != 0), answers.Count(a => Encoding.ASCII.GetString(a, 12, 4) == "RATE"), Ask(IPAddress.Parse("192.0.2.9"), 1).Count);
        });
        Assert.InRange(told, 20, 30);
        Assert.Equal((1, 0), (kissed, stranger));
        Assert.True(appliance.IsAlive);
    }

    [Fact]
    public void A_port_that_the_host_s_chronyd_has_is_told_and_everything_else_is_served()
    {
        string folder = Directory.CreateTempSubdirectory("chrony-").FullName;
        File.WriteAllText(Path.Combine(folder, "chrony.conf"), $"local stratum 9\nallow\ncmdport 0\npidfile {folder}/chronyd.pid\nuser root\n");
        using var chronyd = Tool.Start("ip", $"netns exec {_net.ServerSide} chronyd -x -d -f {folder}/chrony.conf", _ => { });
        try
        {
            Thread.Sleep(500); // until it has its port
            using var appliance = new Served(_net);
            Assert.True(SpinWait.SpinUntil(() => appliance.Said.Contains("time: "), TimeSpan.FromSeconds(5)), appliance.Said);
            Assert.Matches(@"NTP can't be served on s0, UDP port 123: chronyd \(process \d+\) has it already; stop that.*; until then machines get the time from that", appliance.Said);
            Assert.Contains(" s9 no-leap", _net.OnClient("ntpdate", $"-q {Namespaces.Appliance}").Text);
            Assert.Contains("lease of 10.77.1.", _net.OnClient("udhcpc", "-i c0 -f -n -q -t 5 -T 1 -s /bin/true").Text);
        }
        finally
        {
            chronyd.Kill();
            chronyd.WaitForExit();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<byte[]> Ask(IPAddress from, int times)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 };
        socket.Bind(new IPEndPoint(from, 0));
        var question = new byte[48];
        question[0] = 0x23;
        for (int i = 0; i < times; i++) socket.SendTo(question, new IPEndPoint(Namespaces.Appliance, 123));
        var answers = new List<byte[]>();
        try
        {
            while (answers.Count < times)
            {
                var answer = new byte[48];
                Assert.Equal(48, socket.Receive(answer));
                answers.Add(answer);
            }
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
        {
        }
        return answers;
    }

    [GeneratedRegex(@"System clock wrong by (-?[0-9.]+) seconds")]
    private static partial Regex Wrong();
}
