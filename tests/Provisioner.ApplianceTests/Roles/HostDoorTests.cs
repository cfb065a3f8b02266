using System.Net;
using Provisioner.Appliance.Machines;
using Provisioner.Domain.Machines;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>What callers that are wrong, late or hostile get from the routes of installed systems.</summary>
public sealed class HostDoorTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("door-test-").FullName;
    // Whose certificate it is, the agent's own test looks at.
    private readonly HttpClient _http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator }) { Timeout = TimeSpan.FromSeconds(40) };
    private RoleAppliance _appliance = null!;

    public async Task InitializeAsync() => _appliance = await RoleAppliance.StartAsync(_folder, "127.0.0.1", "10.0.0.1",
        RoleAppliance.Machine(_folder, "aaaaaa", "calm-otter", "token-a", m => m), RoleAppliance.Machine(_folder, "bbbbbb", "bold-lynx", "token-b", m => m));

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _appliance.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<(HttpStatusCode Status, string Text)> Call(HttpMethod method, string path, string? token, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{_appliance.Url}/hosts/v1/{path}") { Content = body };
        request.Headers.ExpectContinue = body is not null; // whose body is refused need not send it
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<(HttpStatusCode Status, string Text)> Next(string? token, string machine = "aaaaaa", string wait = "0") => Call(HttpMethod.Get, $"{machine}/work?wait={wait}", token);

    private Task<(HttpStatusCode Status, string Text)> Result(string query, string body = "") => Call(HttpMethod.Post, $"aaaaaa/result?{query}", "token-a", new FormUrlEncodedContent([new("output", body)]));

    // The first step, as soon as the role has begun.
    private async Task<string> First() => (await Next("token-a", wait: "20")).Text;

    private Task Home(string machine = "aaaaaa", string token = "token-a", string address = "10.78.0.2") =>
        Call(HttpMethod.Post, $"{machine}/home", token, new FormUrlEncodedContent([new("uptime", "31.5"), new("facts", $"name x\nos debian 12\naddress eth0 {address}/24\n")]));

    private async Task RunAll(string verdict)
    {
        await First();
        foreach (string step in new[] { "names", "time", "operator" }) await Result($"key={Key(step)}&verdict={verdict}&exit=0&seconds=0.1");
    }

    private static string Key(string step, int run = 1) => $"d.calm-otter.{run}.0.basics_0_{step}";

    private string[] Kinds() => [.. _appliance.Book.Events("aaaaaa", 0, 100).Select(e => e.Kind)];

    [Fact]
    public async Task Every_start_of_the_agent_calls_home_and_the_first_one_counts()
    {
        await Home();
        await Home();
        Assert.Equal(["home.called", "state.deployed"], Kinds().Where(k => !k.StartsWith("role.", StringComparison.Ordinal)));
        Assert.Equal(31.5, _appliance.Book.Events("aaaaaa", 0, 1)[0].Seconds);
    }

    [Fact]
    public async Task The_token_of_another_machine_is_refused_and_told()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await Next("token-b")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Next("token-b")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Call(HttpMethod.Post, "aaaaaa/home", "token-b")).Status);
        Assert.Equal("127.0.0.1 spoke for calm-otter with the token of bold-lynx: refused", await _appliance.WaitForAsync("aaaaaa", "host.refused", seconds: 5));
        Assert.Equal(["host.refused"], Kinds());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nobody's")]
    public async Task No_token_or_nobodys_token_is_refused(string? token) => Assert.Equal(HttpStatusCode.Unauthorized, (await Next(token)).Status);

    [Fact]
    public async Task A_machine_that_does_not_exist_opens_nothing() => Assert.Equal(HttpStatusCode.Forbidden, (await Next("token-a", "zzzzzz")).Status);

    [Fact]
    public async Task A_step_is_given_again_until_its_report_is_in_and_a_doubled_report_counts_once()
    {
        await Home();
        string script = await First();
        Assert.Contains($"\n#: key {Key("names")}\n", script, StringComparison.Ordinal);
        Assert.Equal(script, (await Next("token-a")).Text);
        for (int i = 0; i < 2; i++) Assert.Contains($"\n#: key {Key("time")}\n", (await Result($"key={Key("names")}&verdict=changed&exit=0&seconds=0.25", "said")).Text, StringComparison.Ordinal);
        Assert.Contains($"\n#: key {Key("time")}\n", (await Next("token-a")).Text, StringComparison.Ordinal);
        Assert.Single(Kinds(), "role.step");
    }

    [Fact]
    public async Task A_call_without_TLS_is_refused_whatever_its_token()
    {
        await using var appliance = await TestAppliance.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hosts/v1/aaaaaa/work");
        request.Headers.Authorization = new("Bearer", "token-a");
        using var answer = await appliance.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.Forbidden, "installed systems call over HTTPS\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task A_step_that_nobody_wants_any_more_is_told_so_by_its_first_words()
    {
        await Home();
        await First();
        Assert.Equal(HttpStatusCode.NoContent, (await Call(HttpMethod.Post, $"aaaaaa/progress?key={Key("names")}", "token-a", new StringContent("so far"))).Status);
        Assert.Equal(HttpStatusCode.Gone, (await Call(HttpMethod.Post, $"aaaaaa/progress?key={Key("names", run: 7)}", "token-a", new StringContent("so far"))).Status);
    }

    [Fact]
    public async Task A_failed_step_ends_the_run_until_somebody_asks_again()
    {
        await Home();
        await First();
        await Result($"key={Key("names")}&verdict=failed&exit=1&seconds=1", "hosts-file /etc/hosts: disk full\n");
        Assert.Equal("basics/0/names: failed with exit code 1:\nhosts-file /etc/hosts: disk full", await _appliance.WaitForAsync("aaaaaa", "role.failed", seconds: 5));
        Assert.Equal(HttpStatusCode.NoContent, (await Next("token-a")).Status);

        var waiting = Next("token-a", wait: "25");
        Assert.IsType<Applied.Ok>(await _appliance.Roles.RunAsync("aaaaaa", "ada"));
        Assert.Contains($"\n#: key {Key("names", run: 2)}\n", (await waiting).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_comes_later_with_the_same_role_makes_the_others_run_again()
    {
        await Home();
        await RunAll("changed");
        Assert.Equal(HttpStatusCode.NoContent, (await Next("token-a")).Status);
        await Home("bbbbbb", "token-b", "10.78.0.3");
        Assert.Contains("10.78.0.3 bold-lynx.rack.internal bold-lynx", await First(), StringComparison.Ordinal);
        Assert.Equal("basics: to run again: the machines of the deployment or its settings have changed", await _appliance.WaitForAsync("aaaaaa", "role.asked", seconds: 5));
    }

    [Fact]
    public async Task A_machine_that_gets_another_name_runs_its_role_again()
    {
        await Home();
        await RunAll("changed");
        await _appliance.Book.ApplyAsync("aaaaaa", new MachineChange.Rename("new-name"), "ada");
        Assert.Contains("new-name.rack.internal", await First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_of_the_appliance_does_not_wait_for_machines_that_wait()
    {
        await Home();
        await RunAll("unchanged");
        var waiting = Next("token-a", wait: "25");
        await Task.Delay(200);
        long began = TimeProvider.System.GetTimestamp();
        await _appliance.StopAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await waiting).Status);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("key=d.calm-otter.1.0.basics_0_names&verdict=fine&exit=0&seconds=1")]
    [InlineData("verdict=changed&exit=0&seconds=1")]
    [InlineData("key=d.calm-otter.1.0.basics_0_names&verdict=changed&exit=-1&seconds=1")]
    [InlineData("key=d.calm-otter.1.0.basics_0_names&verdict=changed&exit=0&seconds=NaN")]
    public async Task A_result_that_no_agent_sends_is_refused(string query)
    {
        await Home();
        await First();
        Assert.Equal(HttpStatusCode.BadRequest, (await Result(query)).Status);
    }

    [Fact]
    public async Task A_report_larger_than_its_limit_is_refused() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Result("key=d.calm-otter.1.0.basics_0_names&verdict=changed&exit=0&seconds=1", new string('x', 5 << 20))).Status);

    [Fact]
    public async Task A_call_home_with_a_body_of_megabytes_is_refused() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Call(HttpMethod.Post, "aaaaaa/home", "token-a", new StringContent(new string('x', 1 << 20)))).Status);
}
