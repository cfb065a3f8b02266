using System.Collections.Immutable;
using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Tests.Power.Redfish;

public sealed class SystemChoiceTests
{
    private static readonly RedfishSystem One = new("/redfish/v1/Systems/1") { Id = "1", Serial = "SN1", Uuid = "00112233-4455-6677-8899-aabbccddeeff", Manufacturer = "Contoso", Model = "Blade" };
    private static readonly RedfishSystem Two = new("/redfish/v1/Systems/2") { Id = "2", Serial = "SN2", HostMacs = ["52:54:00:00:00:02"] };
    private static readonly IReadOnlyDictionary<string, ImmutableArray<string>> NoMacs = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    private static SystemWanted Wanted(string key, string value) => SystemWanted.Of(new Dictionary<string, string> { [key] = value });
    private static RedfishSystem Chosen(SystemChoice choice) => Assert.IsType<SystemChoice.Chosen>(choice).System;
    private static string Unclear(SystemChoice choice) => Assert.IsType<SystemChoice.Unclear>(choice).Why;

    [Theory]
    [InlineData("system", "2")]
    [InlineData("system", "/redfish/v1/Systems/2/")]
    [InlineData("serial", "sn2")]
    [InlineData("mac", "52-54-00-00-00-02")]
    public void One_of_several_is_chosen_by_what_it_is(string key, string value) => Assert.Equal(Two, Chosen(SystemChoice.Of([One, Two], Wanted(key, value), NoMacs)));

    [Fact]
    public void A_UUID_is_the_same_in_both_byte_orders()
    {
        Assert.Equal(One, Chosen(SystemChoice.Of([One, Two], Wanted("uuid", "00112233-4455-6677-8899-AABBCCDDEEFF"), NoMacs)));
        Assert.Equal(One, Chosen(SystemChoice.Of([One, Two], Wanted("uuid", "33221100-5544-7766-8899-aabbccddeeff"), NoMacs)));
        Assert.False(SystemChoice.IsSameUuid("33221100-5544-7766-8899-aabbccddeefe", One.Uuid));
        Assert.False(SystemChoice.IsSameUuid(null, null));
    }

    [Fact]
    public void A_MAC_of_its_NICs_tells_too() =>
        Assert.Equal(One, Chosen(SystemChoice.Of([One, Two], Wanted("mac", "52:54:00:00:00:09"), new Dictionary<string, ImmutableArray<string>> { [One.Path] = ["52:54:00:00:00:09"] })));

    [Fact]
    public void Several_are_named_where_none_is_meant() =>
        Assert.Equal("the controller has 2 systems (\"1\", Contoso Blade, serial SN1, UUID 00112233-4455-6677-8899-aabbccddeeff; \"2\", serial SN2): name one by its Id in the setting \"system\"", Unclear(SystemChoice.Of([One, Two], Wanted("x", ""), NoMacs)));

    [Fact]
    public void The_machine_is_meant_where_its_hypervisor_is_listed_beside_it() =>
        Assert.Equal(One with { Type = "Physical" }, Chosen(SystemChoice.Of([One with { Type = "Physical" }, Two with { Type = "OS" }], Wanted("x", ""), NoMacs)));

    [Fact]
    public void One_that_is_not_there_is_said_even_where_there_is_only_one() =>
        Assert.StartsWith("none of the controller's systems is system \"9\"; it has \"1\"", Unclear(SystemChoice.Of([One], Wanted("system", "9"), NoMacs)), StringComparison.Ordinal);

    [Fact]
    public void A_controller_without_systems_is_said_to_be_that() => Assert.Equal("the controller shows no system at all", Unclear(SystemChoice.Of([], Wanted("x", ""), NoMacs)));
}
