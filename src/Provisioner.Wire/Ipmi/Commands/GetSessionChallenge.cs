namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get Session Challenge: IPMI 2.0 §22.16. Begins a session of IPMI 1.5.</summary>
/// <param name="Authentication">What Activate Session will be signed with.</param>
/// <param name="Username">At most 16 octets.</param>
public sealed record GetSessionChallenge(LanAuthentication Authentication, ReadOnlyMemory<byte> Username) : IIpmiCommand<SessionChallenge>
{
    /// <inheritdoc/>
    public string Name => "Get Session Challenge";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x39;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        var data = new byte[1 + Rakp1.MaxUsername];
        data[0] = (byte)Authentication;
        Username.Span.CopyTo(data.AsSpan(1));
        return data;
    }

    /// <inheritdoc/>
    public SessionChallenge Read(ReadOnlySpan<byte> data)
    {
        var reader = new IpmiReader(data, Name);
        return new(reader.U32("temporary session id"), reader.Take(SessionChallenge.Length, "challenge").ToArray());
    }

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x81 => CompletionCode.Numbered("the BMC does not know the user", code),
        0x82 => CompletionCode.Numbered("the user without a name is disabled", code),
        _ => CompletionCode.Describe(code),
    };
}

/// <summary>What Activate Session gives back signed.</summary>
/// <param name="TemporaryId">The session's id until it is active.</param>
/// <param name="Challenge">16 octets.</param>
public sealed record SessionChallenge(uint TemporaryId, ReadOnlyMemory<byte> Challenge)
{
    /// <summary>Octets of a challenge.</summary>
    public const int Length = 16;
}
