using System.Net;
using Provisioner.Domain.Boot;
using Provisioner.Domain.Events;
using Provisioner.Wire;
using Provisioner.Wire.Tftp;

namespace Provisioner.Appliance.Servers;

/// <summary>What a person reads of TFTP.</summary>
internal sealed class TftpSightings(LeaseBook leases, Action<Sighting> note, TimeProvider time)
{
    private const int LongestName = 100;
    private readonly RateLimit _limit = new(burst: 200, perSecond: 50, time);

    /// <summary>A transfer ended, well or not.</summary>
    public void Ended(TftpTransfer transfer, double seconds)
    {
        string how = $"block size {transfer.Terms.BlockSize}, window {transfer.Terms.WindowSize}";
        switch (transfer.Sender)
        {
            case { State: TftpState.Done }:
                Note(transfer.Client.Address.ToIPAddress(), "tftp.sent", $"{transfer.Name} sent ({how})", Level.Info, transfer.Length, seconds);
                break;
            case { State: TftpState.Aborted, Acknowledged: 0 } when transfer.IsProbe:
                break; // it wanted the size and has it
            default:
                Note(transfer.Client.Address.ToIPAddress(), "tftp.failed", $"{transfer.Name} not sent, after {transfer.Sender.Acknowledged} of {transfer.Length} bytes ({how}): {transfer.Sender.Reason}",
                    Level.Warning, transfer.Sender.Acknowledged, seconds);
                break;
        }
    }

    /// <summary>A request was refused.</summary>
    public void Refused(Ipv4Address client, string asked, string why)
    {
        if (BootFileChoice.IsProbe(asked)) return;
        Note(client.ToIPAddress(), "tftp.failed", $"asked for \"{(asked.Length <= LongestName ? asked : asked[..LongestName] + "…")}\": {why}", Level.Warning);
    }

    private void Note(IPAddress client, string kind, string text, Level level, long? bytes = null, double? seconds = null)
    {
        if (!_limit.Takes()) return;
        // Who has neither a lease nor an ARP entry can't have been answered; the text then names the address.
        var mac = leases.MacOf(client) ?? ArpTable.MacOf(client);
        note(new(mac ?? default(MacAddress), time.GetUtcNow(), kind, mac is null ? $"{client}: {text}" : text, level, bytes, seconds));
    }
}
