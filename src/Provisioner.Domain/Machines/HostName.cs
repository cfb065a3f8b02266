using System.Text.RegularExpressions;

namespace Provisioner.Domain.Machines;

/// <summary>Names of machines: DNS labels (RFC 1123 §2.1), lower case, and where they come from.</summary>
public static partial class HostName
{
    /// <summary>A label of letters, digits and hyphens, 63 at most, no hyphen at the ends.</summary>
    public static bool IsValid(string name) => Label().IsMatch(name);

    /// <summary>A tag: letters, digits, <c>- _ . :</c>, 64 at most.</summary>
    public static bool IsTag(string tag) => Tag().IsMatch(tag);

    /// <summary>A name that can be said over the telephone, for a machine that nobody has named: <c>calm-otter</c>.</summary>
    /// <param name="seed">Chance.</param>
    public static string Make(uint seed) => $"{First[seed % First.Length]}-{Second[seed / First.Length % Second.Length]}";

    private static readonly string[] First =
    [
        "amber", "bold", "brave", "brisk", "calm", "clear", "cool", "crisp", "deft", "eager", "early", "fair", "fast", "firm", "fresh", "glad",
        "grand", "green", "happy", "keen", "kind", "lively", "lucky", "mellow", "merry", "mild", "neat", "noble", "plain", "proud", "quick", "quiet",
        "rapid", "ready", "royal", "sharp", "silent", "smart", "snug", "solid", "spry", "stable", "still", "stout", "strong", "sunny", "sure", "swift",
        "tidy", "true", "vivid", "warm", "wise", "witty", "young", "zesty", "agile", "bright", "civil", "frank", "loyal", "steady", "sturdy", "tall",
    ];

    private static readonly string[] Second =
    [
        "badger", "bear", "beaver", "bison", "bream", "carp", "cat", "cod", "colt", "crane", "crow", "deer", "dove", "duck", "eagle", "egret",
        "elk", "falcon", "ferret", "finch", "fox", "frog", "gecko", "goat", "goose", "gull", "hare", "hawk", "heron", "horse", "ibex", "jay",
        "kite", "koala", "lark", "lemur", "lion", "lynx", "magpie", "marten", "mink", "mole", "moose", "moth", "newt", "otter", "owl", "panda",
        "perch", "pike", "puma", "quail", "raven", "robin", "salmon", "seal", "shrew", "stork", "swan", "tern", "tiger", "trout", "wolf", "wren",
    ];

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
