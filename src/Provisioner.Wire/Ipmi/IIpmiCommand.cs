namespace Provisioner.Wire.Ipmi;

/// <summary>A command and how its answer is read: one command, one file, named as the specification names it.</summary>
/// <typeparam name="TAnswer">What the answer says.</typeparam>
public interface IIpmiCommand<out TAnswer>
{
    /// <summary>The specification's name.</summary>
    string Name { get; }

    /// <summary>Network function.</summary>
    NetFn NetFn { get; }

    /// <summary>Number within the network function: IPMI 2.0 appendix G.</summary>
    byte Command { get; }

    /// <summary>The request's data.</summary>
    byte[] ToBytes();

    /// <summary>Reads what follows a completion code of 0.</summary>
    /// <exception cref="WireException">it is not what the specification says.</exception>
    TAnswer Read(ReadOnlySpan<byte> data);

    /// <summary>A completion code as words; commands with codes of their own (0x80 to 0xbe) name them.</summary>
    string Explain(byte code) => CompletionCode.Describe(code);
}

/// <summary>The answer of a command that only says yes.</summary>
public readonly record struct Accepted;
