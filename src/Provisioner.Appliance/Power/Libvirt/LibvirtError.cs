using System.Runtime.InteropServices;
using Provisioner.Appliance.Hosts;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Power.Libvirt;

/// <summary>libvirt's last error of this thread, as one sentence with the cure where it is known.</summary>
internal static unsafe class LibvirtError
{
    private const int MostCharacters = 300;

    /// <summary>To be thrown; to be made on the thread that the call failed on.</summary>
    /// <param name="connecting">It happened while the connection was made.</param>
    public static HypervisorException Last(bool connecting = false)
    {
        int code = LibVirt.GetLastErrorCode();
        string message = Plain(Marshal.PtrToStringUTF8((IntPtr)LibVirt.GetLastErrorMessage()) ?? "");
        LibVirt.ResetLastError();
        var failure = FailureOf(code, message, connecting);
        return code == LibVirt.NoDomain ? new(PowerFailure.Refused, "the virtual machine is gone from its host") { IsGone = true } : new(failure, message + Cure(message, failure));
    }

    private static PowerFailure FailureOf(int code, string message, bool connecting) => code switch
    {
        LibVirt.AuthFailed or LibVirt.AuthCancelled or LibVirt.AuthUnavailable or LibVirt.AccessDenied or LibVirt.OperationDenied => PowerFailure.Credentials,
        LibVirt.Gnutls => PowerFailure.Untrusted,
        LibVirt.OperationInvalid or LibVirt.OperationTimeout or LibVirt.AgentUnresponsive or LibVirt.ResourceBusy => PowerFailure.NotNow,
        _ when connecting && (message.Contains("Permission denied", StringComparison.Ordinal) || message.Contains("Authentication", StringComparison.OrdinalIgnoreCase)) => PowerFailure.Credentials,
        _ when connecting && message.Contains("Host key verification failed", StringComparison.Ordinal) => PowerFailure.Untrusted,
        _ when connecting && message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => PowerFailure.Untrusted,
        LibVirt.UnknownHost or LibVirt.Rpc => PowerFailure.Silent,
        _ => connecting ? PowerFailure.Silent : PowerFailure.Refused,
    };

    // Where libvirt says what is wrong and not what helps.
    private static string Cure(string message, PowerFailure failure) => message switch
    {
        _ when message.Contains("libvirt-sock", StringComparison.Ordinal) && message.Contains("No such file", StringComparison.Ordinal) => ": libvirtd doesn't run there: start it (systemctl start libvirtd)",
        _ when message.Contains("libvirt-sock", StringComparison.Ordinal) && message.Contains("refused", StringComparison.Ordinal) => ": libvirtd doesn't run there any more: start it (systemctl start libvirtd)",
        _ when message.Contains("libvirt-sock", StringComparison.Ordinal) && message.Contains("Permission denied", StringComparison.Ordinal) => ": the appliance's user must be in the group libvirt",
        _ when message.Contains("polkit", StringComparison.Ordinal) => ": the appliance's user must be in the group libvirt",
        _ when message.Contains("Host key verification failed", StringComparison.Ordinal) => ": its SSH host key isn't known or is another one: as the appliance's user run ssh-keyscan HOST >> ~/.ssh/known_hosts once, and compare",
        _ when message.Contains("Permission denied", StringComparison.Ordinal) => ": give the appliance's SSH key to that user there (ssh-copy-id), or name one with ?keyfile=/PATH",
        _ when failure is PowerFailure.Untrusted || message.Contains("certificate", StringComparison.OrdinalIgnoreCase) => ": TLS certificates are in /etc/pki/CA/cacert.pem, /etc/pki/libvirt/clientcert.pem and /etc/pki/libvirt/private/clientkey.pem, or where ?pkipath=/FOLDER says",
        _ => "",
    };

    // What ssh says is several lines, and others wrote it.
    private static string Plain(string message)
    {
        string line = string.Concat(message.Trim().Select(c => char.IsControl(c) ? ' ' : c));
        if (line.Length == 0) return "libvirt gave no reason";
        return (line.Length <= MostCharacters ? line : line[..MostCharacters] + "…").TrimEnd('.', ' ');
    }
}
