namespace Provisioner.Appliance.Packages;

/// <summary>How a flight began.</summary>
internal abstract record Departure
{
    private Departure()
    {
    }

    /// <summary>The copy in the cache is still what the archive has.</summary>
    public sealed record NotModified : Departure;
    /// <summary>The file is coming.</summary>
    public sealed record Coming : Departure;
    /// <summary>It can't be stored: each machine has to be handed its own.</summary>
    public sealed record NoRoom(string Why) : Departure;
    /// <summary>There will be no file.</summary>
    /// <param name="Unreached">The archive is away: an old copy may stand in.</param>
    public sealed record Failed(int Status, string Why, bool Unreached) : Departure;
}
