using System.Collections.Immutable;
using Provisioner.Appliance.Power;
using Provisioner.Appliance.Power.Pdu;
using Provisioner.Domain.Power;

namespace Provisioner.ApplianceTests.Power.Pdu;

/// <summary>The driver with short waits, and outlets to speak to.</summary>
internal static class Pdus
{
    /// <summary>Silence is found in half a second.</summary>
    public static readonly PduTimings Short = new() { Tries = [TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5)] };

    /// <summary>On a busy machine an agent that is there may take its time.</summary>
    public static readonly PduTimings Patient = new() { Tries = [TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3)] };

    public static PduDriver Driver(PduTimings? timings = null) => new(PduCatalog.Load("catalog").Models, TimeProvider.System, timings ?? Patient);

    public static PowerHand Hand(PduTimings? timings = null) => Hands.Hand(Driver(timings));

    /// <summary><c>outlet=3 version=1</c>, <c>priv=priv-password</c>: pairs with blanks between.</summary>
    public static PowerTarget Target(int port, string settings, string username, string password, string secrets) => new("node7", "pdu", "127.0.0.1", port, username, password, "administrator", Uefi: false)
    {
        Settings = Pairs($"off-seconds=0.2 {settings}").ToImmutableSortedDictionary(),
        Secrets = Pairs(secrets).ToImmutableDictionary(),
    };

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).Select(p => KeyValuePair.Create(p[0], p[1]));
}
