namespace Provisioner.Wire.Dhcp;

/// <summary>Collects options from the up to three fields that hold them, joining the parts of one code (RFC 3396 §7).</summary>
internal struct DhcpOptionReader()
{
    private readonly List<DhcpOption> _options = new(16);

    /// <summary>Option 52, once the options field was read.</summary>
    internal readonly int Overload =>
        IndexOf(DhcpOptionCode.Overload) is >= 0 and var at && _options[at].Value is { Length: 1 } value ? value.Span[0] & 3 : 0;

    internal readonly void Read(ReadOnlyMemory<byte> field, string name)
    {
        var octets = field.Span;
        for (int at = 0; at < octets.Length;)
        {
            var code = (DhcpOptionCode)octets[at++];
            if (code == DhcpOptionCode.Pad) continue;
            if (code == DhcpOptionCode.End) return;
            if (at >= octets.Length) throw new WireException($"option {(byte)code} in {name} has no length");
            int length = octets[at++];
            if (at + length > octets.Length)
                throw new WireException($"option {(byte)code} in {name} has {length} octets, {octets.Length - at} are left");
            Add(code, field.Slice(at, length));
            at += length;
        }
        // A field that ends without option 255 is taken: several ROMs fill it to its last octet.
    }

    internal readonly DhcpOptions Finish()
    {
        foreach (var option in _options)
        {
            Check((byte)option.Code, option.Value.Length);
            if (option.Code == DhcpOptionCode.RelayAgentInformation) RelayAgentInformation.Check(option.Value.Span);
        }
        return new DhcpOptions(_options);
    }

    private readonly void Add(DhcpOptionCode code, ReadOnlyMemory<byte> part)
    {
        int at = IndexOf(code);
        if (at < 0)
        {
            _options.Add(new(code, part));
            return;
        }
        var before = _options[at].Value;
        var joined = new byte[before.Length + part.Length];
        before.CopyTo(joined);
        part.CopyTo(joined.AsMemory(before.Length));
        _options[at] = new(code, joined);
    }

    private readonly int IndexOf(DhcpOptionCode code)
    {
        for (int i = 0; i < _options.Count; i++)
            if (_options[i].Code == code) return i;
        return -1;
    }

    // Only options that a decision rests on: a ROM with an odd option 97 is still to be booted.
    private static void Check(byte code, int length)
    {
        int wants = (DhcpOptionCode)code switch
        {
            DhcpOptionCode.MessageType or DhcpOptionCode.Overload => 1,
            DhcpOptionCode.MaximumMessageSize => 2,
            DhcpOptionCode.RequestedAddress or DhcpOptionCode.ServerIdentifier or DhcpOptionCode.LeaseTime or DhcpOptionCode.SubnetMask or DhcpOptionCode.SubnetSelection => 4,
            DhcpOptionCode.ClientArchitecture => length > 0 && length % 2 == 0 ? length : 2,
            _ => length,
        };
        if (length != wants) throw new WireException($"option {code} has {length} octets, wants {wants}");
    }
}
