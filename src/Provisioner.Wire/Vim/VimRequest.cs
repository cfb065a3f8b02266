using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Provisioner.Wire.Vim;

/// <summary>
/// What is asked of a vSphere server, as SOAP 1.1 (vSphere Web Services API reference, vim25; all of it is in 5.5). The order of the elements is the
/// schema's, and is checked by servers.
/// </summary>
public static class VimRequest
{
    /// <summary>SOAPAction: the API's name and the oldest version that is spoken.</summary>
    public const string Action = "urn:vim25/5.5";
    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/", Vim = "urn:vim25", Xsi = "http://www.w3.org/2001/XMLSchema-instance";
    private static readonly VimRef ServiceInstance = new("ServiceInstance", "ServiceInstance");

    /// <summary>Where everything is; needs no session.</summary>
    public static byte[] RetrieveServiceContent() => Envelope("RetrieveServiceContent", ServiceInstance);

    /// <summary>Begins a session.</summary>
    public static byte[] Login(VimRef sessionManager, string user, string password) => Envelope("Login", sessionManager, Element("userName", user), Element("password", password));

    /// <summary>Ends it.</summary>
    public static byte[] Logout(VimRef sessionManager) => Envelope("Logout", sessionManager);

    /// <summary>A view of all virtual machines under a folder, that follows as they come and go.</summary>
    public static byte[] CreateContainerView(VimRef viewManager, VimRef folder) =>
        Envelope("CreateContainerView", viewManager, Reference("container", folder), Element("type", "VirtualMachine"), Element("recursive", "true"));

    /// <summary>A collector of one's own, so that waiting on it disturbs nobody.</summary>
    public static byte[] CreatePropertyCollector(VimRef collector) => Envelope("CreatePropertyCollector", collector);

    /// <summary>Properties of all machines of a view, a page of them.</summary>
    public static byte[] RetrieveOfView(VimRef collector, VimRef view, IEnumerable<string> paths, int most) =>
        Envelope("RetrievePropertiesEx", collector, Spec("specSet", view, paths), new XElement(Vim + "options", Element("maxObjects", Number(most))));

    /// <summary>The next page.</summary>
    public static byte[] Continue(VimRef collector, string token) => Envelope("ContinueRetrievePropertiesEx", collector, Element("token", token));

    /// <summary>Properties of one object.</summary>
    public static byte[] RetrieveOf(VimRef collector, VimRef what, IEnumerable<string> paths) => Envelope("RetrievePropertiesEx", collector,
        new XElement(Vim + "specSet", PropertySpec(what.Type, paths), new XElement(Vim + "objectSet", Reference("obj", what))), new XElement(Vim + "options"));

    /// <summary>Has a collector watch all machines of a view.</summary>
    public static byte[] CreateFilter(VimRef collector, VimRef view, IEnumerable<string> paths) => Envelope("CreateFilter", collector, Spec("spec", view, paths), Element("partialUpdates", "false"));

    /// <summary>Waits for something to happen.</summary>
    public static byte[] WaitForUpdates(VimRef collector, string version, int seconds, int most) => Envelope("WaitForUpdatesEx", collector,
        Element("version", version), new XElement(Vim + "options", Element("maxWaitSeconds", Number(seconds)), Element("maxObjectUpdates", Number(most))));

    /// <summary>Ends such a wait.</summary>
    public static byte[] CancelWaitForUpdates(VimRef collector) => Envelope("CancelWaitForUpdates", collector);

    /// <summary>An order without parameters: <c>PowerOffVM_Task</c>, <c>ResetVM_Task</c>, <c>ShutdownGuest</c>.</summary>
    public static byte[] Order(string order, VimRef machine) => Envelope(order, machine);

    /// <summary>
    /// Sets a machine's boot order: device names and keys as <c>network:4000 disk:2000 cdrom floppy</c>. None: back to the firmware's own
    /// (one BootableDevice of the base type, as VMware's own tools send it).
    /// </summary>
    public static byte[] SetBootOrder(VimRef machine, IReadOnlyCollection<string> order) => Envelope("ReconfigVM_Task", machine,
        new XElement(Vim + "spec", new XElement(Vim + "bootOptions", order.Count > 0 ? order.Select(BootOrder) : [Typed("bootOrder", "VirtualMachineBootOptionsBootableDevice")])));

    private static XElement BootOrder(string device)
    {
        string[] parts = device.Split(':', 2);
        string type = parts[0] switch { "network" => "Ethernet", "disk" => "Disk", "cdrom" => "Cdrom", "floppy" => "Floppy", _ => throw new ArgumentException($"no boot device: {device}", nameof(device)) };
        var boot = Typed("bootOrder", $"VirtualMachineBootOptionsBootable{type}Device");
        if (parts.Length > 1) boot.Add(Element("deviceKey", parts[1]));
        return boot;
    }

    // The view leads to the machines: a traversal of its property "view" (Programming Guide, "PropertyCollector").
    private static XElement Spec(string name, VimRef view, IEnumerable<string> paths)
    {
        var traversal = Typed("selectSet", "TraversalSpec");
        traversal.Add(Element("name", "machines"), Element("type", "ContainerView"), Element("path", "view"), Element("skip", "false"));
        return new XElement(Vim + name, PropertySpec("VirtualMachine", paths), new XElement(Vim + "objectSet", Reference("obj", view), Element("skip", "true"), traversal));
    }

    private static XElement PropertySpec(string type, IEnumerable<string> paths) =>
        new(Vim + "propSet", Element("type", type), Element("all", "false"), paths.Select(p => Element("pathSet", p)));

    private static byte[] Envelope(string method, VimRef self, params object[] arguments) => Encoding.UTF8.GetBytes(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + new XElement(Soap + "Envelope", new XAttribute(XNamespace.Xmlns + "soapenv", Soap.NamespaceName), new XAttribute(XNamespace.Xmlns + "xsi", Xsi.NamespaceName),
            new XElement(Soap + "Body", new XElement(Vim + method, Reference("_this", self), arguments))).ToString(SaveOptions.DisableFormatting));

    private static XElement Element(string name, string value) => new(Vim + name, value);

    private static XElement Reference(string name, VimRef reference) => new(Vim + name, new XAttribute("type", reference.Type), reference.Value);

    private static XElement Typed(string name, string type) => new(Vim + name, new XAttribute(Xsi + "type", type));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
