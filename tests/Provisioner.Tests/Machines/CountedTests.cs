using Provisioner.Domain.Machines;

namespace Provisioner.Tests.Machines;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, "0 disks")]
    [InlineData(1, "1 disk")]
    [InlineData(2, "2 disks")]
    public void One_of_a_thing_has_no_s(int count, string text) => Assert.Equal(text, Counted.Of(count, "disk"));
}
