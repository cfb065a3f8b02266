using System.Collections.Immutable;

namespace Provisioner.Domain.Power.Redfish;

/// <summary>Work that a controller took on (DSP0266 §7.11 asynchronous operations, DSP0268 Task).</summary>
/// <param name="State">TaskState, or JobState of makers that keep jobs.</param>
/// <param name="Percent">How far it is, or null.</param>
/// <param name="Messages">What it said.</param>
public sealed record RedfishTask(string State, long? Percent, ImmutableArray<RedfishMessage> Messages)
{
    private static readonly string[] Failures = ["Exception", "Killed", "Cancelled", "Interrupted", "Failed", "CompletedWithErrors"];
    private static readonly string[] Endings = ["Completed", .. Failures];

    /// <summary>Reads it; null where the body is no task.</summary>
    public static RedfishTask? Of(RedfishResource json)
    {
        if ((json.Text("TaskState") ?? json.Text("JobState")) is not { Length: > 0 } state) return null;
        // iDRAC says Completed of a task whose job failed, and Critical beside it.
        string status = json.TextOrEmpty("TaskStatus");
        if (state == "Completed" && status is "Critical") state = "CompletedWithErrors";
        var messages = json.Subs("Messages").Take(8).Select(m => new RedfishMessage(m.TextOrEmpty("MessageId"), m.TextOrEmpty("Message"), m.Texts("MessageArgs"), m.Texts("RelatedProperties")));
        return new(state, json.Whole("PercentComplete"), [.. messages]);
    }

    /// <summary>It has come to an end, good or bad.</summary>
    public bool IsOver => Endings.Contains(State);

    /// <summary>It has come to a bad end.</summary>
    public bool IsFailed => Failures.Contains(State);

    /// <summary>Half a sentence.</summary>
    public string InWords
    {
        get
        {
            string said = string.Join("; ", Messages.Select(m => m.InWords).Where(w => w.Length > 0).Distinct());
            if (said.Length > 300) said = said[..300] + "…";
            return $"its task is {State}{(Percent is { } p && !IsOver ? $" at {p} %" : "")}{(said.Length > 0 ? $": {said}" : "")}";
        }
    }
}
