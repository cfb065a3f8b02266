using System.Collections.Immutable;
using Provisioner.Domain.Events;

namespace Provisioner.Domain.Machines;

/// <summary>What came of a change.</summary>
public abstract record Outcome
{
    private Outcome() { }

    /// <summary>The machine's new record (the old one, where nothing changed) and what goes onto its timeline.</summary>
    public sealed record Changed(Machine Machine, ImmutableArray<Told> Events) : Outcome;

    /// <summary>Nothing happened; one sentence says why and what is possible.</summary>
    public sealed record Refused(string Why) : Outcome;
}

/// <summary>An event before it has a number and a time.</summary>
public sealed record Told(string Kind, string Text, Level Level = Level.Info, long? Bytes = null, double? Seconds = null);
