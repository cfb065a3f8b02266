using System.Net;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Tests.Web;

public sealed class PasswordTests
{
    [Fact]
    public async Task A_password_is_kept_as_pbkdf2_of_600000_rounds_and_known_again()
    {
        var passwords = new Passwords();
        string hash = await passwords.HashAsync("correct horse battery", default);
        Assert.StartsWith("pbkdf2-sha512$600000$", hash);
        Assert.True(await passwords.VerifyAsync("correct horse battery", hash, default));
        Assert.False(await passwords.VerifyAsync("correct horse batterz", hash, default));
    }

    [Fact]
    public async Task A_hash_of_fewer_rounds_still_verifies_and_nobodys_never_does()
    {
        string old = await new Passwords(rounds: 10).HashAsync("correct horse battery", default);
        Assert.True(await new Passwords(rounds: 20).VerifyAsync("correct horse battery", old, default));
        Assert.False(await new Passwords(rounds: 20).VerifyAsync("", null, default));
    }

    [Theory]
    [InlineData("short", false)]
    [InlineData("aaaaaaaaaaaaaaaa", false)]
    [InlineData("four words in a row", true)]
    public void Weak_passwords_are_refused_with_a_sentence(string password, bool good) => Assert.Equal(good, Passwords.Fault(password) is null);

    [Fact]
    public void Waits_double_to_a_quarter_of_an_hour_and_are_forgotten()
    {
        var time = new Clock();
        var throttle = new SignInThrottle(time);
        var address = IPAddress.Parse("192.0.2.9");
        for (int i = 0; i < 4; i++) throttle.Failed(address, "ada");
        Assert.Equal(TimeSpan.Zero, throttle.Wait(address, "ada"));
        var waits = new List<double>();
        for (int i = 0; i < 12; i++)
        {
            throttle.Failed(address, "ada");
            waits.Add(throttle.Wait(address, "ada").TotalSeconds);
        }
        Assert.Equal([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900], waits);
        Assert.Equal(TimeSpan.Zero, throttle.Wait(IPAddress.Parse("192.0.2.10"), "ada"));
        time.Now += TimeSpan.FromHours(2);
        throttle.Failed(address, "ada");
        Assert.Equal(TimeSpan.Zero, throttle.Wait(address, "ada"));
    }

    [Fact]
    public void Many_names_from_one_address_wait_together_and_memory_stays_bounded()
    {
        var throttle = new SignInThrottle(new Clock());
        var address = IPAddress.Parse("2001:db8:0:1::1");
        for (int i = 0; i < 30; i++) throttle.Failed(address, $"name{i}");
        Assert.True(throttle.Wait(IPAddress.Parse("2001:db8:0:1:ffff::2"), "fresh") > TimeSpan.Zero); // the same /64
        for (int i = 0; i < 30_000; i++) throttle.Failed(new IPAddress(i), "x");
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
