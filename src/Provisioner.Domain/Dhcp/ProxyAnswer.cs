using Provisioner.Domain.Boot;
using Provisioner.Domain.Networks;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>
/// The boot server beside a DHCP server (PXE 2.1 §2.2.3, "proxyDHCP"). On port 67 of a VLAN in proxy mode a booting client gets an offer with
/// a boot file and no address, and nobody else gets anything. On port 4011, in every mode, a client that has its address asks for its file
/// again (§2.2.4): some UEFI firmware does so in spite of discovery control.
/// </summary>
public static class ProxyAnswer
{
    private const byte BootItem = 71, DiscoveryControl = 6, End = 255;

    /// <summary>Decides on a message to port 4011. The reply carries a file and no address; it goes back to where the request came from.</summary>
    public static DhcpAnswer For(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.IsReply) return new DhcpAnswer.Silence("a reply came to port 4011");
        if (message.Type is not (DhcpMessageType.Request or DhcpMessageType.Inform))
            return new DhcpAnswer.Silence($"a {message.Type} came to port 4011, which takes PXE boot server requests");
        if (Stranger(message, facts, now) is { } why) return new DhcpAnswer.Silence(why);
        var boot = BootOptions.For(message, facts);
        if (boot.Options.Count == 0) return new DhcpAnswer.Silence(boot.Why);
        return Reply(message, facts, DhcpMessageType.Ack, boot, new DhcpDestination.Client(message.CiAddr));
    }

    /// <summary>Decides on a message to port 67 of a VLAN where another server gives the addresses.</summary>
    internal static DhcpAnswer Offer(DhcpMessage message, DhcpFacts facts)
    {
        var client = BootClient.Of(message);
        if (client.Stage == BootStage.None) return new DhcpAnswer.Silence("no boot client: the other DHCP server of this VLAN answers it") { Expected = true };
        if (message.Type != DhcpMessageType.Discover) return new DhcpAnswer.Silence("the other DHCP server of this VLAN answers that") { Expected = true };
        var boot = BootOptions.For(message, facts);
        if (boot.Options.Count == 0) return new DhcpAnswer.Silence(boot.Why);
        // It has no address yet, and this offer gives it none: it hears everybody's.
        return Reply(message, facts, DhcpMessageType.Offer, boot, DhcpReply.To(message, Ipv4Address.Any));
    }

    // Where we give the addresses, only to whom we gave one; beside another server, to whoever has one of this VLAN.
    private static string? Stranger(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (facts.Scope.Vlan.Dhcp == DhcpMode.Proxy)
            return facts.Scope.With(message.CiAddr) is null ? $"a PXE boot server request from {message.CiAddr}, which is not an address of {facts.Scope.InWords}" : null;
        foreach (var subnet in facts.Scope.Subnets)
            if (subnet.Pool.Of(message.ChAddr) is { } lease && lease.IsBound(now))
                return message.CiAddr == lease.Address ? null : $"a PXE boot server request from {message.CiAddr}, but its address is {lease.Address}";
        return "a PXE boot server request from somebody without a lease of ours";
    }

    private static DhcpAnswer.Reply Reply(DhcpMessage message, DhcpFacts facts, DhcpMessageType type, BootOptions boot, DhcpDestination destination)
    {
        var options = DhcpReply.Begin(message, facts, type);
        foreach (var option in boot.Options)
            if (option.Code is not (DhcpOptionCode.VendorSpecific or DhcpOptionCode.VendorClass or DhcpOptionCode.Ipxe)) options.Add(option);
        // Firmware tells a proxy's offer by "PXEClient" or "HTTPClient", and so does iPXE, which gets no class from a server that gives addresses.
        bool http = BootClient.Of(message).Stage == BootStage.Http;
        options.Add(DhcpOption.Of(DhcpOptionCode.VendorClass, http ? "HTTPClient" : "PXEClient"));
        if (!http) options.Add(new(DhcpOptionCode.VendorSpecific, VendorOptions(message.Options)));
        var reply = DhcpReply.Head(message) with
        {
            CiAddr = type == DhcpMessageType.Ack ? message.CiAddr : Ipv4Address.Any,
            SiAddr = boot.NextServer,
            File = boot.File,
            Options = new(options),
        };
        return new(reply, destination, boot.Why);
    }

    // Load the file of this message, ask nobody more; the boot item that it chose goes back to it (PXE 2.1 table 2-6).
    private static byte[] VendorOptions(DhcpOptions options)
    {
        var vendor = options.Find(DhcpOptionCode.VendorSpecific) is { } value ? value.Span : default;
        for (int at = 0; at + 1 < vendor.Length && vendor[at] != End; at += 2 + vendor[at + 1])
            if (vendor[at] == BootItem && vendor[at + 1] == 4 && at + 6 <= vendor.Length)
                return [DiscoveryControl, 1, 8, .. vendor.Slice(at, 6), End];
        return [DiscoveryControl, 1, 8, End];
    }
}
