using System.Globalization;
using System.Net;
using Provisioner.Domain.Events;
using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>What a person reads of the file server.</summary>
internal sealed class FileSightings(LeaseBook leases, Action<Sighting> note, TimeProvider time)
{
    private readonly RateLimit _limit = new(burst: 200, perSecond: 50, time);

    /// <summary>An answer with a file ended, wholly sent or not.</summary>
    public void Ended(FileConnection connection, ServedFile file, TimeSpan now)
    {
        if (!file.IsBootFile) return;
        double seconds = (now - connection.Began).TotalSeconds;
        string what = connection.Count == file.Facts.Length ? file.Url : string.Create(CultureInfo.InvariantCulture, $"{connection.Count} of {file.Facts.Length} bytes of {file.Url}");
        if (connection.IsSent) Note(connection.Client, "http.sent", $"{what} sent", Level.Info, connection.Count, seconds);
        else Note(connection.Client, "http.cut", $"{what} was cut off by the machine after {connection.Moved} bytes", Level.Warning, null, seconds);
    }

    /// <summary>A machine waits for its turn.</summary>
    public void Waits(Ipv4Address client, string url, int readers, int before) =>
        Note(client, "http.waiting", $"{url} comes slowly for now: {readers} machines read at full pace, {before} wait before this one", Level.Info);

    /// <summary>A request was refused.</summary>
    public void Refused(Ipv4Address client, string why) => Note(client, "http.refused", why, Level.Warning);

    private void Note(Ipv4Address client, string kind, string text, Level level, long? bytes = null, double? seconds = null)
    {
        if (!_limit.Takes()) return;
        IPAddress address = client.ToIPAddress();
        var mac = leases.MacOf(address) ?? ArpTable.MacOf(address);
        note(new(mac ?? default(MacAddress), time.GetUtcNow(), kind, mac is null ? $"{client}: {text}" : text, level, bytes, seconds));
    }
}
