using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;

namespace Provisioner.Wire.Vim;

/// <summary>Reads what a vSphere server answers (SOAP 1.1; vSphere Web Services API reference, vim25). No DTD, and of bounded size.</summary>
public static class VimReply
{
    /// <summary>The largest answer that is read: a page of a hundred machines is about 2 MB.</summary>
    public const int MostBytes = 16 << 20;
    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/", Vim = "urn:vim25", Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    /// <summary>The answer's element, or the fault.</summary>
    /// <exception cref="WireException">it is no SOAP answer.</exception>
    public static (XElement? Answer, VimFault? Fault) Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MostBytes) throw new WireException($"the answer is larger than {MostBytes >> 20} MiB");
        XElement? body;
        try
        {
            using var stream = new MemoryStream(bytes.ToArray(), writable: false);
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostBytes, IgnoreComments = true, IgnoreProcessingInstructions = true });
            body = XElement.Load(reader) is { } envelope && envelope.Name == Soap + "Envelope" ? envelope.Element(Soap + "Body") : null;
        }
        catch (XmlException e)
        {
            throw new WireException($"the answer is no XML: {e.Message}");
        }
        if (body?.Elements().FirstOrDefault() is not { } first) throw new WireException("the answer is no SOAP message");
        return first.Name == Soap + "Fault" ? (null, FaultOf(first)) : (first, null);
    }

    /// <summary>References by the name of their element: what RetrieveServiceContent, CreateContainerView and orders return.</summary>
    public static VimRef? RefOf(XElement? element) =>
        (string?)element?.Attribute("type") is { Length: > 0 } type && element.Value.Trim() is { Length: > 0 } value ? new(type, value) : null;

    /// <summary><c>returnval</c>, or an element of it.</summary>
    public static XElement? Returned(XElement answer, string? name = null) => answer.Element(Vim + "returnval") is { } value ? name is null ? value : value.Element(Vim + name) : null;

    /// <summary>A page of RetrievePropertiesEx: its objects, and the token of the next page or null.</summary>
    public static (ImmutableArray<VimObject> Objects, string? Token) Page(XElement answer)
    {
        if (Returned(answer) is not { } result) return ([], null); // nothing matched
        string? token = result.Element(Vim + "token")?.Value.Trim();
        return ([.. result.Elements(Vim + "objects").Select(ObjectOf)], token is { Length: > 0 } ? token : null);
    }

    /// <summary>WaitForUpdatesEx: what happened, the version to wait after, and whether there is more at once; null where the time was over.</summary>
    public static (string Version, bool More, ImmutableArray<VimUpdate> Updates)? Updates(XElement answer)
    {
        if (Returned(answer) is not { } set) return null;
        string version = set.Element(Vim + "version")?.Value.Trim() ?? "";
        if (version.Length == 0) throw new WireException("an update set has no version");
        bool more = set.Element(Vim + "truncated")?.Value.Trim() is "true" or "1";
        return (version, more, [.. set.Elements(Vim + "filterSet").Elements(Vim + "objectSet").Select(UpdateOf)]);
    }

    /// <summary>The fault in a LocalizedMethodFault: <c>info.error</c> of a task.</summary>
    public static VimFault LocalizedFault(XElement error) => new(TypeOf(error.Element(Vim + "fault")), error.Element(Vim + "localizedMessage")?.Value.Trim() ?? "");

    /// <summary>The type that an element says it is (xsi:type), without its prefix; empty without one.</summary>
    public static string TypeOf(XElement? element) => ((string?)element?.Attribute(Xsi + "type") ?? "").Split(':')[^1];

    /// <summary>An element's child in vim25's namespace.</summary>
    public static XElement? Child(XElement element, string name) => element.Element(Vim + name);

    private static VimObject ObjectOf(XElement content) => new(
        RefOf(content.Element(Vim + "obj")) ?? throw new WireException("an object has no reference"),
        content.Elements(Vim + "propSet").Select(p => (Path: p.Element(Vim + "name")?.Value ?? "", Value: p.Element(Vim + "val"))).Where(p => p.Value is not null)
            .DistinctBy(p => p.Path).ToImmutableDictionary(p => p.Path, p => p.Value!));

    private static VimUpdate UpdateOf(XElement update) => new(
        RefOf(update.Element(Vim + "obj")) ?? throw new WireException("an update has no reference"),
        update.Element(Vim + "kind")?.Value.Trim() == "leave",
        [.. update.Elements(Vim + "changeSet").Select(c => (c.Element(Vim + "name")?.Value ?? "", c.Element(Vim + "op")?.Value.Trim() is "assign" or "add" ? c.Element(Vim + "val") : null))]);

    // <detail> holds one element named after the fault, with or without its xsi:type: InvalidLoginFault.
    private static VimFault FaultOf(XElement fault)
    {
        var detail = fault.Element("detail")?.Elements().FirstOrDefault();
        string type = TypeOf(detail);
        if (type.Length == 0 && detail is not null) type = detail.Name.LocalName.EndsWith("Fault", StringComparison.Ordinal) ? detail.Name.LocalName[..^5] : detail.Name.LocalName;
        return new(type, fault.Element("faultstring")?.Value.Trim() ?? "");
    }
}
