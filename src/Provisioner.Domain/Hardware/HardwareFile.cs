using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Hardware;

/// <summary>A file of catalog/hardware that was read: the profile, or all that is wrong with it.</summary>
/// <param name="Profile">The profile; null where there are faults.</param>
/// <param name="Faults">What is wrong, in order of lines.</param>
public sealed record HardwareFile(HardwareProfile? Profile, ImmutableArray<CatalogFault> Faults)
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name, <c>ilo-4.yaml</c>: the profile has the same one.</param>
    /// <param name="yaml">Its text.</param>
    public static HardwareFile Read(string file, string yaml)
    {
        var faults = new Faults(file);
        var profile = CatalogYaml.Root(yaml, "profile", faults) is { } root ? new HardwareReader(faults).Read(root, CatalogYaml.Stem(file)) : null;
        return faults.Any ? new(null, faults.Sorted) : new(profile, []);
    }
}

/// <summary>Reads a profile out of YAML nodes, and goes on after a fault, so that all are told at once.</summary>
internal sealed partial class HardwareReader(Faults faults)
{
    private static readonly ImmutableArray<string> Kinds = ["server", "controller", "virtual-machine"];
    private static readonly ImmutableArray<string> ProtocolNames = ["ipmi", "redfish", "libvirt", "vsphere", "pdu", "wol", "webhook", "manual"];

    public HardwareProfile? Read(YamlNode root, string stem)
    {
        if (Fields.Of(root, "a profile", faults, "profile", "title", "kind", "controller", "match", "protocols", "quirks", "waits", "users", "notes") is not { } file) return null;
        string name = file.Text("profile", Label(), LabelCure);
        if (file["profile"] is { } node && name != stem) faults.At(node, $"the profile is called \"{name}\" and its file \"{stem}\"", "give both the same name");
        string title = file.Text("title"), kind = OneOf(file.Need("kind"), "kind", Kinds);
        var matches = file.List("match", needed: true).Select(Match).OfType<HardwareMatch>().ToImmutableArray();
        if (file["match"] is YamlSequenceNode { Children.Count: 0 } empty) faults.At(empty, "a profile that nothing is known by", "write one match at least");
        var protocols = file.List("protocols").Select(p => OneOf(p, "a protocol", ProtocolNames)).ToImmutableArray();
        var quirks = Quirks(file);
        var users = file.List("users").Select(u => Word(u, "a user")).ToImmutableArray();
        string? controller = file["controller"] is null ? null : file.Text("controller", Label(), LabelCure);
        return new(name, title, (HardwareKind)Math.Max(0, Kinds.IndexOf(kind)), controller, matches, protocols, quirks, Waits(file["waits"]), users, file.Text("notes", "").Trim());
    }

    private HardwareMatch? Match(YamlNode node)
    {
        if (Fields.Of(node, "a match", faults, "manufacturer", "product", "ipmi-manufacturer", "ipmi-product", "firmware", "controller-model") is not { } match) return null;
        var read = new HardwareMatch(Form(match, "manufacturer"), Form(match, "product"), Number(match, "ipmi-manufacturer", 0xfffff), Number(match, "ipmi-product", 0xffff),
            Form(match, "firmware"), Form(match, "controller-model"));
        if (read is { Manufacturer: null, Product: null, IpmiManufacturer: null, ControllerModel: null })
            faults.At(node, "a match that says neither a manufacturer nor a product", "add manufacturer: … or product: …; it would fit everything");
        return read;
    }

    private ImmutableArray<Quirk> Quirks(Fields file)
    {
        var quirks = ImmutableArray.CreateBuilder<Quirk>();
        foreach (var node in file.List("quirks"))
        {
            if (Fields.Of(node, "a quirk", faults, "name", "source", "note") is not { } quirk) continue;
            string name = OneOf(quirk.Need("name"), "the name of a quirk", QuirkNames.All.Keys);
            if (name.Length > 0 && quirks.Any(q => q.Name == name)) faults.At(node, $"the quirk {name} stands there twice", "leave one out");
            string source = quirk.Text("source").Trim();
            if (quirk["source"] is { } said && source.Length == 0) faults.At(said, $"the quirk {name} has an empty source", "write who says so, or general knowledge");
            quirks.Add(new(name, source, quirk.Text("note", "").Trim()));
        }
        return quirks.ToImmutable();
    }

    private HardwareWaits Waits(YamlNode? node) =>
        Fields.Of(node, "waits", faults, "off-before-on-seconds", "follow-seconds", "restart-seconds") is { } waits
            ? new(Seconds(waits, "off-before-on-seconds", 600), Seconds(waits, "follow-seconds", 3600), Seconds(waits, "restart-seconds", 3600))
            : HardwareWaits.Usual;

    private TimeSpan? Seconds(Fields waits, string key, int most)
    {
        if (waits[key] is not { } node) return null;
        string text = waits.Text(key);
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds > 0 && seconds <= most) return TimeSpan.FromSeconds(seconds);
        faults.At(node, $"{key} is \"{text}\"", $"a number above 0, at most {most}");
        return null;
    }

    private string? Form(Fields match, string key)
    {
        if (match[key] is not { } node) return null;
        string text = match.Text(key).Trim();
        if (text.Trim('*', '?').Length == 0) faults.At(node, $"{key} of a match is \"{text}\"", "leave it out: it fits everything");
        return text;
    }

    private int? Number(Fields match, string key, int most)
    {
        if (match[key] is not { } node) return null;
        string text = match.Text(key);
        bool hex = text.StartsWith("0x", StringComparison.Ordinal);
        if (int.TryParse(hex ? text[2..] : text, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 0 && number <= most) return number;
        faults.At(node, $"{key} of a match is \"{text}\"", $"a number from 0 to {most}, or in hexadecimal: 0x2020");
        return null;
    }

    private string OneOf(YamlNode? node, string what, IEnumerable<string> known)
    {
        if (node is null) return "";
        string word = Word(node, what);
        if (word.Length > 0 && !known.Contains(word)) faults.At(node, $"{what} is \"{word}\"", Nearest.Of(word, known));
        return word;
    }

    private string Word(YamlNode node, string what)
    {
        if (node is YamlScalarNode { Value: { Length: > 0 } word }) return word;
        faults.At(node, $"{what} is not a word", "write one word");
        return "";
    }

    private const string LabelCure = "letters a–z, digits and hyphens, a letter first";

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
