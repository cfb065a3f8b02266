namespace Provisioner.Domain.Roles;

/// <summary>Values in POSIX shell scripts.</summary>
public static class ShellText
{
    /// <summary>One word that the shell reads as exactly this text (POSIX XCU §2.2.2): in single quotes only a single quote is special.</summary>
    /// <exception cref="RoleValueException">the text has a NUL, which no shell word can hold.</exception>
    public static string Quote(string text) => text.Contains('\0')
        ? throw new RoleValueException("a value has a NUL byte: give it without")
        : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
