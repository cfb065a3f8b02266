namespace Provisioner.Wire.Dhcp;

/// <summary>One option and the field that it stands in.</summary>
/// <param name="Index">Its place in the message's list.</param>
/// <param name="Field">The value of option 52 that means that field: 0 the options, 1 file, 2 sname.</param>
internal record struct DhcpPlace(short Index, byte Field);

/// <summary>Where each option of a message goes: in order of codes, and beyond the limit into the header's empty fields.</summary>
internal readonly ref struct DhcpLayout
{
    private const int OverloadOption = 3, EndOption = 1;
    private readonly Span<DhcpPlace> _places;
    private readonly int _overload;

    private DhcpLayout(Span<DhcpPlace> places, int length, int overload)
    {
        _places = places;
        (Length, _overload) = (length, overload);
    }

    /// <summary>Octets of the message, before it is filled up to BOOTP's minimum.</summary>
    internal int Length { get; }

    /// <param name="places">As many as options.</param>
    internal static DhcpLayout Of(DhcpMessage message, Span<DhcpPlace> places)
    {
        var items = message.Options.Items;
        int length = DhcpCodec.OptionsAt + EndOption;
        for (int i = 0; i < items.Count; i++)
        {
            Insert(places, i, items);
            length += Octets(items[i]);
        }
        return length <= message.Limit ? new(places, length, 0) : Overloaded(message, places, length);
    }

    internal void Write(IReadOnlyList<DhcpOption> items, Span<byte> to)
    {
        int at = DhcpCodec.OptionsAt, file = DhcpCodec.FileAt, sname = DhcpCodec.SNameAt;
        bool said = _overload == 0;
        foreach (var place in _places)
        {
            var option = items[place.Index];
            if (!said && option.Code > DhcpOptionCode.Overload)
            {
                WriteOption(DhcpOption.Of(DhcpOptionCode.Overload, (byte)_overload), to, ref at);
                said = true;
            }
            if (place.Field == 0) WriteOption(option, to, ref at);
            else if (place.Field == 1) WriteOption(option, to, ref file);
            else WriteOption(option, to, ref sname);
        }
        to[at] = (byte)DhcpOptionCode.End;
        if ((_overload & 1) != 0) to[file] = (byte)DhcpOptionCode.End;
        if ((_overload & 2) != 0) to[sname] = (byte)DhcpOptionCode.End;
    }

    // From the highest code down, for what stands there is what old clients ask for least.
    private static DhcpLayout Overloaded(DhcpMessage message, Span<DhcpPlace> places, int length)
    {
        Span<int> room = [0, message.File.Length == 0 ? DhcpCodec.FileLength - EndOption : 0, message.SName.Length == 0 ? DhcpCodec.SNameLength - EndOption : 0];
        int overload = 0;
        for (int i = places.Length - 1; i >= 0 && length + OverloadOption > message.Limit; i--)
        {
            var option = message.Options.Items[places[i].Index];
            int octets = Octets(option);
            byte field = Stays(option.Code) ? (byte)0 : octets <= room[2] ? (byte)2 : octets <= room[1] ? (byte)1 : (byte)0;
            if (field == 0) continue;
            places[i].Field = field;
            room[field] -= octets;
            length -= octets;
            overload |= field;
        }
        return new(places, overload == 0 ? length : length + OverloadOption, overload);
    }

    // What a client must find before it reads on, and what a relay takes off the end (RFC 3046 §2.2).
    private static bool Stays(DhcpOptionCode code) => code is DhcpOptionCode.MessageType or DhcpOptionCode.ServerIdentifier or DhcpOptionCode.Overload
        or DhcpOptionCode.RelayAgentInformation or DhcpOptionCode.ClientIdentifier or DhcpOptionCode.SubnetMask or DhcpOptionCode.LeaseTime;

    private static void Insert(Span<DhcpPlace> places, int count, IReadOnlyList<DhcpOption> items)
    {
        int rank = Rank(items[count]), at = count;
        for (; at > 0 && Rank(items[places[at - 1].Index]) > rank; at--) places[at] = places[at - 1];
        places[at] = new((short)count, 0);
    }

    private static int Rank(DhcpOption option) => option.Code == DhcpOptionCode.RelayAgentInformation ? 256 : (int)option.Code;

    private static int Octets(DhcpOption option) => option.Value.Length + 2 * Math.Max(1, (option.Value.Length + 254) / 255);

    private static void WriteOption(DhcpOption option, Span<byte> to, ref int at)
    {
        var rest = option.Value.Span;
        do
        {
            var part = rest[..Math.Min(255, rest.Length)];
            to[at++] = (byte)option.Code;
            to[at++] = (byte)part.Length;
            part.CopyTo(to[at..]);
            at += part.Length;
            rest = rest[part.Length..];
        } while (rest.Length > 0);
    }
}
