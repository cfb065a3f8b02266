namespace Provisioner.Tests.OpenStack;

/// <summary>An INI file's keys in order; those before the first section are in "".</summary>
internal static class IniText
{
    public static IEnumerable<(string Section, string Key, string Value)> Read(string text)
    {
        string section = "";
        foreach (string line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[') section = line.Trim('[', ']');
            else if (line.Split('=', 2) is [var key, var value]) yield return (section, key.Trim(), value.Trim());
        }
    }
}
