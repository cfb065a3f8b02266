using Provisioner.Wire.Ipmi;

namespace Provisioner.ApplianceTests.Power;

/// <summary>A request in an IPMI payload, read by the BMC: IPMI 2.0 §13.8.</summary>
internal readonly record struct SimulatedMessage(byte To, byte NetFnLun, byte From, byte SequenceLun, byte Command, byte[] Data)
{
    public NetFn NetFn => (NetFn)(NetFnLun >> 2);

    /// <summary>Null where it is not whole, or a checksum is wrong.</summary>
    public static SimulatedMessage? Read(ReadOnlySpan<byte> payload) =>
        payload.Length < 7 || Sum(payload[..3]) != 0 || Sum(payload[3..]) != 0 || (payload[1] >> 2 & 1) != 0
            ? null
            : new(payload[0], payload[1], payload[3], payload[4], payload[5], payload[6..^1].ToArray());

    /// <summary>The answer as a payload.</summary>
    public byte[] Answer(byte code, byte[] data, bool wrongChecksum = false)
    {
        var answer = new byte[8 + data.Length];
        answer[0] = From;
        answer[1] = (byte)(NetFnLun + 4 & 0xfc | SequenceLun & 3);
        answer[2] = (byte)-Sum(answer.AsSpan(0, 2));
        answer[3] = To;
        answer[4] = (byte)(SequenceLun & 0xfc | NetFnLun & 3);
        answer[5] = Command;
        answer[6] = code;
        data.CopyTo(answer, 7);
        answer[^1] = (byte)(-Sum(answer.AsSpan(3)) + (wrongChecksum ? 1 : 0));
        return answer;
    }

    private static byte Sum(ReadOnlySpan<byte> octets)
    {
        byte sum = 0;
        foreach (byte octet in octets) sum += octet;
        return sum;
    }
}
