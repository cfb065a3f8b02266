using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>TFTP to atftp, curl, busybox and tftp-hpa, and to hundreds at once, from the real process.</summary>
[Collection("namespaces")]
public sealed class TftpPeerTests : IDisposable
{
    private readonly Namespaces _net = new();
    private readonly Served _appliance;
    private readonly byte[] _file = RandomNumberGenerator.GetBytes(1_000_123);

    public TftpPeerTests()
    {
        _appliance = new Served(_net);
        File.WriteAllBytes(Path.Combine(_appliance.BootFiles, "ipxe.efi"), _file);
    }

    public void Dispose()
    {
        _appliance.Dispose();
        _net.Dispose();
    }

    [Theory]
    [InlineData("atftp --option \"blksize 1468\" --option \"windowsize 64\" --get --remote-file ipxe.efi --local-file GOT ADDRESS")]
    [InlineData("atftp --option \"blksize 1428\" --option \"windowsize 16\" --option \"timeout 2\" --option \"tsize 0\" --get --remote-file ipxe.efi --local-file GOT ADDRESS")]
    [InlineData("atftp --option \"blksize 8192\" --get --remote-file ipxe.efi --local-file GOT ADDRESS")] // is given 1468
    [InlineData("curl -sS --tftp-blksize 1428 -o GOT tftp://ADDRESS/ipxe.efi")]
    [InlineData("curl -sS --tftp-no-options -o GOT tftp://ADDRESS//ipxe.efi")]
    [InlineData("busybox tftp -g -r ipxe.efi -l GOT ADDRESS")]
    [InlineData("tftp -m binary ADDRESS -c get ipxe.efi GOT")]
    public void Clients_of_others_get_it_whole(string client)
    {
        string got = Path.Combine(_appliance.Folder, "got");
        var output = _net.OnClient(client.Replace("GOT", got).Replace("ADDRESS", Namespaces.Appliance.ToString()), "");
        Assert.True(File.Exists(got), $"{output.Exit}: {output.Text}");
        Assert.Equal(_file, File.ReadAllBytes(got));
    }

    [Fact]
    public void A_file_of_more_than_65535_blocks_arrives_whole()
    {
        byte[] big = RandomNumberGenerator.GetBytes(34_000_000); // 66,407 blocks of 512
        File.WriteAllBytes(Path.Combine(_appliance.BootFiles, "snponly.efi"), big);
        string got = Path.Combine(_appliance.Folder, "got");
        var output = _net.OnClient("curl", $"-sS --tftp-no-options -o {got} tftp://{Namespaces.Appliance}/snponly.efi", 120);
        Assert.True(output.Exit == 0, output.Text);
        Assert.Equal(SHA256.HashData(big), SHA256.HashData(File.ReadAllBytes(got)));
    }

    [Fact]
    public void A_person_with_a_text_client_is_told_what_to_do()
    {
        string said = _net.OnClient("tftp", $"-m ascii {Namespaces.Appliance} -c get ipxe.efi {_appliance.Folder}/got").Text;
        Assert.Contains("mode netascii is not served, only octet", said);
    }

    [Fact]
    public void Three_hundred_clients_at_once_get_it_whole()
    {
        const int Clients = 300;
        string wanted = Convert.ToHexStringLower(SHA256.HashData(_file));
        for (int i = 1; i <= 10; i++) Tool.Run("ip", $"-n {_net.ClientSide} address add 10.77.0.{50 + i}/16 dev c0");
        string script = Path.Combine(_appliance.Folder, "many.sh");
        File.WriteAllText(script, $"for i in $(seq {Clients}); do (curl -sS --interface 10.77.0.$((51 + i % 10)) --tftp-blksize 1468 tftp://{Namespaces.Appliance}/ipxe.efi | sha256sum) & done; wait\n");
        string sums = _net.OnClient("bash", script, 120).Text;
        Assert.Equal(Clients, sums.Split(wanted).Length - 1);
        Assert.True(_appliance.IsAlive);
    }

    // A path with a smaller MTU than the block: what the kernel won't cut up goes out one by one.
    [Fact]
    public void Windows_go_on_where_segmentation_can_t()
    {
        Tool.Run("ip", $"-n {_net.ServerSide} link set s0 mtu 1300");
        string got = Path.Combine(_appliance.Folder, "got");
        var output = _net.OnClient($"atftp --option \"blksize 1468\" --option \"windowsize 16\" --get --remote-file ipxe.efi --local-file {got} {Namespaces.Appliance}", "", 60);
        Assert.True(output.Exit == 0, output.Text);
        Assert.Equal(_file, File.ReadAllBytes(got));
    }

    [Fact]
    public void A_machine_that_is_reset_gets_the_file_from_the_same_port_again()
    {
        var (first, again) = Namespaces.In(_net.ClientSide, () =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
            socket.Bind(new IPEndPoint(Namespaces.Client, 2070));
            string Begin()
            {
                socket.SendTo("\0\u0001ipxe.efi\0octet\0"u8, new IPEndPoint(Namespaces.Appliance, 69));
                var buffer = new byte[2048];
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                // Blocks of the first transfer may still be on their way.
                for (int i = 0; i < 50; i++)
                {
                    int length = socket.ReceiveFrom(buffer, ref from);
                    if (length > 4 && buffer[3] == 1)
                    {
                        socket.SendTo([0, 4, 0, 1], from);
                        return Encoding.Latin1.GetString(buffer, 0, 4);
                    }
                }
                return "no first block";
            }
            string one = Begin();
            Thread.Sleep(2500);
            return (one, Begin());
        });
        Assert.Equal(("\0\u0003\0\u0001", "\0\u0003\0\u0001"), (first, again));
    }
}
