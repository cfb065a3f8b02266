using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Provisioner.Appliance.Hardware;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Redfish;
using Provisioner.Domain.Hardware;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>The driver with short waits, and what stands above it.</summary>
internal static class RedfishDrivers
{
    public static readonly RedfishTimings Short = new()
    {
        Connect = TimeSpan.FromSeconds(3),
        Answer = TimeSpan.FromSeconds(6),
        BusyPause = TimeSpan.FromSeconds(0.05),
        BusyPauseAtMost = TimeSpan.FromSeconds(0.1),
        ReadBack = TimeSpan.FromSeconds(1.5),
        LookAgain = TimeSpan.FromSeconds(0.05),
        LookAgainAtMost = TimeSpan.FromSeconds(0.2),
        Task = TimeSpan.FromSeconds(3),
        ResetTask = TimeSpan.FromSeconds(0.3),
        MostBytes = 1 << 20,
    };

    /// <summary>The profiles that the appliance is shipped with.</summary>
    private static readonly HardwareProfiles Profiles = HardwareCatalog.Load(Path.Combine(AppContext.BaseDirectory, "catalog")).Profiles;

    public static RedfishDriver Driver(RedfishTimings? timings = null, Action<string, string>? note = null) => new(TimeProvider.System, timings ?? Short, Profiles, note);

    /// <summary>The hand that plans orders and reads back, over this driver.</summary>
    public static PowerHand Hand(RedfishDriver driver) => new([driver], TimeProvider.System, PowerTimings.Default with { RepeatOrder = TimeSpan.FromSeconds(0.5), OffBeforeOn = TimeSpan.FromSeconds(0.1), LookAgain = TimeSpan.FromSeconds(0.05) });

    /// <summary>Fails with this kind and sentence, and says the password nowhere.</summary>
    public static async Task<PowerException> FailsAsync(PowerFailure kind, string sentence, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<PowerException>(call);
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Equal(kind, failure.Failure);
        Assert.Contains("node7 via redfish 127.0.0.1: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(RedfishService.Password, failure.ToString(), StringComparison.Ordinal);
        return failure;
    }

    /// <summary>Reading the state fails so, and soon.</summary>
    public static async Task GetFailsAsync(RedfishService service, PowerFailure kind, string sentence, PowerTarget? target = null)
    {
        await using var driver = Driver();
        var watch = Stopwatch.StartNew();
        await FailsAsync(kind, sentence, () => driver.GetAsync(target ?? service.Target(), default));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"{watch.Elapsed}");
    }

    /// <summary>Systems are answered otherwise.</summary>
    public static Func<HttpContext, Task<bool>> Systems(Func<HttpContext, Task> answer) => async http =>
    {
        if (http.Request.Method != "GET" || !http.Request.Path.StartsWithSegments("/redfish/v1/Systems")) return false;
        await answer(http);
        return true;
    };
}
