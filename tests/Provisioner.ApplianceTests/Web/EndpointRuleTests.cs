using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Provisioner.Appliance.Web;

namespace Provisioner.ApplianceTests.Web;

public sealed class EndpointRuleTests
{
    // What anybody may reach without a token of any kind. A new line here is a decision.
    private static readonly string[] Public = ["/api/v1/openapi.json", "/assets/{name}", "/favicon.ico", "/sign-in", "/welcome"];

    [Fact]
    public async Task Every_endpoint_of_the_whole_appliance_has_one_rule()
    {
        await using var appliance = await TestAppliance.StartAsync();
        var endpoints = appliance.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 40);
        Assert.All(endpoints, e => Assert.Single(e.Metadata.OfType<Rule>()));
        Assert.Equal(Public, endpoints.Where(e => RuleOf(e) == Rule.Public).Select(PatternOf).Distinct().Order(StringComparer.Ordinal));
        Assert.All(endpoints.Where(e => RuleOf(e) is not (Rule.SignedIn or Rule.Public)), e => Assert.Matches("^/(boot|agent|hosts)/", PatternOf(e)));
    }

    [Fact]
    public async Task Nobody_gets_past_the_gate_without_signing_in()
    {
        await using var host = await WebHost.StartAsync();
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = host.Url };
        foreach (var endpoint in host.Endpoints.OfType<RouteEndpoint>().Where(e => RuleOf(e) == Rule.SignedIn))
        {
            string path = PatternOf(endpoint).Replace("{id}", "cccccc").Replace("{name}", "debian-12");
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var reply = await http.SendAsync(new(new(method), path));
                bool isApi = path.StartsWith("/api/", StringComparison.Ordinal);
                Assert.True(reply.StatusCode == (isApi ? HttpStatusCode.Unauthorized : HttpStatusCode.Found), $"{method} {path}: {reply.StatusCode}");
                if (!isApi) Assert.StartsWith("/sign-in?return=", reply.Headers.Location!.ToString());
            }
        }
    }

    [Fact]
    public async Task Every_answer_to_a_person_forbids_what_other_sites_could_do_with_it()
    {
        await using var host = await WebHost.StartAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        foreach (string path in new[] { "/sign-in", "/nowhere", "/assets/app.css", "/api/v1/system" })
        {
            using var reply = await http.GetAsync(path);
            Assert.StartsWith("default-src 'self'; object-src 'none'; base-uri 'none'", reply.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("nosniff", reply.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", reply.Headers.GetValues("X-Frame-Options").Single());
        }
    }

    [Fact]
    public async Task The_openapi_document_names_every_endpoint_of_the_api()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var http = new HttpClient { BaseAddress = host.Url };
        var document = System.Text.Json.Nodes.JsonNode.Parse(await http.GetStringAsync("/api/v1/openapi.json"))!;
        foreach (var endpoint in host.Endpoints.OfType<RouteEndpoint>().Where(e => PatternOf(e).StartsWith("/api/v1/", StringComparison.Ordinal) && RuleOf(e) == Rule.SignedIn))
        {
            string path = PatternOf(endpoint);
            foreach (string method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var operation = document["paths"]![path]?[method.ToLowerInvariant()];
                Assert.True(operation is not null, $"{method} {path} is not described");
                Assert.False(string.IsNullOrEmpty((string?)operation["summary"]), $"{method} {path} has no summary");
            }
        }
    }

    private static Rule RuleOf(RouteEndpoint endpoint) => endpoint.Metadata.OfType<Rule>().Last();
    private static string PatternOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/').TrimEnd('/');
}
