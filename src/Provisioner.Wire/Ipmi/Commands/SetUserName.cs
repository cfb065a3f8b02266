using System.Text;

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Set User Name: IPMI 2.0 §22.28.</summary>
/// <param name="User">Its number, from 1.</param>
/// <param name="Username">At most 16 octets of UTF-8.</param>
public sealed record SetUserName(byte User, string Username) : IIpmiCommand<Accepted>
{
    /// <inheritdoc/>
    public string Name => "Set User Name";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x45;

    /// <inheritdoc/>
    public byte[] ToBytes()
    {
        var data = new byte[1 + Rakp1.MaxUsername];
        data[0] = User;
        Encoding.UTF8.GetBytes(Username).CopyTo(data.AsSpan(1));
        return data;
    }

    /// <inheritdoc/>
    public Accepted Read(ReadOnlySpan<byte> data) => default;
}
