using System.Buffers.Binary;

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Activate Session: IPMI 2.0 §22.17. The second half of a login of IPMI 1.5.</summary>
/// <param name="Authentication">What it is signed with.</param>
/// <param name="Highest">The highest level of the session.</param>
/// <param name="Challenge">The challenge.</param>
/// <param name="FirstNumber">The number of the BMC's first datagram, not 0.</param>
public sealed record ActivateSession(LanAuthentication Authentication, PrivilegeLevel Highest, ReadOnlyMemory<byte> Challenge, uint FirstNumber) : IIpmiCommand<ActiveSession>
{
    /// <inheritdoc/>
    public string Name => "Activate Session";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x3a;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        var data = new byte[2 + SessionChallenge.Length + 4];
        data[0] = (byte)Authentication;
        data[1] = (byte)Highest;
        Challenge.Span.CopyTo(data.AsSpan(2));
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(2 + SessionChallenge.Length), FirstNumber);
        return data;
    }

    /// <inheritdoc/>
    public ActiveSession Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new((LanAuthentication)(reader.U8("authentication type") & 0x0f), reader.U32("session id"), reader.U32("initial inbound sequence number"));
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x81 or 0x82 or 0x83 => CompletionCode.Numbered("all sessions of the BMC are taken; it frees unused ones after 60 seconds", code),
        0x84 => CompletionCode.Numbered("the sequence number is out of range", code),
        0x85 => CompletionCode.Numbered("the session id is unknown", code),
        0x86 => CompletionCode.Numbered($"the user may not be {Highest.ToString().ToLowerInvariant()}", code),
        _ => CompletionCode.Describe(code),
    };
}

/// <summary>A session of IPMI 1.5.</summary>
/// <param name="Authentication">What the rest of it is signed with.</param>
/// <param name="SessionId">Its id.</param>
/// <param name="FirstNumber">The number of the console's first datagram.</param>
public sealed record ActiveSession(LanAuthentication Authentication, uint SessionId, uint FirstNumber);
