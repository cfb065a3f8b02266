using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Provisioner.Domain.Catalog;
using Provisioner.Wire.Snmp;
using YamlDotNet.RepresentationModel;

namespace Provisioner.Domain.Power.Pdu;

/// <summary>A file of catalog/hardware/pdu that was read: the model, or all that is wrong with it.</summary>
/// <param name="Model">The model; null where there are faults.</param>
/// <param name="Faults">What is wrong, in order of lines.</param>
public sealed record PduFile(PduModel? Model, ImmutableArray<CatalogFault> Faults)
{
    /// <summary>Reads a file.</summary>
    /// <param name="file">Its name, <c>apc-rpdu.yaml</c>: the model has the same one.</param>
    /// <param name="yaml">Its text.</param>
    public static PduFile Read(string file, string yaml)
    {
        var faults = new Faults(file);
        var model = CatalogYaml.Root(yaml, "pdu", faults) is { } root ? new PduReader(faults).Read(root, CatalogYaml.Stem(file)) : null;
        return faults.Any ? new(null, faults.Sorted) : new(model, []);
    }
}

/// <summary>Reads a model out of YAML nodes, and goes on after a fault, so that all are told at once.</summary>
internal sealed partial class PduReader(Faults faults)
{
    public PduModel? Read(YamlNode root, string stem)
    {
        if (Fields.Of(root, "a PDU", faults, "pdu", "title", "vendor", "order", "system-ids", "unit", "state", "switch-on", "switch-off", "outlet-name", "model", "firmware", "source", "notes") is not { } file) return null;
        string name = file.Text("pdu", Label(), "letters a–z, digits and hyphens, a letter first");
        if (file["pdu"] is { } node && name != stem) faults.At(node, $"the PDU is called \"{name}\" and its file \"{stem}\"", "give both the same name");
        var ids = file.List("system-ids", needed: true).Select(SystemId).OfType<Oid>().ToImmutableArray();
        var state = Fields.Of(file.Need("state"), "state", faults, "object", "on", "off");
        ImmutableArray<int> on = Values(state, "on"), off = Values(state, "off");
        if (on.Intersect(off).Any()) faults.At(file["state"]!, "a value of the state means on and off", "leave it out of one of the two");
        return new(name, file.Text("title"), (int)file.Number("order", 50, 0, 1000), ids, (int)file.Number("unit", 1, 0, 65535),
            Object(state, "object", outlet: true), on, off, Order(file, "switch-on"), Order(file, "switch-off"),
            Optional(file, "outlet-name"), Optional(file, "model"), Optional(file, "firmware"), file.Text("vendor"), file.Text("source").Trim(), file.Text("notes", "").Trim());
    }

    private Oid? SystemId(YamlNode node)
    {
        // Under enterprises: whatever is shorter fits the PDUs of everybody.
        if (node is YamlScalarNode { Value: { } text } && Oid.TryParse(text, out var id) && id.Numbers.Length > 6) return id;
        faults.At(node, $"the system id \"{node}\" names no maker", "write what sysObjectID begins with, such as 1.3.6.1.4.1.318");
        return null;
    }

    private OutletOrder Order(Fields file, string key)
    {
        var order = Fields.Of(file.Need(key), key, faults, "object", "value");
        return new(Object(order, "object", outlet: true), order?.Need("value") is { } node ? Value(node, key) : 0);
    }

    private OutletObject? Optional(Fields file, string key) => file[key] is null ? null : Object(file, key, outlet: key == "outlet-name");

    private OutletObject Object(Fields? fields, string key, bool outlet)
    {
        if (fields is null) return new("1.3");
        string pattern = fields.Text(key);
        if (fields[key] is { } node && (!OutletObject.IsOne(pattern) || outlet && !pattern.Contains("{outlet}", StringComparison.Ordinal)))
            faults.At(node, $"\"{pattern}\" is no object{(outlet ? " of an outlet" : "")}", $"numbers with points{(outlet ? ", and {outlet} where the outlet's number stands" : "")}: 1.3.6.1.4.1.318.1.1.12.3.5.1.1.4{(outlet ? ".{outlet}" : ".0")}");
        return new(pattern);
    }

    private ImmutableArray<int> Values(Fields? state, string key) => state is null ? [] : [.. state.List(key, needed: true).Select(n => Value(n, key))];

    private int Value(YamlNode node, string key)
    {
        if (node is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)) return value;
        faults.At(node, $"\"{node}\" of {key} is no whole number", "write the INTEGER of the MIB");
        return 0;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
