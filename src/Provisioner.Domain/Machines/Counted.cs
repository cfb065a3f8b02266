using System.Globalization;

namespace Provisioner.Domain.Machines;

/// <summary>Numbers of things in sentences.</summary>
public static class Counted
{
    /// <summary><c>1 disk</c>, <c>2 disks</c>: for words whose plural has an s.</summary>
    public static string Of(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
