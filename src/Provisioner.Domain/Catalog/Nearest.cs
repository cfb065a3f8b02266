namespace Provisioner.Domain.Catalog;

/// <summary>The cure for a word that nobody knows.</summary>
internal static class Nearest
{
    /// <summary><c>did you mean "content"?</c>, or the words that there are.</summary>
    public static string Of(string word, IEnumerable<string> known)
    {
        string[] all = [.. known.Order(StringComparer.Ordinal)];
        string? nearest = all.Where(k => Distance(word, k) <= 1 + word.Length / 4).MinBy(k => Distance(word, k));
        return nearest is null ? $"there are {string.Join(", ", all)}" : $"did you mean \"{nearest}\"?";
    }

    // Levenshtein, one row; words that are not names at all are not worth the time.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64) return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                corner = above;
            }
        }
        return row[^1];
    }
}
