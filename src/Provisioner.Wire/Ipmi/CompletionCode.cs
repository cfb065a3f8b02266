using System.Collections.Frozen;

namespace Provisioner.Wire.Ipmi;

/// <summary>Completion codes: IPMI 2.0 §5.2, table 5-2.</summary>
public static class CompletionCode
{
    /// <summary>Done.</summary>
    public const byte Ok = 0x00;
    /// <summary>The BMC has no room for the command now: ask again (§5.2).</summary>
    public const byte NodeBusy = 0xc0;
    /// <summary>The command is not there.</summary>
    public const byte InvalidCommand = 0xc1;
    /// <summary>The reservation that the command names holds no more.</summary>
    public const byte ReservationCancelled = 0xc5;
    /// <summary>There is no such sensor or record.</summary>
    public const byte NotThere = 0xcb;
    /// <summary>The session's privilege level is too low.</summary>
    public const byte InsufficientPrivilege = 0xd4;
    /// <summary>Not in the present state, such as a reset of a machine that is off.</summary>
    public const byte NotInPresentState = 0xd5;

    private static readonly FrozenDictionary<byte, string> Words = new Dictionary<byte, string>
    {
        [Ok] = "done",
        [NodeBusy] = "the BMC is busy",
        [InvalidCommand] = "the BMC does not know the command",
        [0xc2] = "the command is not for this LUN",
        [0xc3] = "the BMC itself ran out of time",
        [0xc4] = "the BMC is out of space",
        [ReservationCancelled] = "the reservation was cancelled",
        [0xc6] = "the request was cut short",
        [0xc7] = "the request has a wrong length",
        [0xc8] = "the request is longer than its field",
        [0xc9] = "a parameter is out of range",
        [0xca] = "the BMC cannot return that many octets",
        [NotThere] = "there is no such sensor or record",
        [0xcc] = "a field of the request is invalid",
        [0xcd] = "the command is not for that sensor or record",
        [0xce] = "the BMC could not respond",
        [0xcf] = "the BMC saw the request twice",
        [0xd0] = "the BMC's sensor records are being updated",
        [0xd1] = "the BMC's firmware is being updated",
        [0xd2] = "the BMC is starting up",
        [0xd3] = "the destination is not there",
        [InsufficientPrivilege] = "the user's privilege is too low",
        [NotInPresentState] = "not possible in the present state",
        [0xd6] = "part of the BMC is switched off or missing",
        [0xff] = "unspecified error",
    }.ToFrozenDictionary();

    /// <summary>The code as words with its number: <c>the user's privilege is too low (completion code 0xd4)</c>.</summary>
    public static string Describe(byte code) => Words.TryGetValue(code, out string? words) ? Numbered(words, code) : code switch
    {
        <= 0x7e => Numbered("an OEM's own code", code),
        >= 0x80 and <= 0xbe => Numbered("a code of the command's own", code),
        _ => Numbered("a code that IPMI 2.0 does not name", code),
    };

    internal static string Numbered(string words, byte code) => $"{words} (completion code 0x{code:x2})";
}
