using System.Net;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.ApplianceTests.Web;

public sealed class SignInTests
{
    [Fact]
    public async Task The_link_makes_an_account_once_and_the_password_opens_from_then_on()
    {
        await using var host = await WebHost.StartAsync();
        string token = host.The<SignInLink>().Make();
        using var first = new Visitor(host);
        Assert.Contains("Choose a name and a password", (await first.GetAsync($"/sign-in?token={token}")).Text);
        Assert.Contains("Choose a name and a password", (await first.GetAsync($"/sign-in?token={token}")).Text); // a look doesn't use it up
        await Enter(first, token, HttpStatusCode.Found);
        Assert.Contains("Machines", (await first.GetAsync("/")).Text);

        using var second = new Visitor(host);
        Assert.Contains("used already", (await second.GetAsync($"/sign-in?token={token}")).Text);
        await Enter(second, token, HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.Found, (await second.GetAsync("/")).Status);

        await second.GetAsync("/sign-in");
        using var reply = await second.PostAsync("/sign-in", ("name", Visitor.Name), ("password", Visitor.Password), ("return", "/keys"));
        Assert.Equal("/keys", reply.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("/keys")).Status);
    }

    [Fact]
    public async Task The_session_cookie_is_out_of_reach_for_scripts_and_other_sites()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var visitor = new Visitor(host);
        string token = host.The<SignInLink>().Make();
        await visitor.GetAsync($"/sign-in?token={token}");
        using var reply = await visitor.PostAsync("/welcome", ("token", token), ("name", "ada"), ("password", Visitor.Password), ("again", Visitor.Password));
        string cookie = reply.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("provisioner=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie);
        Assert.Contains("samesite=strict", cookie);
        string secret = visitor.Cookies["provisioner"]!.Value;
        AssertNotOnDisk(host, secret, token, Visitor.Password);
    }

    [Fact]
    public async Task A_weak_password_or_two_different_ones_are_told_all_at_once_and_use_up_nothing()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var visitor = new Visitor(host);
        string token = host.The<SignInLink>().Make();
        await visitor.GetAsync($"/sign-in?token={token}");
        using var reply = await visitor.PostAsync("/welcome", ("token", token), ("name", "a b"), ("password", "short"), ("again", "other"));
        string text = await reply.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains("1 to 64 letters", text);
        Assert.Contains("at least 12 characters", text);
        Assert.Contains("passwords differ", text);
        Assert.True(host.The<SignInLink>().Takes(token));
    }

    [Fact]
    public async Task A_link_ends_after_an_hour_and_with_the_next_one()
    {
        var time = new MovedTime();
        await using var host = await WebHost.StartAsync(time, fill: false);
        var link = host.The<SignInLink>();
        string old = link.Make(), young = link.Make();
        Assert.False(link.Takes(old));
        Assert.True(link.Takes(young));
        time.Ahead = TimeSpan.FromMinutes(61);
        Assert.False(link.Takes(young));
    }

    [Fact]
    public async Task A_link_for_a_known_name_sets_its_password_anew_and_ends_its_sessions()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var before = await Visitor.SignedInAsync(host);
        using var after = await Visitor.SignedInAsync(host);
        Assert.Equal(HttpStatusCode.Found, (await before.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("/")).Status);
    }

    [Fact]
    public async Task Guessing_gets_slower_and_the_right_password_waits_too()
    {
        var time = new MovedTime();
        await using var host = await WebHost.StartAsync(time, fill: false);
        using var owner = await Visitor.SignedInAsync(host);
        using var guesser = new Visitor(host);
        await guesser.GetAsync("/sign-in");
        for (int i = 0; i < 5; i++) await Try(guesser, "wrong wrong wrong", HttpStatusCode.Forbidden);
        await Try(guesser, Visitor.Password, HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/")).Status); // who is in stays in
        time.Ahead = TimeSpan.FromSeconds(5);
        await Try(guesser, Visitor.Password, HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_refused_like_a_wrong_password()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var owner = await Visitor.SignedInAsync(host);
        using var visitor = new Visitor(host);
        await visitor.GetAsync("/sign-in");
        using var reply = await visitor.PostAsync("/sign-in", ("name", "nobody"), ("password", Visitor.Password));
        Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        Assert.Contains("go together", await reply.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_session_ends_by_signing_out_and_after_twelve_hours()
    {
        var time = new MovedTime();
        await using var host = await WebHost.StartAsync(time, fill: false);
        using var one = await Visitor.SignedInAsync(host);
        string secret = one.Cookies["provisioner"]!.Value;
        await one.GetAsync("/");
        using var bye = await one.PostAsync("/sign-out");
        Assert.Equal(HttpStatusCode.Found, bye.StatusCode);
        Assert.Null(host.The<AccessBook>().BySession(secret));

        using var two = await Visitor.SignedInAsync(host);
        time.Ahead = TimeSpan.FromHours(12.1);
        Assert.Equal(HttpStatusCode.Found, (await two.GetAsync("/")).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/sign-out")]
    public async Task Signing_in_leads_to_no_other_site(string elsewhere)
    {
        await using var host = await WebHost.StartAsync(fill: false);
        using var owner = await Visitor.SignedInAsync(host);
        using var visitor = new Visitor(host);
        await visitor.GetAsync("/sign-in");
        using var reply = await visitor.PostAsync("/sign-in", ("name", Visitor.Name), ("password", Visitor.Password), ("return", elsewhere));
        Assert.Equal("/", reply.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_form_from_another_site_or_without_its_token_does_nothing()
    {
        await using var host = await WebHost.StartAsync();
        using var visitor = await Visitor.SignedInAsync(host);
        await visitor.GetAsync("/machines/cccccc");
        (string, string)[] order = [("id", "cccccc"), ("action", "power-on")];
        using (var stranger = await visitor.PostFromAsync("http://evil.example", "/machines/do", order)) Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        using (var opaque = await visitor.PostFromAsync("null", "/machines/do", order)) Assert.Equal(HttpStatusCode.Forbidden, opaque.StatusCode);
        string good = visitor.FormToken;
        visitor.FormToken = "";
        using (var tokenless = await visitor.PostAsync("/machines/do", order)) Assert.Equal(HttpStatusCode.Forbidden, tokenless.StatusCode);
        visitor.FormToken = new('0', 64);
        using (var forged = await visitor.PostAsync("/machines/do", order)) Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
        using (var api = await visitor.SendAsync(new(HttpMethod.Post, "/api/v1/machines/cccccc/commission"))) Assert.Equal(HttpStatusCode.Forbidden, api.StatusCode);
        Assert.Empty(host.The<CardboardRack>().PowerOrders);
        visitor.FormToken = good;
        using (var ours = await visitor.PostAsync("/machines/do", order)) Assert.Equal(HttpStatusCode.Found, ours.StatusCode);
        Assert.Equal("ada", Assert.Single(host.The<CardboardRack>().PowerOrders).By);
    }

    [Fact]
    public async Task The_admin_key_is_for_its_owner_only_and_fresh_at_each_start()
    {
        await using var host = await WebHost.StartAsync(fill: false);
        string path = AdminKey.PathIn(host.Data), old = host.AdminKey;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        AdminKey.Issue(host.Data, host.The<AccessBook>());
        Assert.NotEqual(old, host.AdminKey);
        Assert.Null(host.The<AccessBook>().ByKey(old));
        Assert.NotNull(host.The<AccessBook>().ByKey(host.AdminKey));
    }

    private static async Task Enter(Visitor visitor, string token, HttpStatusCode expected)
    {
        using var reply = await visitor.PostAsync("/welcome", ("token", token), ("name", Visitor.Name), ("password", Visitor.Password), ("again", Visitor.Password));
        Assert.Equal(expected, reply.StatusCode);
    }

    private static async Task Try(Visitor visitor, string password, HttpStatusCode expected)
    {
        using var reply = await visitor.PostAsync("/sign-in", ("name", Visitor.Name), ("password", password));
        Assert.Equal(expected, reply.StatusCode);
    }

    private static void AssertNotOnDisk(WebHost host, params string[] secrets)
    {
        foreach (string file in Directory.EnumerateFiles(host.Data).Where(f => f != AdminKey.PathIn(host.Data)))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            string text = reader.ReadToEnd();
            Assert.All(secrets, s => Assert.DoesNotContain(s, text));
        }
        Assert.NotEmpty(host.The<Provisioner.Domain.Store.IStore>().Load("sessions"));
    }
}
