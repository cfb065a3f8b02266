namespace Provisioner.Wire.Ipmi;

/// <summary>Which numbers of the other side's datagrams were taken: each once, and none far behind the highest. IPMI 2.0 §6.12.13.</summary>
internal struct ReplayWindow
{
    // §6.12.13 wants 16 or more; one command is in flight, so that a late answer is a few numbers behind at most.
    private const int Width = 32;

    private uint _highest;
    private uint _seen;

    /// <summary>True once for each number; forwards any distance, because the integrity code has been checked before.</summary>
    public bool Take(uint number)
    {
        if (number == 0) return false;
        if (number > _highest)
        {
            uint ahead = number - _highest;
            _seen = ahead >= Width ? 1 : _seen << (int)ahead | 1;
            _highest = number;
            return true;
        }
        uint behind = _highest - number;
        if (behind >= Width || (_seen >> (int)behind & 1) != 0) return false;
        _seen |= 1u << (int)behind;
        return true;
    }
}
