namespace Provisioner.Tests.Fuzz;

public sealed class MutatorTests
{
    private static readonly byte[][] Seeds = ["the first seed"u8.ToArray(), "another, longer than the first"u8.ToArray(), []];

    [Fact]
    public void The_same_seed_gives_the_same_octets()
    {
        Mutator one = new(7, Seeds), two = new(7, Seeds), other = new(8, Seeds);
        int alike = 0;
        for (int run = 0; run < 1000; run++)
        {
            byte[] made = one.Next().ToArray();
            Assert.Equal(made, two.Next().ToArray());
            if (other.Next().SequenceEqual(made)) alike++;
        }
        Assert.True(alike < 100, $"two seeds gave the same {alike} times of 1000");
    }

    [Fact]
    public void Lengths_reach_from_nothing_to_the_bound_and_not_beyond()
    {
        var mutator = new Mutator(1, Seeds, most: 600);
        var lengths = new HashSet<int>();
        for (int run = 0; run < 50_000; run++) lengths.Add(mutator.Next().Length);
        Assert.Equal(0, lengths.Min());
        Assert.InRange(lengths.Max(), 550, 600);
    }
}
