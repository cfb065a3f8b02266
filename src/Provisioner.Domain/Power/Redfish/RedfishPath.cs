namespace Provisioner.Domain.Power.Redfish;

/// <summary>
/// Links between resources (DSP0266 §9.5.6.2 <c>@odata.id</c>, and <c>Location</c>). Only their path is followed, and only on the origin that was
/// asked: a service that names another host gets neither a request nor a token there.
/// </summary>
public static class RedfishPath
{
    /// <summary>The service root (DSP0266 §6.1).</summary>
    public const string Root = "/redfish/v1/";

    private const int Longest = 1024;

    /// <summary>The path and query of a link, or null where it is no link that can be followed.</summary>
    /// <param name="link">A path, or an absolute URL, whose host is dropped: some controllers name themselves by a name that only they know.</param>
    public static string? Of(string? link)
    {
        if (link is null || link.Length is 0 or > Longest) return null;
        string path = link[0] == '/' ? link : PathOfUrl(link);
        int fragment = path.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0) path = path[..fragment];
        if (path.Length == 0 || path[0] != '/' || path.StartsWith("//", StringComparison.Ordinal)) return null;
        foreach (char c in path)
            if (c is <= ' ' or '\\' or '"' or '<' or '>' or > '~') return null;
        return path.Split('?')[0].Split('/').Any(IsStep) ? null : path;
    }

    /// <summary>Two links lead to the same resource: a slash at the end makes no difference (DSP0266 §6.1).</summary>
    public static bool AreSame(string? one, string? other) =>
        one is not null && other is not null && string.Equals(one.TrimEnd('/'), other.TrimEnd('/'), StringComparison.Ordinal);

    private static string PathOfUrl(string link)
    {
        int start = link.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : link.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : -1;
        int slash = start < 0 ? -1 : link.IndexOf('/', start);
        return slash < 0 ? "" : link[slash..];
    }

    private static bool IsStep(string segment) =>
        segment.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase) is "." or "..";
}
