using System.Globalization;

namespace Provisioner.Appliance.Servers;

/// <summary>Who has a port: for the sentence that says why ours could not be opened.</summary>
internal static class PortHolder
{
    /// <summary><c>dnsmasq (process 812)</c>, or <c>another process</c> where /proc doesn't tell.</summary>
    public static string InWords(int port, bool udp)
    {
        try
        {
            return Inode(port, udp) is { } inode && Holder(inode) is { } holder ? holder : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    // proc(5), /proc/net/udp: "sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …", port in hex.
    private static string? Inode(int port, bool udp)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string protocol in udp ? ["udp", "udp6"] : new[] { "tcp", "tcp6" })
            foreach (string line in File.ReadLines($"/proc/thread-self/net/{protocol}").Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                bool listens = udp || fields is [_, _, _, "0A", ..];
                if (fields.Length > 9 && fields[1].EndsWith(suffix, StringComparison.Ordinal) && listens) return fields[9];
            }
        return null;
    }

    private static string? Holder(string inode)
    {
        string link = $"socket:[{inode}]";
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), out int pid) || !Holds(process, link)) continue;
            return $"{File.ReadAllText(process + "/comm").Trim()} (process {pid})";
        }
        return null;
    }

    private static bool Holds(string process, string link)
    {
        try
        {
            return Directory.EnumerateFiles(process + "/fd").Any(fd => new FileInfo(fd).LinkTarget == link);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile, or is somebody else's
        }
    }
}
