namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set User Password: IPMI 2.0 §22.30.</summary>
/// <param name="User">Its number, from 1.</param>
/// <param name="Order">What to do.</param>
public sealed record SetUserPassword(byte User, UserPasswordOrder Order) : IIpmiCommand<Accepted>
{
    /// <summary>The password: 16 octets at most, or 20 with <see cref="Long"/>.</summary>
    public ReadOnlyMemory<byte> Password { get; init; }

    /// <summary>It is kept as one of 20 octets.</summary>
    public bool Long { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Name} {User} {Order}";

    /// <inheritdoc/>
    public string Name => "Set User Password";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x47;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        bool carries = Order is UserPasswordOrder.Set or UserPasswordOrder.Test;
        var data = new byte[carries ? 2 + (Long ? SessionKeys.MaxKey : IpmiLogin.ShortPassword) : 2];
        data[0] = (byte)((Long ? 0x80 : 0) | User);
        data[1] = (byte)Order;
        if (carries) Password.Span.CopyTo(data.AsSpan(2));
        return data;
    }

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;

    /// <inheritdoc/>
    public string Explain(byte code) => code switch
    {
        0x80 => CompletionCode.Numbered("the password is another", code),
        0x81 => CompletionCode.Numbered("the password was set with another length", code),
        _ => CompletionCode.Describe(code),
    };
}

/// <summary>What Set User Password does: IPMI 2.0 table 22-34.</summary>
public enum UserPasswordOrder : byte
{
    /// <summary>The user may not log in.</summary>
    Disable = 0,
    /// <summary>The user may log in.</summary>
    Enable = 1,
    /// <summary>Sets the password.</summary>
    Set = 2,
    /// <summary>Says whether it is the password.</summary>
    Test = 3,
}
