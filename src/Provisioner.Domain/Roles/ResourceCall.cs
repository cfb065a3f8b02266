using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Provisioner.Domain.Roles;

/// <summary>A resource as calls of the prelude's functions.</summary>
internal static partial class ResourceCall
{
    private static readonly JsonWriterOptions AsTheyAre = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The call that sees to a resource.</summary>
    /// <exception cref="RoleValueException">a value that it can't be made of.</exception>
    public static string Of(ResourceKind kind, RenderedResource resource, string role)
    {
        string Get(string name) => resource.Settings[name];
        string name = kind.Identity is { } identity ? FirstLine(Get(identity.Name)) : "";
        if (name.Length == 0 && kind.Name == "service") name = FirstLine(Get("names"));
        var calls = kind.Name switch
        {
            "file" when Get("base64").Length > 0 => [Call("file_base64", [.. File(resource), Get("base64")])],
            "file" or "template" => [Call("file", [.. File(resource), Get("content")])],
            "hosts-file" => [Call("hosts_file", Get("path"), role, Block(Lines(Get("entries"))))],
            "block" => [Call("block", Get("path"), Get("mark") is { Length: > 0 } mark ? mark : role, Get("comment"), Block(Lines(Get("content").TrimEnd('\n'))))],
            "user" => [Call("user", [Person(Get("name")), Get("sudo") == "true" ? "yes" : "no", .. Lines(Get("ssh-keys")).Select(Key)])],
            "service" => Lines(Get("name")).Concat(Lines(Get("names")))
                .Select(unit => Call("service", [Get("state"), Get("enabled"), Get("reload"), unit, .. Lines(Get("restart-when-changed"))])),
            _ => new[] { Call(kind.Function, Arguments(kind, resource)) },
        };
        return $"resource {Word($"{kind.Name} {name}".TrimEnd())}\n{string.Join('\n', calls)}\n\n";
    }

    /// <summary>The call that sees to OpenStack resources that follow each other.</summary>
    public static string OpenStack(RenderedResource signIn, IEnumerable<(RenderedResource Resource, ResourceKind Kind)> items)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, AsTheyAre))
        {
            json.WriteStartObject();
            json.WritePropertyName("auth");
            Write(json, ResourceKind.SignIn, signIn);
            json.WriteStartArray("items");
            foreach (var (resource, kind) in items) Write(json, kind, resource);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return $"resource openstack\nopenstack {ShellText.Quote(Encoding.UTF8.GetString(buffer.ToArray()))}\n\n";
    }

    /// <summary>One word of a script.</summary>
    public static string Word(string text) => PlainWord().IsMatch(text) ? text : ShellText.Quote(text);

    private static void Write(Utf8JsonWriter json, ResourceKind kind, RenderedResource resource)
    {
        json.WriteStartObject();
        json.WriteString("kind", kind.Name);
        foreach (var setting in kind.Settings)
        {
            string value = resource.Settings[setting.Name];
            json.WritePropertyName(setting.Name);
            if (setting.Shape is Shape.Flag) json.WriteBooleanValue(value == "true");
            else if (setting.Shape is Shape.Number) json.WriteNumberValue(uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
            else if (setting.Shape is Shape.List)
            {
                json.WriteStartArray();
                foreach (string line in Lines(value)) json.WriteStringValue(line);
                json.WriteEndArray();
            }
            else json.WriteStringValue(value);
        }
        json.WriteEndObject();
    }

    private static IEnumerable<string> Arguments(ResourceKind kind, RenderedResource resource)
    {
        foreach (var setting in kind.Settings)
        {
            string value = resource.Settings[setting.Name];
            if (setting == kind.Settings[^1] && setting.Shape is Shape.List)
            {
                foreach (string line in Lines(value)) yield return line;
            }
            else yield return setting.Name switch
            {
                "mode" => Mode(value),
                "group" when value.Length == 0 && resource.Settings.TryGetValue("owner", out string? owner) => owner,
                _ => value,
            };
        }
    }

    private static IEnumerable<string> File(RenderedResource file) =>
        [file.Settings["path"], Mode(file.Settings["mode"]), file.Settings["owner"], file.Settings["group"] is { Length: > 0 } group ? group : file.Settings["owner"]];

    private static string Mode(string octal) => octal.Length == 0 ? "" : octal.TrimStart('0') is { Length: > 0 } mode ? mode : "0";

    private static string Call(string function, params IEnumerable<string> arguments) => $"{function} {string.Join(' ', arguments.Select(Word))}".TrimEnd();

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.Split('\n');

    private static string FirstLine(string text) => text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : text;

    private static string Block(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string Person(string name) => name != "root"
        ? name
        : throw new RoleValueException("\"root\" can't be a person's account: choose another name");

    // sshd(8): a line that begins with # is a comment, and an empty one is none.
    private static string Key(string key) => string.IsNullOrWhiteSpace(key) || key.TrimStart().StartsWith('#')
        ? throw new RoleValueException($"\"{key}\" is no line of authorized_keys: give a public key such as \"ssh-ed25519 AAAA… name\"")
        : key;

    [GeneratedRegex("^[A-Za-z0-9/._-]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainWord();
}
