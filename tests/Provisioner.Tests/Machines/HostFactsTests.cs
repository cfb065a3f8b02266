using Provisioner.Domain.Machines;

namespace Provisioner.Tests.Machines;

public sealed class HostFactsTests
{
    [Fact]
    public void An_agents_report_is_read()
    {
        var facts = HostFacts.Read("""
            name node1
            kernel 6.1.0-18-amd64
            architecture x86_64
            cpus 2
            memory 25200000000
            virtualisation yes
            os debian 12
            nic eth0 52:54:00:12:34:56
            address eth0 10.0.0.11/24
            address eth0 fd00::1/64
            ssh-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKa0d2YGuF8bXo8jDk1c7rQW0n3m0v1xS8cYbLwQe7tP
            """);
        Assert.Equal(("node1", "debian", "12", "x86_64", 2, 25_200_000_000, true), (facts.Name, facts.Os, facts.Release, facts.Architecture, facts.Cpus, facts.MemoryBytes, facts.Virtualisation));
        Assert.Equal<HostAddress>([new("eth0", "10.0.0.11", 24), new("eth0", "fd00::1", 64)], facts.Addresses);
        Assert.Equal<HostNic>([new("eth0", "52:54:00:12:34:56")], facts.Nics);
        Assert.StartsWith("SHA256:", facts.SshFingerprint());
        Assert.Equal(facts, facts with { });
    }

    [Theory]
    [InlineData("")]
    [InlineData("memory minus one\naddress eth0 10.0.0.1\naddress eth0 10.0.0.1/129\nnic eth0 nothing\nos\nname")]
    [InlineData("address eth0 300.0.0.1/24\ncpus 99999999999999999999\nssh-key ssh-rsa AAAA\nname a\u001b[31mb")]
    public void What_cannot_be_read_is_left_out(string text) => Assert.Equal(new HostFacts(), HostFacts.Read(text));

    [Fact]
    public void A_report_without_end_is_cut() => Assert.Equal(512, HostFacts.Read(string.Concat(Enumerable.Repeat("address eth0 10.0.0.1/24\n", 10_000))).Addresses.Length);
}
