using System.Net;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Tests.Networks;

/// <summary>Network models and pools for tests.</summary>
internal static class Models
{
    /// <summary>A model with one served subnet: a dynamic range (the default one without), perhaps a gateway and time servers.</summary>
    public static NetworkModel Of(ServedNetwork network, string? first = null, string? last = null, string? gateway = null, params string[] ntp)
    {
        int id = 0;
        var choice = new NetworkChoice(
            first is null ? null : (IPAddress.Parse(first), IPAddress.Parse(last!)), gateway is null ? null : IPAddress.Parse(gateway), [.. ntp.Select(IPAddress.Parse)]);
        var (changes, fault) = FirstNetwork.For(NetworkModel.Empty, network.Interface, network.Address, network.PrefixLength, choice, () => $"id{++id}");
        Assert.Null(fault);
        return NetworkModel.Empty.After([.. changes]);
    }

    /// <summary>The pool of its first subnet.</summary>
    public static SubnetPool Pool(this NetworkModel model, ServedNetwork network, Func<MacAddress, bool>? isMachine = null) =>
        new(model, model.Subnets[0], Ipv4Address.From(network.Address), isMachine ?? (_ => false));

    /// <summary>The model after changes that must be taken.</summary>
    public static NetworkModel After(this NetworkModel model, params NetworkChange[] changes) =>
        model.Apply(new NetworkChange.All([.. changes])) switch
        {
            NetworkOutcome.Changed changed => changed.Model,
            NetworkOutcome.Refused refused => throw new InvalidOperationException(refused.InWords),
            var other => throw new InvalidOperationException(other.ToString()),
        };

    /// <summary>Why it refuses a change.</summary>
    public static string Refusal(this NetworkModel model, NetworkChange change) => Assert.IsType<NetworkOutcome.Refused>(model.Apply(change)).InWords;
}
