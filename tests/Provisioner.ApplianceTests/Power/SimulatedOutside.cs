using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>What a BMC answers before there is a session: IPMI 2.0 §22.13, §22.15, and the device's GUID (§22.14).</summary>
internal static class SimulatedOutside
{
    public static (byte Code, byte[] Data)? Answer(SimulatedBmc bmc, SimulatedMessage request)
    {
        bmc.Hear(request.Command == 0x38 ? "capabilities" : $"outside {request.Command:x2}");
        return (request.NetFn, request.Command) switch
        {
            (NetFn.App, 0x38) when request.Data.Length >= 2 => (CompletionCode.Ok, Capabilities(bmc, (request.Data[0] & 0x80) != 0)),
            (NetFn.App, 0x54) when bmc.HidesCipherSuites => null,
            (NetFn.App, 0x54) when request.Data.Length >= 3 && !bmc.Speaks15Only => (CompletionCode.Ok, Suites(bmc, request.Data[2] & 0x3f)),
            (NetFn.App, 0x37) => (CompletionCode.Ok, bmc.Face.Guid),
            _ => (CompletionCode.InvalidCommand, []),
        };
    }

    /// <summary>Get Channel Cipher Suites: 16 octets of the records, or less at the end.</summary>
    public static byte[] Suites(SimulatedBmc bmc, int index)
    {
        byte[] all = [.. SimulatedSuite.All.Where(s => bmc.Suites.Contains(s.Id))
            .SelectMany(s => new[] { (byte)0xc0, s.Id, s.Authentication, (byte)(0x40 | s.Integrity), (byte)(0x80 | s.Confidentiality) })];
        return [SimulatedLan.Channel, .. all.Skip(16 * index).Take(16)];
    }

    private static byte[] Capabilities(SimulatedBmc bmc, bool extended)
    {
        // MD5 and straight password for sessions of 1.5; non-null users; K_g's status; "per-message authentication" is on.
        byte types = (byte)(bmc.Speaks15 || bmc.Speaks15Only ? 0x14 : 0);
        byte status = (byte)(0x04 | (bmc.Kg.Length > 0 && !bmc.Speaks15Only ? 0x20 : 0));
        if (!extended || bmc.Speaks15Only) return [SimulatedLan.Channel, types, status, 0, 0, 0, 0, 0];
        return [SimulatedLan.Channel, (byte)(0x80 | types), status, (byte)(0x02 | (types != 0 ? 0x01 : 0)), 0, 0, 0, 0];
    }
}
