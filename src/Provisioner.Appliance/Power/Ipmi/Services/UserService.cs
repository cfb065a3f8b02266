using System.Collections.Immutable;
using System.Text;
using Provisioner.Wire.Ipmi;
using Provisioner.Wire.Ipmi.Commands;

namespace Provisioner.Appliance.Power.Ipmi;

/// <summary>A user of a BMC.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Name">Its name; empty for none.</param>
/// <param name="Enabled">It may log in; null where the BMC does not say.</param>
/// <param name="Privilege">The highest level over the LAN; null for none.</param>
/// <param name="Messaging">IPMI over the LAN.</param>
internal sealed record BmcUser(byte Number, string Name, bool? Enabled, PrivilegeLevel? Privilege, bool Messaging);

/// <summary>What is to be changed of a user; null for what stays.</summary>
internal sealed record BmcUserChange(string? Name, string? Password, PrivilegeLevel? Privilege, bool? Enabled)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Name} {Privilege} {Enabled}";
}

/// <summary>Lists and changes the users of a BMC: IPMI 2.0 §22.26 to §22.30.</summary>
internal sealed class UserService(BmcTalk talk)
{
    public async Task<ImmutableArray<BmcUser>> ListAsync()
    {
        byte channel = await ChannelAsync();
        var users = ImmutableArray.CreateBuilder<BmcUser>();
        int most = 1;
        for (byte number = 1; number <= most; number++)
        {
            var (access, code) = await talk.TryAsync(new GetUserAccess(channel, number));
            if (access is null)
            {
                if (number == 1 && code == CompletionCode.InvalidCommand) throw new IpmiException(IpmiFailure.Refused, "the BMC does not list its users", code);
                continue;
            }
            most = access.MaxUsers;
            var (name, _) = await talk.TryAsync(new GetUserName(number));
            users.Add(Of(number, name ?? "", access));
        }
        return users.ToImmutable();
    }

    /// <summary>Changes a user and reads it back.</summary>
    /// <exception cref="IpmiException">it was refused, or reads back otherwise.</exception>
    public async Task<BmcUser> ChangeAsync(byte number, BmcUserChange change)
    {
        byte channel = await ChannelAsync();
        if (change.Name is { } name) await talk.AskAsync(new SetUserName(number, name));
        if (change.Password is { } password) await SetPasswordAsync(number, password);
        if (change.Privilege is { } privilege) await talk.AskAsync(new SetUserAccess(channel, number, privilege, Messaging: true));
        if (change.Enabled is { } enabled) await talk.AskAsync(new SetUserPassword(number, enabled ? UserPasswordOrder.Enable : UserPasswordOrder.Disable));
        var read = Of(number, (await talk.TryAsync(new GetUserName(number))).Answer ?? "", await talk.AskAsync(new GetUserAccess(channel, number)));
        if (change.Name is { } wanted && wanted != read.Name) throw Otherwise($"the name \"{wanted}\"", $"\"{read.Name}\"");
        if (change.Privilege is { } level && level != read.Privilege) throw Otherwise($"the level {level}", read.Privilege?.ToString() ?? "none");
        if (change.Enabled is { } on && read.Enabled == !on) throw Otherwise(on ? "the user's being enabled" : "the user's being disabled", on ? "disabled" : "enabled");
        return read;
    }

    private async Task SetPasswordAsync(byte number, string password)
    {
        byte[] octets = Encoding.UTF8.GetBytes(password);
        bool isLong = octets.Length > IpmiLogin.ShortPassword;
        try
        {
            await talk.AskAsync(new SetUserPassword(number, UserPasswordOrder.Set) { Password = octets, Long = isLong });
        }
        catch (IpmiException refused) when (isLong && refused.Code is 0xc7 or 0xc8 or 0xc9 or 0xcc)
        {
            throw new IpmiException(IpmiFailure.Refused, $"the BMC takes no password of {octets.Length} octets: give one of {IpmiLogin.ShortPassword} at most ({CompletionCode.Describe(refused.Code!.Value)})", refused.Code);
        }
    }

    private static BmcUser Of(byte number, string name, UserAccess access) =>
        new(number, name, access.Enabled, access.Privilege == UserAccess.NoAccess || access.Privilege == 0 ? null : access.Privilege, access.Messaging);

    private static IpmiException Otherwise(string asked, string read) => new(IpmiFailure.Refused, $"the BMC said yes to {asked}, but reads back {read}");

    private async Task<byte> ChannelAsync() => (await talk.OfferedAsync()).Channel;
}
