using System.Net;
using System.Text.RegularExpressions;
using Provisioner.Appliance.Machines;

namespace Provisioner.Appliance.Web;

/// <summary>What is wrong with a wish for a controller before anybody is spoken to: one rule for page and API.</summary>
internal static partial class ControllerForm
{
    /// <summary>Every fault, one sentence each.</summary>
    public static IEnumerable<string> Faults(ControllerWish wish, ISurroundings surroundings)
    {
        if (wish.Kind is { } kind && !surroundings.ControllerKinds.Contains(kind)) yield return $"\"{kind}\" is no kind of controller; there are {string.Join(", ", surroundings.ControllerKinds)}";
        if (wish.Address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) yield return "address has blanks in it";
        else if (IPAddress.TryParse(wish.Address, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast))) yield return $"{wish.Address} is no address of a controller";
        else if (UserInfo().IsMatch(wish.Address)) yield return "address has a password in it: send username and password as fields of their own";
        if (wish.Privilege is not ("administrator" or "operator")) yield return $"privilege \"{wish.Privilege}\" is neither administrator nor operator";
    }

    // RFC 3986 §3.2.1: a password in a URI would end up in logs and on pages.
    [GeneratedRegex("^([a-z+]+://)?[^/@]*:[^/@]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();
}
