namespace Provisioner.Appliance.Web;

/// <summary>Who may call a route. Every route carries one; a route without one answers 500, and a test finds it first.</summary>
internal enum Rule
{
    /// <summary>Anybody who reaches the port: nothing secret is behind it, or the handler asks for a token of its own.</summary>
    OpenToMachines,
    /// <summary>A boot token or a session token of the machine that it speaks for.</summary>
    Agent,
    /// <summary>The installed system's token.</summary>
    Host,
    /// <summary>A person or a program that has signed in.</summary>
    SignedIn,
    /// <summary>Anybody: signing in itself, and what its page is made of.</summary>
    Public,
}

/// <summary>What a machine is told when its request was wrong: one sentence.</summary>
internal sealed record Error(string Text)
{
    /// <summary>The sentence, under the name that agents look for.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("error")]
    public string Text { get; init; } = Text;
}
