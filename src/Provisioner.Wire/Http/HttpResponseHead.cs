using System.Globalization;
using System.Text;

namespace Provisioner.Wire.Http;

/// <summary>Status line and fields of an HTTP/1.1 response (RFC 9112 §4).</summary>
/// <param name="Status">One of those that <see cref="Phrase"/> knows.</param>
/// <param name="Fields">In the order in which they are written.</param>
public sealed record HttpResponseHead(int Status, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The head with the empty line that ends it, as octets.</summary>
    public byte[] Write()
    {
        var text = new StringBuilder(256).Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Phrase}\r\n");
        foreach (var (name, value) in Fields) text.Append(name).Append(": ").Append(value).Append("\r\n");
        return Encoding.ASCII.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>The reason phrase: RFC 9110 §15, 431 by RFC 6585.</summary>
    public string Phrase => Status switch
    {
        200 => "OK",
        206 => "Partial Content",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Unknown",
    };
}
