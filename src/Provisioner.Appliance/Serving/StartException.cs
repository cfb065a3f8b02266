namespace Provisioner.Appliance.Serving;

/// <summary>Why the appliance can't start: one sentence with the cure. Exit code 1.</summary>
internal sealed class StartException(string message, Exception? cause = null) : Exception(message, cause);
