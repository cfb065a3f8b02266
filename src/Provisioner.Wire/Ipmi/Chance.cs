namespace Provisioner.Wire.Ipmi;

/// <summary>Fills a span with random octets. Chance comes in, so that a captured conversation can be repeated octet for octet.</summary>
/// <param name="destination">What to fill.</param>
public delegate void Chance(Span<byte> destination);
