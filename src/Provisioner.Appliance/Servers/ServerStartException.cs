namespace Provisioner.Appliance.Servers;

/// <summary>A server could not be started. The message is one sentence: port, interface, likely cause, cure.</summary>
internal sealed class ServerStartException(string message) : Exception(message);
