using System.Text;
using Provisioner.Domain.Events;

namespace Provisioner.Tests.Events;

/// <summary>Lines out of what a serial console says.</summary>
public sealed class ConsoleLinesTests
{
    private static string Lines(params string[] pieces)
    {
        var lines = new ConsoleLines();
        return string.Join('|', pieces.SelectMany(piece => lines.Take(Encoding.UTF8.GetBytes(piece))));
    }

    [Theory]
    [InlineData("one\r\ntwo\r\nthree", "one|two")]
    [InlineData("\r\n\r\n  \r\nlogin:\r\n", "login:")]
    [InlineData("\e[1;33mred\e[0m text\r\n", "red text")]
    [InlineData("\e]0;title\atext\r\n", "text")]
    [InlineData("\e(B\e)0text\r\n", "text")]
    [InlineData("10 %\r20 %\r100 %\r\n", "100 %")]
    [InlineData("abx\bc\r\n", "abc")]
    [InlineData("tab\there\u0007\r\n", "tab here")]
    [InlineData("SeaBIOS\e[2;1Hixn\e[3;1H", "SeaBIOS|ixn")]
    public void Lines_are_what_a_person_would_read(string said, string lines) => Assert.Equal(lines, Lines(said));

    [Fact]
    public void Pieces_may_end_anywhere() => Assert.Equal("grün é", Lines("gr\u00fcn".Normalize(), " ", "\u00e9", "\e", "[0", "m\r", "\n"));

    [Fact]
    public void A_character_in_two_pieces_is_one()
    {
        var lines = new ConsoleLines();
        Assert.Empty(lines.Take([0xc3]));
        Assert.Equal("ü", Assert.Single(lines.Take([0xbc, (byte)'\n'])));
    }

    [Fact]
    public void A_line_without_end_is_cut()
    {
        var lines = new ConsoleLines();
        var found = lines.Take(Encoding.ASCII.GetBytes(new string('x', 1000)));
        Assert.Equal([ConsoleLines.MostCharacters, ConsoleLines.MostCharacters], found.Select(line => line.Length));
    }

    [Fact]
    public void Noise_makes_no_control_characters_and_no_long_lines()
    {
        var (lines, random, noise) = (new ConsoleLines(), new Random(4), new byte[4096]);
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(noise);
            foreach (string line in lines.Take(noise))
            {
                Assert.DoesNotContain(line, char.IsControl);
                Assert.InRange(line.Length, 1, ConsoleLines.MostCharacters);
            }
        }
    }
}
