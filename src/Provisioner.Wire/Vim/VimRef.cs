using System.Collections.Immutable;
using System.Xml.Linq;

namespace Provisioner.Wire.Vim;

/// <summary>A managed object reference of the vSphere API: <c>VirtualMachine</c>, <c>vm-42</c>.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Value">Its name there.</param>
public sealed record VimRef(string Type, string Value);

/// <summary>Some properties of a managed object, each as the XML of its value.</summary>
/// <param name="Ref">Which.</param>
/// <param name="Properties">By path: <c>config.uuid</c>.</param>
public sealed record VimObject(VimRef Ref, ImmutableDictionary<string, XElement> Properties)
{
    /// <summary>A property's text, or empty.</summary>
    public string Text(string path) => Properties.GetValueOrDefault(path)?.Value.Trim() ?? "";
}

/// <summary>What became of a managed object: vim25 ObjectUpdate.</summary>
/// <param name="Ref">Which.</param>
/// <param name="Left">It is there no more (or out of sight).</param>
/// <param name="Changes">Properties with their new value; null where it was unset.</param>
public sealed record VimUpdate(VimRef Ref, bool Left, ImmutableArray<(string Path, XElement? Value)> Changes);

/// <summary>The other side said no: a SOAP fault, or the error of a task.</summary>
/// <param name="Type">vim25's name of the fault: <c>InvalidLogin</c>; empty where it gave none.</param>
/// <param name="Text">Its words.</param>
public sealed record VimFault(string Type, string Text);
