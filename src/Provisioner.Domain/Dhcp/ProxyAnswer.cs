using Provisioner.Domain.Boot;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Domain.Dhcp;

/// <summary>
/// Port 4011: a PXE client that has its address asks the boot server for its file (PXE 2.1 §2.2.4, "boot server discovery", by unicast).
/// Some UEFI firmware does so in spite of discovery control.
/// </summary>
public static class ProxyAnswer
{
    private const byte BootItem = 71, DiscoveryControl = 6, End = 255;

    /// <summary>Decides. The reply carries a file and no address; it goes back to where the request came from.</summary>
    public static DhcpAnswer For(DhcpMessage message, DhcpFacts facts, DateTimeOffset now)
    {
        if (message.IsReply) return new DhcpAnswer.Silence("a reply came to port 4011");
        if (message.Type is not (DhcpMessageType.Request or DhcpMessageType.Inform))
            return new DhcpAnswer.Silence($"a {message.Type} came to port 4011, which takes PXE boot server requests");
        if (facts.Leases.Of(message.ChAddr) is not { } lease || !lease.IsBound(now))
            return new DhcpAnswer.Silence("a PXE boot server request from somebody without a lease of ours");
        if (message.CiAddr != lease.Address)
            return new DhcpAnswer.Silence($"a PXE boot server request from {message.CiAddr}, but its address is {lease.Address}");
        var boot = BootOptions.For(message, facts);
        if (boot.Options.Count == 0) return new DhcpAnswer.Silence(boot.Why);

        var options = DhcpReply.Common(message, facts, DhcpMessageType.Ack).Concat(boot.Options.Where(o => o.Code != DhcpOptionCode.VendorSpecific));
        var reply = DhcpReply.Head(message) with
        {
            CiAddr = message.CiAddr,
            SiAddr = boot.NextServer,
            File = boot.File,
            Options = new([.. options, new(DhcpOptionCode.VendorSpecific, VendorOptions(message.Options))]),
        };
        return new DhcpAnswer.Reply(reply, new DhcpDestination.Client(message.CiAddr), boot.Why);
    }

    // The boot item that it chose goes back to it (PXE 2.1 table 2-6).
    private static byte[] VendorOptions(DhcpOptions options)
    {
        var vendor = options.Find(DhcpOptionCode.VendorSpecific) is { } value ? value.Span : default;
        for (int at = 0; at + 1 < vendor.Length && vendor[at] != End; at += 2 + vendor[at + 1])
            if (vendor[at] == BootItem && vendor[at + 1] == 4 && at + 6 <= vendor.Length)
                return [DiscoveryControl, 1, 8, .. vendor.Slice(at, 6), End];
        return [DiscoveryControl, 1, 8, End];
    }
}
