using System.Globalization;

namespace Provisioner.Wire.Tftp;

/// <summary>What a read request and a server agree on.</summary>
/// <param name="BlockSize">Octets a block (RFC 2348).</param>
/// <param name="WindowSize">Blocks before an ACK (RFC 7440).</param>
/// <param name="Timeout">Time to the first retransmission; fixed where the client named it (RFC 2349).</param>
/// <param name="TimeoutIsFixed">The client named it: it doesn't grow.</param>
/// <param name="Answered">Options to acknowledge, in the order that they were asked for; with none, DATA 1 is the answer (RFC 2347).</param>
public sealed record TftpTerms(
    int BlockSize, int WindowSize, TimeSpan Timeout, bool TimeoutIsFixed, IReadOnlyList<KeyValuePair<string, string>> Answered)
{
    /// <summary>RFC 1350.</summary>
    public const int DefaultBlockSize = 512;
    /// <summary>An Ethernet frame less IP, UDP and TFTP headers: larger blocks would come in fragments, which ROMs drop.</summary>
    public const int LargestBlockSize = 1468;
    /// <summary>Throughput stops growing about here and small receivers begin to lose blocks (RFC 7440 §4; u-root#1966).</summary>
    public const int LargestWindow = 64;

    /// <summary>Answers the options that are known and whose values make sense; others are passed over in silence (RFC 2347).</summary>
    /// <param name="length">Octets of the file, for <c>tsize</c>.</param>
    public static TftpTerms For(TftpPacket.ReadRequest request, long length)
    {
        var terms = new TftpTerms(DefaultBlockSize, 1, TimeSpan.FromSeconds(1), false, []);
        var answered = new List<KeyValuePair<string, string>>();
        foreach (string name in request.Options.Select(o => o.Key).Distinct())
        {
            if (request.Option(name) is not { } value) continue;
            switch (name)
            {
                case "blksize" when value is >= 8 and <= 65464:
                    terms = terms with { BlockSize = (int)Math.Min(value, LargestBlockSize) };
                    Answer(name, terms.BlockSize);
                    break;
                case "windowsize" when value is >= 1 and <= 65535:
                    terms = terms with { WindowSize = (int)Math.Min(value, LargestWindow) };
                    Answer(name, terms.WindowSize);
                    break;
                case "timeout" when value is >= 1 and <= 255:
                    terms = terms with { Timeout = TimeSpan.FromSeconds(value), TimeoutIsFixed = true };
                    Answer(name, value);
                    break;
                case "tsize":
                    Answer(name, length);
                    break;
            }
        }
        return terms with { Answered = answered };

        void Answer(string name, long value) => answered.Add(new(name, value.ToString(CultureInfo.InvariantCulture)));
    }
}
