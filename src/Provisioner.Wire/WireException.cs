namespace Provisioner.Wire;

/// <summary>
/// Bytes that are not what the protocol says. The only exception that leaves Wire; a server catches it in one place,
/// counts the packet and drops it.
/// </summary>
/// <param name="message">What was wrong, with the field's name: <c>option 53 has 0 octets, wants 1</c>.</param>
public sealed class WireException(string message) : Exception(message);
