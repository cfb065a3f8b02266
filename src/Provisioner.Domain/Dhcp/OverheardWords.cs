using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>Another server's message as one line for a person: what it gives, to whom.</summary>
public static class OverheardWords
{
    private const int LongestText = 60;

    /// <summary><c>OFFER of 10.77.0.57 to 52:54:00:12:34:56, lease 3600 s, router 10.77.0.254, boot file undionly.kpxe from 10.77.0.3</c>.</summary>
    public static string Of(DhcpMessage reply)
    {
        List<string> words = [Head(reply)];
        if (reply.Options.UInt32(DhcpOptionCode.LeaseTime) is { } seconds) words.Add($"lease {seconds} s");
        if (reply.Options.Address(DhcpOptionCode.SubnetMask) is { } mask) words.Add($"mask {mask}");
        if (reply.Options.Address(DhcpOptionCode.Router) is { } router) words.Add($"router {router}");
        if (reply.Options.Address(DhcpOptionCode.DnsServers) is { } dns) words.Add($"DNS {dns}");
        if (Text(reply, DhcpOptionCode.DomainName) is { } domain) words.Add($"domain {domain}");
        if (Text(reply, DhcpOptionCode.VendorClass) is { } vendor) words.Add($"class {vendor}");
        string file = Text(reply, DhcpOptionCode.BootFileName) ?? reply.File;
        if (file.Length > 0) words.Add($"boot file {Cut(file)}{(reply.SiAddr == Ipv4Address.Any ? "" : $" from {reply.SiAddr}")}");
        if (Text(reply, DhcpOptionCode.Message) is { } message) words.Add($"\"{message}\"");
        return string.Join(", ", words);
    }

    private static string Head(DhcpMessage reply)
    {
        string type = reply.Type == DhcpMessageType.None ? "a BOOTP reply" : reply.Type.ToString().ToUpperInvariant();
        return reply.YiAddr != Ipv4Address.Any ? $"{type} of {reply.YiAddr} to {reply.ChAddr}"
            : reply.Type == DhcpMessageType.Offer ? $"OFFER without an address (proxyDHCP) to {reply.ChAddr}"
            : $"{type} to {reply.ChAddr}";
    }

    private static string? Text(DhcpMessage reply, DhcpOptionCode code) => reply.Options.Text(code) is { Length: > 0 } text ? Cut(text) : null;

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";
}
