using System.Text;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Tests.Tftp;

public sealed class TftpCodecTests
{
    [Fact]
    public void A_read_request_reads_with_its_options()
    {
        var request = Assert.IsType<TftpPacket.ReadRequest>(TftpCodec.Parse("\0\u0001snponly.efi\0OCTET\0BlkSize\01468\0tsize\00\0"u8));
        Assert.Equal(("snponly.efi", "octet", 1468L, 0L), (request.FileName, request.Mode, request.Option("blksize"), request.Option("tsize")));
        Assert.Null(request.Option("windowsize"));
    }

    [Theory]
    [InlineData("\0\u0001a\0octet\0", "00016100" + "6f6374657400")]
    [InlineData("\0\u0004\0\u0007", "00040007")]
    [InlineData("\0\u0005\0\u0001nope\0", "000500016e6f706500")]
    public void Packets_of_rfc_1350_are_written_as_they_are_read(string packet, string hex)
    {
        var buffer = new byte[100];
        int length = TftpCodec.Write(TftpCodec.Parse(Encoding.Latin1.GetBytes(packet)), buffer);
        Assert.Equal(hex, Convert.ToHexStringLower(buffer, 0, length));
    }

    [Theory]
    [InlineData("", "TFTP packet has 0 octets, wants 2 at least")]
    [InlineData("\0\u0009", "TFTP opcode is 9, wants 1 to 6")]
    [InlineData("\0\u0001abc", "TFTP file name has no end")]
    [InlineData("\0\u0001abc\0octet", "TFTP mode has no end")]
    [InlineData("\0\u0001abc\0octet\0tsize\0", "TFTP option value has no end")]
    [InlineData("\0\u0004\0", "TFTP block is cut short")]
    public void What_is_wrong_is_named(string packet, string why) =>
        Assert.Equal(why, Assert.Throws<WireException>(() => TftpCodec.Parse(Encoding.Latin1.GetBytes(packet))).Message);

    [Fact]
    public void Random_octets_are_refused_or_read_and_nothing_else()
    {
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++)
        {
            var octets = new byte[random.Next(80)];
            random.NextBytes(octets);
            if (octets.Length > 1) (octets[0], octets[1]) = (0, (byte)random.Next(8));
            try
            {
                if (TftpCodec.Parse(octets) is TftpPacket.ReadRequest request) TftpTerms.For(request, 1000);
            }
            catch (WireException)
            {
                // refused
            }
        }
    }
}
