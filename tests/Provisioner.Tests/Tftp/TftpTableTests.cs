using System.Text;
using Provisioner.Appliance.Servers;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Tftp;

public sealed class TftpTableTests : IDisposable
{
    private static readonly Ipv4Address Machine = Ipv4Address.Parse("10.77.0.9"), Stranger = Ipv4Address.Parse("192.0.2.1");
    private readonly string _folder = Directory.CreateTempSubdirectory("tftp-table-").FullName;
    private readonly TftpTable _table;
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    public TftpTableTests()
    {
        File.WriteAllBytes(Path.Combine(_folder, "undionly.kpxe"), new byte[100_000]);
        File.WriteAllText(Path.Combine(_folder, "secret"), "not in the list");
        _table = new(new BootFiles(_folder, "/nowhere"), a => a != Stranger);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_request_begins_a_transfer_with_the_terms_that_it_asks_for()
    {
        var transfer = Started("undionly.kpxe\0octet\0blksize\01432\0tsize\00\0");
        Assert.Equal((1432, 100_000L, true), (transfer.Terms.BlockSize, transfer.Length, transfer.IsProbe));
        Assert.Equal(1, _table.Count);
        _table.End(transfer);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void The_same_request_again_begins_no_second_transfer()
    {
        Started("undionly.kpxe\0octet\0");
        for (int i = 0; i < 5; i++)
        {
            _now += TimeSpan.FromSeconds(3);
            Assert.IsType<TftpOpening.Nothing>(Ask("undionly.kpxe\0octet\0"));
        }
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void The_same_request_late_on_its_way_begins_no_second_transfer_either()
    {
        var transfer = Started("undionly.kpxe\0octet\0");
        transfer.Sender.Next(new byte[600], _now);
        transfer.Sender.OnAck(1, _now);
        _now += TimeSpan.FromSeconds(1);
        Assert.IsType<TftpOpening.Nothing>(Ask("undionly.kpxe\0octet\0"));
    }

    [Fact]
    public void A_machine_that_was_reset_in_the_middle_begins_anew_from_the_same_port()
    {
        var before = Started("undionly.kpxe\0octet\0");
        before.Sender.Next(new byte[600], _now);
        before.Sender.OnAck(1, _now);
        _now += TimeSpan.FromSeconds(5);
        var start = Assert.IsType<TftpOpening.Start>(Ask("undionly.kpxe\0octet\0"));
        Assert.Same(before, start.Instead);
        _table.End(before);
        Assert.Equal(1, _table.Count);
        _table.End(start.Transfer);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Another_request_from_the_same_port_takes_the_place_of_the_first()
    {
        var before = Started("undionly.kpxe\0octet\0tsize\00\0");
        Assert.Same(before, Assert.IsType<TftpOpening.Start>(Ask("undionly.kpxe\0octet\0blksize\01024\0")).Instead);
    }

    [Theory]
    [InlineData("undionly.kpxe\0netascii\0", TftpError.IllegalOperation, "mode netascii is not served")]
    [InlineData("undionly.kpxe\0mail\0", TftpError.IllegalOperation, "mode mail is not served")]
    [InlineData("../../etc/passwd\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    [InlineData("/undionly.kpxe/../secret\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    [InlineData("secret\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    [InlineData("\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    [InlineData("undionly.kpxe\u0001\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    [InlineData("UNDIONLY.KPXE\0octet\0", TftpError.FileNotFound, "none of the files that are served")]
    public void Odd_modes_and_names_are_refused_with_a_reason(string request, TftpError code, string why)
    {
        var refused = Assert.IsType<TftpOpening.Refuse>(Ask(request));
        Assert.Equal(code, refused.Code);
        Assert.Contains(why, refused.Why);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Writing_is_refused() =>
        Assert.Equal(TftpError.AccessViolation, Assert.IsType<TftpOpening.Refuse>(_table.Open("\0\u0002undionly.kpxe\0octet\0"u8, new(Machine, 2000), _now)).Code);

    [Fact]
    public void A_request_of_more_than_512_octets_is_refused() =>
        Assert.Contains("may have 512", Assert.IsType<TftpOpening.Refuse>(Ask("undionly.kpxe\0octet\0" + new string('a', 250) + "\0" + new string('b', 250) + "\0")).Why);

    [Fact]
    public void Strangers_and_what_is_no_request_get_silence()
    {
        Assert.IsType<TftpOpening.Nothing>(_table.Open("\0\u0001undionly.kpxe\0octet\0"u8, new(Stranger, 2000), _now));
        foreach (string packet in (string[])["", "\0", "\0\u0004\0\u0001", "\0\u0005\0\u0000x\0", "\0\u0009", "\0\u0001undionly.kpxe"])
            Assert.IsType<TftpOpening.Nothing>(_table.Open(Encoding.Latin1.GetBytes(packet), new(Machine, 2000), _now));
    }

    [Fact]
    public void One_client_has_so_many_transfers_and_all_together_have_so_many()
    {
        for (int i = 0; i < TftpTable.MostOfOneClient; i++) Started("undionly.kpxe\0octet\0", (ushort)(3000 + i));
        Assert.Contains("too many transfers", Assert.IsType<TftpOpening.Refuse>(Ask("undionly.kpxe\0octet\0")).Why);
        var all = new List<TftpTransfer>();
        for (uint machine = 1; _table.Count < TftpTable.MostTransfers; machine++)
            all.Add(Assert.IsType<TftpOpening.Start>(_table.Open("\0\u0001undionly.kpxe\0octet\0"u8, new(new Ipv4Address(machine), 2000), _now)).Transfer);
        Assert.IsType<TftpOpening.Refuse>(_table.Open("\0\u0001undionly.kpxe\0octet\0"u8, new(Ipv4Address.Parse("10.99.0.1"), 2000), _now));
        foreach (var transfer in all) _table.End(transfer);
        Assert.Equal(TftpTable.MostOfOneClient, _table.Count);
    }

    [Fact]
    public void A_file_that_is_cut_short_while_it_is_sent_ends_its_transfer()
    {
        string path = Path.Combine(_folder, "ipxe.efi");
        File.WriteAllBytes(path, new byte[100_000]);
        var transfer = Started("ipxe.efi\0octet\0");
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(10_000);
        var datagram = new byte[600];
        for (ushort block = 1; transfer.Sender.Next(datagram, _now) > 0; block++) transfer.Sender.OnAck(block, _now);
        Assert.Equal((TftpState.Failed, "the file became shorter or unreadable while it was sent"), (transfer.Sender.State, transfer.Sender.Reason));
    }

    private TftpTransfer Started(string request, ushort port = 2000) => Assert.IsType<TftpOpening.Start>(Ask(request, port)).Transfer;

    private TftpOpening Ask(string request, ushort port = 2000) => _table.Open(Encoding.Latin1.GetBytes("\0\u0001" + request), new(Machine, port), _now);
}
