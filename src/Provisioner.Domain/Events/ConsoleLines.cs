using System.Text;

namespace Provisioner.Domain.Events;

/// <summary>
/// Makes lines of what a serial console says: without escape sequences (ECMA-48 §5.4), without control characters, none longer than a
/// timeline takes. What is drawn over and over (menus, progress) is one line each time that the cursor goes down.
/// </summary>
public sealed class ConsoleLines
{
    /// <summary>Characters of a line; the rest of a longer one is a line of its own.</summary>
    public const int MostCharacters = 400;

    /// <summary>The kind of these events: the machine's own words.</summary>
    public const string Kind = "console";

    private enum Place { Text, Escape, Sequence, Command }

    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private readonly StringBuilder _line = new();
    private Place _place;
    private bool _returned;

    /// <summary>Takes characters, and gives the lines that they complete.</summary>
    public IReadOnlyList<string> Take(ReadOnlySpan<byte> octets)
    {
        var characters = new char[_decoder.GetCharCount(octets, flush: false)];
        _decoder.GetChars(octets, characters, flush: false);
        List<string>? lines = null;
        foreach (char c in characters)
            if (Take(c) is { } line) (lines ??= []).Add(line);
        return lines ?? (IReadOnlyList<string>)[];
    }

    private string? Take(char c)
    {
        switch (_place)
        {
            case Place.Escape:
                // CSI, OSC and DCS go on; everything else is done with this character.
                _place = c switch { '[' => Place.Sequence, ']' or 'P' or '^' or '_' => Place.Command, '(' or ')' or '#' or '%' => Place.Escape, _ => Place.Text };
                return null;
            case Place.Sequence:
                if (c is >= '@' and <= '~') _place = Place.Text;
                // The cursor goes elsewhere: firmware draws its lines so, without ends.
                return c is 'H' or 'f' ? End() : null;
            case Place.Command:
                if (c is '\a' or '\\' or '\n') _place = Place.Text;
                return null;
            default:
                return TakeText(c);
        }
    }

    private string? TakeText(char c)
    {
        // Back to the line's beginning: what is drawn over is not kept.
        if (_returned && c is not ('\n' or '\r')) _line.Clear();
        _returned = c == '\r';
        if (c == '\e') _place = Place.Escape;
        else if (c == '\n') return End();
        else if (c == '\b' && _line.Length > 0) _line.Length--;
        else if (!char.IsControl(c) || c == '\t') _line.Append(c == '\t' ? ' ' : c);
        return _line.Length >= MostCharacters ? End() : null;
    }

    private string? End()
    {
        string line = _line.ToString().TrimEnd();
        _line.Clear();
        return line.Length > 0 ? line : null;
    }
}
