using System.Collections.Immutable;

namespace Provisioner.Wire.Snmp;

/// <summary>Kinds of protocol data units: RFC 3416 §3. Version 1's trap (4) is none that is asked or answered.</summary>
public enum SnmpPduType : byte
{
    /// <summary>GetRequest.</summary>
    Get = 0xa0,
    /// <summary>GetNextRequest.</summary>
    GetNext = 0xa1,
    /// <summary>Response; version 1 calls it GetResponse.</summary>
    Response = 0xa2,
    /// <summary>SetRequest.</summary>
    Set = 0xa3,
    /// <summary>GetBulkRequest; not in version 1.</summary>
    GetBulk = 0xa5,
    /// <summary>Report: what is wrong with a message of version 3 (RFC 3412 §7.1).</summary>
    Report = 0xa8,
}

/// <summary>What an agent says of a request: RFC 3416 §3, error-status.</summary>
public enum SnmpError
{
    /// <summary>Done.</summary>
    None = 0,
    /// <summary>The answer would not fit into a datagram.</summary>
    TooBig = 1,
    /// <summary>Version 1: not there, or not to be written.</summary>
    NoSuchName = 2,
    /// <summary>Version 1: not a value for it.</summary>
    BadValue = 3,
    /// <summary>Version 1: not to be written.</summary>
    ReadOnly = 4,
    /// <summary>Something else.</summary>
    GenErr = 5,
    /// <summary>Not in the view of this community or user.</summary>
    NoAccess = 6,
    /// <summary>Another type is wanted.</summary>
    WrongType = 7,
    /// <summary>Another length is wanted.</summary>
    WrongLength = 8,
    /// <summary>Badly encoded.</summary>
    WrongEncoding = 9,
    /// <summary>Never a value for it.</summary>
    WrongValue = 10,
    /// <summary>There is none, and none can be made.</summary>
    NoCreation = 11,
    /// <summary>Not a value for it at present.</summary>
    InconsistentValue = 12,
    /// <summary>Nothing is left to do it with.</summary>
    ResourceUnavailable = 13,
    /// <summary>It failed.</summary>
    CommitFailed = 14,
    /// <summary>It failed, and was not taken back.</summary>
    UndoFailed = 15,
    /// <summary>This community or user may not.</summary>
    AuthorizationError = 16,
    /// <summary>It is read only.</summary>
    NotWritable = 17,
    /// <summary>There is none at present.</summary>
    InconsistentName = 18,
}

/// <summary>An object's name with its value.</summary>
public sealed record SnmpBinding(Oid Name, SnmpValue Value);

/// <summary>A protocol data unit: RFC 3416 §3.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="RequestId">Ties the answer to the question.</param>
/// <param name="Error">What the agent says; of GetBulk the count of non-repeaters.</param>
/// <param name="ErrorIndex">Of which binding it says it, from 1; 0 for none. Of GetBulk the most repetitions.</param>
/// <param name="Bindings">Names and values.</param>
public sealed record SnmpPdu(SnmpPduType Type, int RequestId, SnmpError Error, int ErrorIndex, ImmutableArray<SnmpBinding> Bindings)
{
    /// <summary>The most bindings that are read: a datagram of 8 kB holds more, and nobody asks for so many.</summary>
    public const int MaxBindings = 256;

    /// <summary>A question for these objects.</summary>
    public static SnmpPdu Get(int requestId, params IEnumerable<Oid> names) => new(SnmpPduType.Get, requestId, SnmpError.None, 0, [.. names.Select(n => new SnmpBinding(n, SnmpValue.Null))]);

    /// <summary>An order to give an object a value.</summary>
    public static SnmpPdu Set(int requestId, Oid name, SnmpValue value) => new(SnmpPduType.Set, requestId, SnmpError.None, 0, [new(name, value)]);

    internal byte[] ToBytes() => Ber.Of((byte)Type, Ber.Of(RequestId), Ber.Of((int)Error), Ber.Of(ErrorIndex),
        Ber.Of(Ber.Sequence, [.. Bindings.Select(b => Ber.Of(Ber.Sequence, Ber.Of(b.Name), Ber.Of(b.Value)))]));

    internal static SnmpPdu Read(ref BerReader reader)
    {
        byte tag = reader.Peek("the PDU");
        if (!Enum.IsDefined((SnmpPduType)tag)) throw new WireException($"SNMP message: no PDU has the tag 0x{tag:x2}");
        var pdu = reader.Enter(tag, "the PDU");
        int id = pdu.Int32("request-id"), error = pdu.Int32("error-status"), index = pdu.Int32("error-index");
        var list = pdu.Enter(Ber.Sequence, "variable-bindings");
        pdu.End("variable-bindings");
        var bindings = ImmutableArray.CreateBuilder<SnmpBinding>();
        while (!list.AtEnd)
        {
            if (bindings.Count == MaxBindings) throw new WireException($"SNMP message: more than {MaxBindings} bindings");
            var one = list.Enter(Ber.Sequence, "a binding");
            var name = one.Oid("a name");
            bindings.Add(new(name, Value(ref one)));
            one.End("a value");
        }
        return new((SnmpPduType)tag, id, (SnmpError)error, index, bindings.ToImmutable());
    }

    private static SnmpValue Value(ref BerReader reader)
    {
        byte tag = reader.Peek("a value");
        if (!Enum.IsDefined((SnmpType)tag)) throw new WireException($"SNMP message: no value has the tag 0x{tag:x2}");
        return new((SnmpType)tag, reader.Octets("a value", tag).ToArray());
    }
}
