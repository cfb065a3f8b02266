using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Provisioner.Domain.Power;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Appliance.Power.Redfish;

/// <summary>Writes to resources: PATCH with If-Match, POST of actions, and the tasks that come of them.</summary>
internal sealed class RedfishWriter(RedfishLine line, PowerTarget target, RedfishTimings timings, TimeProvider time)
{
    private const int MostTags = 5;

    /// <summary>
    /// Changes a resource if it is as it was read (DSP0266 §6.5, RFC 9110 §13.1.1). Where it changed meanwhile it is read again and the change
    /// repeated; where the tags themselves are the trouble, other forms of them are tried.
    /// </summary>
    /// <exception cref="RedfishFailure">it was refused.</exception>
    public async Task PatchAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        var tried = new HashSet<string>();
        RedfishAnswer? last = null;
        while (tried.Count < MostTags)
        {
            // Read anew each time: a tag of a resource that changed meanwhile is a new one, and comes first. An old one comes in another form.
            var tags = await TagsAsync(path, cancel);
            int at = tags.ToList().FindIndex(t => tried.Add(t ?? ""));
            if (at < 0) break;
            last = await line.SendAsync(target, RedfishRequest.With(HttpMethod.Patch, path, body, type) with { IfMatch = tags[at] }, cancel);
            // 412: changed meanwhile, or a tag that it doesn't know again. 428: it wants one.
            if (last.Status is not (412 or 428))
            {
                await EndAsync(last, path, timings.Task, cancel);
                return;
            }
        }
        throw RedfishLine.Refusal(last!, $"the change of {path}");
    }

    private async Task<ImmutableArray<string?>> TagsAsync(string path, CancellationToken cancel)
    {
        var (resource, answer) = await line.GetAsync(target, path, cancel);
        return EntityTags.For(answer.ETag, resource.Text("@odata.etag"));
    }

    /// <summary>Posts, and waits for the task, if one comes of it.</summary>
    /// <exception cref="RedfishFailure">it was refused, or its task failed.</exception>
    public async Task PostAsync<T>(string path, T body, JsonTypeInfo<T> type, TimeSpan deadline, CancellationToken cancel, bool mayGoOn = false) =>
        await EndAsync(await line.SendAsync(target, RedfishRequest.With(HttpMethod.Post, path, body, type), cancel), path, deadline, cancel, mayGoOn);

    // DSP0266 §7.11: 202 with the task monitor in Location; the monitor answers 202 until it is over.
    private async Task EndAsync(RedfishAnswer answer, string path, TimeSpan deadline, CancellationToken cancel, bool mayGoOn = false)
    {
        if (!answer.IsGood) throw RedfishLine.Refusal(answer, path);
        if (!answer.IsAccepted) return;
        string? monitor = answer.Location ?? RedfishPath.Of(answer.ResourceIfAny.Text("TaskMonitor")) ?? answer.ResourceIfAny.Path;
        if (monitor is null) return;
        long began = time.GetTimestamp();
        var pause = timings.LookAgain;
        while (true)
        {
            var seen = await line.SendAsync(target, RedfishRequest.Get(monitor), cancel);
            var task = RedfishTask.Of(seen.ResourceIfAny);
            if (task is { IsFailed: true }) throw new RedfishFailure(PowerFailure.Refused, $"the controller took {path} and gave it up: {task.InWords}");
            // The monitor of a task that is over may be gone, and some services' monitors say 200 of one that still runs.
            if (seen.Status is 404 or 410) return;
            if (!seen.IsGood) throw RedfishLine.Refusal(seen, path);
            if (task?.IsOver ?? !seen.IsAccepted) return;
            if (time.GetElapsedTime(began) >= deadline)
            {
                if (mayGoOn) return;
                throw new RedfishFailure(PowerFailure.NotNow, string.Create(CultureInfo.InvariantCulture, $"the controller took {path}, but after {deadline.TotalSeconds:0} s {task?.InWords ?? "its task still runs"}"));
            }
            await Task.Delay(pause, time, cancel);
            pause = pause * 1.5 < timings.LookAgainAtMost ? pause * 1.5 : timings.LookAgainAtMost;
        }
    }
}
