using System.Net;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Where a service is: scheme, host and port; nothing else of an address is used.</summary>
/// <param name="Url">As in <c>https://10.0.0.7:443/</c>.</param>
internal sealed record RedfishOrigin(Uri Url)
{
    private const int HttpsPort = 443;

    /// <exception cref="RedfishFailure">the address is none.</exception>
    public static RedfishOrigin Of(PowerTarget target)
    {
        string address = target.Address.Trim();
        bool isUrl = address.Contains("://", StringComparison.Ordinal);
        string host = !isUrl && IPAddress.TryParse(address, out var ip) && ip.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address;
        if (!Uri.TryCreate(isUrl ? address : $"https://{host}", UriKind.Absolute, out var url) || url.Host.Length == 0 || url.UserInfo.Length > 0)
            throw new RedfishFailure(PowerFailure.Refused, "the address is none: give an IP address, a name, or https://NAME:PORT, without a user in it");
        if (url.Scheme == Uri.UriSchemeHttp && target.Settings.GetValueOrDefault("tls") != "off")
            throw new RedfishFailure(PowerFailure.Refused, "over plain HTTP the password could be read on the way: use https, or put the setting \"tls\" to \"off\" where that is no matter");
        if (url.Scheme is not ("https" or "http")) throw new RedfishFailure(PowerFailure.Refused, $"\"{url.Scheme}\" is not spoken by Redfish: use https");
        var whole = new UriBuilder(url.Scheme, url.Host);
        // A port in the URL is meant; the one beside it may be a default.
        whole.Port = isUrl && !url.IsDefaultPort ? url.Port : target.Port > 0 ? target.Port : url.Scheme == "http" ? 80 : HttpsPort;
        return new(whole.Uri);
    }

    /// <summary>Makes a path of this service.</summary>
    public Uri At(string path) => new(Url.GetLeftPart(UriPartial.Authority) + path);

    /// <summary>A redirect stays on the same host and doesn't leave TLS.</summary>
    public bool IsSame(Uri other) => other.Host.Equals(Url.Host, StringComparison.OrdinalIgnoreCase) && other.Port == Url.Port && other.Scheme == Url.Scheme;

    public override string ToString() => Url.GetLeftPart(UriPartial.Authority);
}
