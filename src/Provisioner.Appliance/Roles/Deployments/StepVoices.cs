using System.Collections.Concurrent;
using Provisioner.Domain.Bundles;

namespace Provisioner.Appliance.Roles.Deployments;

/// <summary>
/// What running steps say, while they say it: the line that isn't whole yet, in memory alone. It is kept as it came, because a secret may be
/// cut in two by the pieces, and is hidden in whole lines.
/// </summary>
internal sealed class StepVoices
{
    private const int Most = 64 << 10;
    private readonly ConcurrentDictionary<string, (string Key, string Text, Masks Masks)> _voices = new();

    /// <summary>A step was given to a machine; from now on its words are heard.</summary>
    public void Begin(string machine, string key, Masks masks)
    {
        if (!Hears(machine, key)) _voices[machine] = (key, "", masks);
    }

    /// <summary>The machine is known to run this step.</summary>
    public bool Hears(string machine, string key) => _voices.TryGetValue(machine, out var voice) && voice.Key == key;

    /// <summary>Adds a piece; the lines that it completes, with nothing secret in them. None where the machine runs another step.</summary>
    public IReadOnlyList<string> Hear(string machine, string key, string piece)
    {
        if (!_voices.TryGetValue(machine, out var voice) || voice.Key != key) return [];
        string text = voice.Text + piece;
        int end = text.LastIndexOf('\n') + 1;
        string rest = text[end..];
        // A line that never ends is not waited for.
        _voices[machine] = voice with { Text = rest.Length <= Most ? rest : rest[^Most..] };
        return end == 0 ? [] : [.. voice.Masks.Hide(text[..end]).Split('\n').Select(Printable).Where(l => l.Length > 0)];
    }

    /// <summary>The step has ended.</summary>
    public void End(string machine) => _voices.TryRemove(machine, out _);

    // What a terminal or a page would obey is left out.
    private static string Printable(string line) => string.Concat(line.Where(c => !char.IsControl(c) || c == '\t')).TrimEnd();
}
