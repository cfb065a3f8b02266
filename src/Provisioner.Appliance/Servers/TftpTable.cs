using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>What becomes of a datagram that came to port 69.</summary>
internal abstract record TftpOpening
{
    /// <summary>A transfer begins.</summary>
    /// <param name="Instead">The one that the same client and port had before: it is over.</param>
    public sealed record Start(TftpTransfer Transfer, TftpTransfer? Instead) : TftpOpening;

    /// <summary>No, with an ERROR.</summary>
    public sealed record Refuse(TftpError Code, string Asked, string Why) : TftpOpening;

    /// <summary>Silence: it is no request, or one that is being answered already.</summary>
    public sealed record Nothing : TftpOpening;
}

/// <summary>All transfers of one server: who may begin one, and which there are. No sockets, no clock; one thread at a time.</summary>
internal sealed class TftpTable(BootFiles files, Func<Ipv4Address, bool> serves)
{
    /// <summary>Transfers at once. A machine needs one at a time, or a few where it asks again from another port.</summary>
    public const int MostTransfers = 2048, MostOfOneClient = 64;

    // RFC 2347: a request fits into 512 octets.
    private const int LongestRequest = 512;
    private static readonly TftpOpening.Nothing Silence = new();
    private readonly Dictionary<TftpClient, TftpTransfer> _byClient = [];
    private readonly Dictionary<Ipv4Address, int> _ofClient = [];
    private long _lastKey;

    public int Count => _byClient.Count;

    /// <summary>Decides about a datagram.</summary>
    public TftpOpening Open(ReadOnlySpan<byte> datagram, TftpClient client, TimeSpan now)
    {
        if (!serves(client.Address)) return Silence; // nobody is answered outside, least of all a forged source
        try
        {
            return TftpCodec.Parse(datagram) switch
            {
                TftpPacket.ReadRequest request when datagram.Length <= LongestRequest => Read(request, datagram, client, now),
                TftpPacket.ReadRequest request => new TftpOpening.Refuse(TftpError.IllegalOperation, request.FileName, $"the request has {datagram.Length} octets and may have {LongestRequest} (RFC 2347)"),
                TftpPacket.WriteRequest write => new TftpOpening.Refuse(TftpError.AccessViolation, write.FileName, "nothing can be written here"),
                _ => Silence,
            };
        }
        catch (WireException)
        {
            return Silence; // not TFTP
        }
    }

    /// <summary>A transfer is over.</summary>
    public void End(TftpTransfer transfer)
    {
        if (_byClient.GetValueOrDefault(transfer.Client) == transfer) _byClient.Remove(transfer.Client);
        if (--_ofClient[transfer.Client.Address] == 0) _ofClient.Remove(transfer.Client.Address);
        transfer.Dispose();
    }

    private TftpOpening Read(TftpPacket.ReadRequest request, ReadOnlySpan<byte> datagram, TftpClient client, TimeSpan now)
    {
        if (_byClient.TryGetValue(client, out var before) && before.IsAgain(datagram, now)) return Silence;
        if (request.Mode != "octet")
            return new TftpOpening.Refuse(TftpError.IllegalOperation, request.FileName, $"mode {request.Mode} is not served, only octet: boot files are no text (in the tftp client: \"binary\")");
        if (Count >= MostTransfers || _ofClient.GetValueOrDefault(client.Address) >= MostOfOneClient)
            return new TftpOpening.Refuse(TftpError.NotDefined, request.FileName, "too many transfers at once; try again");
        var (file, name, why) = files.Open(request.FileName);
        if (file is null) return new TftpOpening.Refuse(TftpError.FileNotFound, request.FileName, why);
        var transfer = new TftpTransfer(++_lastKey, client, (file, name), request, datagram, now);
        _byClient[client] = transfer;
        _ofClient[client.Address] = _ofClient.GetValueOrDefault(client.Address) + 1;
        return new TftpOpening.Start(transfer, before);
    }
}
