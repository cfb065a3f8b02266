using System.Globalization;

namespace Provisioner.Wire.Http;

/// <summary>Dates as HTTP writes them: RFC 9110 §5.6.7, seconds and GMT.</summary>
public static class HttpDate
{
    private static readonly string[] Forms = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    /// <summary><c>Sun, 06 Nov 1994 08:49:37 GMT</c></summary>
    public static string Write(DateTimeOffset time) => time.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>One of the three forms, or null.</summary>
    public static DateTimeOffset? Parse(string text) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
