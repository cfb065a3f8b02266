using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>A refusal (DSP0266 §8.6 error responses, §9.5.11.2 extended information): status and what the controller said about it.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Messages">What it said.</param>
public sealed record RedfishError(int Status, ImmutableArray<RedfishMessage> Messages)
{
    private const int MostWords = 300;

    // DSP0268 Base registry: names that mean "ask again later" or "it is so already", whatever the status.
    // Dell's: SWC0700 "iDRAC is not ready" (badfish #129), LC068 "pending attribute changes or a configuration job" (iDRAC-Redfish-Scripting #116).
    private static readonly string[] Passing =
        ["SWC0700", "LC068", "InvalidOperationForSystemState", "ServiceTemporarilyUnavailable", "ServiceInUnknownState", "ServiceShuttingDown", "ResourceInUse", "ResourceInStandby", "RebootRequired", "SystemResetRequired"];

    /// <summary>Reads the body of a refusal; any body will do.</summary>
    public static RedfishError Of(int status, ReadOnlyMemory<byte> body)
    {
        if (!RedfishResource.TryParse(body, out var root, out _)) return new(status, []);
        var error = root.Sub("error");
        // iLO 4 before 2.30 sends the list without "error" and calls it Messages; some put the list beside it.
        var messages = RedfishMessage.All(error).Concat(RedfishMessage.All(root)).ToImmutableArray();
        if (messages.IsEmpty && error.Text("message") is { Length: > 0 } message) messages = [new(error.TextOrEmpty("code"), message, [], [])];
        return new(status, messages);
    }

    /// <summary>One of the messages has this name in its registry (<c>Base.1.8.PropertyUnknown</c>: <c>PropertyUnknown</c>).</summary>
    public bool Says(string name) => Messages.Any(m => m.Name == name);

    /// <summary>It is about this property.</summary>
    public bool IsAbout(string property) => Messages.Any(m => m.IsAbout(property));

    /// <summary>All sessions are taken (Base <c>SessionLimitExceeded</c>; iDRAC RAC0218: "the maximum number of user sessions is reached").</summary>
    public bool IsSessionLimit => Says("SessionLimitExceeded") || Messages.Any(m => m.Name is "RAC0218" || m.Text.Contains("maximum number of user sessions", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whose problem it is.</summary>
    public PowerFailure Failure => Status switch
    {
        401 => PowerFailure.Credentials,
        403 when Says("PasswordChangeRequired") => PowerFailure.Credentials,
        409 or 429 or 503 => PowerFailure.NotNow,
        // iDRAC: PSU501/SYS… "Server is already powered OFF": the state is as was asked for.
        _ when Messages.Any(m => Passing.Contains(m.Name) || m.Text.Contains("already powered", StringComparison.OrdinalIgnoreCase)) => PowerFailure.NotNow,
        _ => PowerFailure.Refused,
    };

    /// <summary>Half a sentence: what it said, with the status.</summary>
    public string InWords
    {
        get
        {
            string said = string.Join("; ", Messages.Select(m => m.InWords).Where(w => w.Length > 0).Distinct());
            if (said.Length > MostWords) said = said[..MostWords] + "…";
            string hint = Says("PasswordChangeRequired") ? ": this user's password has to be changed on the controller's own page first" : "";
            return said.Length > 0 ? $"{said} (HTTP {Status}){hint}" : $"HTTP {Status}{Meaning}{hint}";
        }
    }

    private string Meaning => Status switch
    {
        400 => " (bad request)",
        401 => " (user or password refused)",
        403 => " (the user may not)",
        404 => " (no such resource)",
        405 => " (not possible on this resource)",
        409 => " (not in its present state)",
        412 => " (the resource changed meanwhile)",
        415 => " (content type)",
        428 => " (it wants an If-Match)",
        429 => " (too many requests)",
        500 => " (an error inside of the controller)",
        501 => " (not implemented)",
        503 => " (not available just now)",
        _ => "",
    };
}

/// <summary>A message of a registry (DSP0266 §9.5.11.2, DSP0268 Message).</summary>
/// <param name="Id">As in <c>Base.1.8.PropertyUnknown</c>.</param>
/// <param name="Text">Text for a person, or empty: iLO sends the id alone.</param>
/// <param name="Arguments">What the text's %1 … stand for.</param>
/// <param name="Properties">JSON pointers to the properties that it is about.</param>
public sealed record RedfishMessage(string Id, string Text, ImmutableArray<string> Arguments, ImmutableArray<string> Properties)
{
    /// <summary>The last part of its id.</summary>
    public string Name => Id[(Id.LastIndexOf('.') + 1)..];

    /// <summary>What stands for it in a sentence.</summary>
    public string InWords => Text.Length > 0 ? Text.TrimEnd('.') : Arguments.IsEmpty ? Name : $"{Name} ({string.Join(", ", Arguments)})";

    /// <summary>It names the property, in its list, its arguments or its text.</summary>
    public bool IsAbout(string property) =>
        Properties.Any(p => p.EndsWith("/" + property, StringComparison.Ordinal)) || Arguments.Contains(property) || Text.Contains(property, StringComparison.Ordinal);

    /// <summary>The messages of an object.</summary>
    public static IEnumerable<RedfishMessage> All(RedfishResource of) =>
        of.Subs("@Message.ExtendedInfo").Concat(of.Subs("Messages")).Take(8).Select(m => new RedfishMessage(
            m.Text("MessageId") ?? m.TextOrEmpty("MessageID"), m.TextOrEmpty("Message"), m.Texts("MessageArgs"), m.Texts("RelatedProperties")));
}
