using Provisioner.Domain.Power.Redfish;

namespace Provisioner.Tests.Power.Redfish;

public sealed class RedfishPathTests
{
    [Theory]
    [InlineData("/redfish/v1/Systems/1", "/redfish/v1/Systems/1")]
    [InlineData("/redfish/v1/Systems/1/", "/redfish/v1/Systems/1/")]
    [InlineData("/redfish/v1/Chassis/1#/Power/0", "/redfish/v1/Chassis/1")]
    [InlineData("/redfish/v1/Systems?$skip=50", "/redfish/v1/Systems?$skip=50")]
    [InlineData("https://bmc.internal/redfish/v1/SessionService/Sessions/1", "/redfish/v1/SessionService/Sessions/1")]
    [InlineData("https://evil.example:8443/redfish/v1/Systems", "/redfish/v1/Systems")]
    public void A_link_is_followed_as_a_path_on_the_same_origin(string link, string path) => Assert.Equal(path, RedfishPath.Of(link));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("#/Power/0")]
    [InlineData("redfish/v1")]
    [InlineData("//evil.example/redfish/v1")]
    [InlineData("https://evil.example")]
    [InlineData("https:////evil.example/x")]
    [InlineData("ftp://evil.example/x")]
    [InlineData("/redfish/../../etc/passwd")]
    [InlineData("/redfish/%2e%2E/x")]
    [InlineData("/redfish/v1\\Systems")]
    [InlineData("/redfish/v1/Sys tems")]
    [InlineData("/redfish/v1/Systems\r\nX-Auth-Token: 1")]
    [InlineData("/redfish/v1/Systèmes")]
    public void What_is_no_path_is_not_followed(string? link) => Assert.Null(RedfishPath.Of(link));

    [Fact]
    public void A_link_without_end_is_not_followed() => Assert.Null(RedfishPath.Of("/" + new string('a', 2000)));
}
