using System.Text;

namespace Provisioner.Wire.Ipmi.Commands;

/// <summary>Get User Name: IPMI 2.0 §22.29.</summary>
/// <param name="User">Its number, from 1.</param>
public sealed record GetUserName(byte User) : IIpmiCommand<string>
{
    /// <inheritdoc/>
    public string Name => "Get User Name";

    /// <inheritdoc/>
    public NetFn NetFn => NetFn.App;

    /// <inheritdoc/>
    public byte Command => 0x46;

    /// <inheritdoc/>
    public byte[] ToBytes() => [User];

    /// <inheritdoc/>
    public string Read(ReadOnlySpan<byte> data)
    {
        var name = new IpmiReader(data, Name).Take(Rakp1.MaxUsername, "user name");
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
