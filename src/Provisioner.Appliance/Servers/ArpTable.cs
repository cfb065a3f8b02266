using System.Net;
using Provisioner.Wire;

namespace Provisioner.Appliance.Servers;

/// <summary>The kernel's neighbours: for the name of a machine that came without a lease of ours.</summary>
internal static class ArpTable
{
    /// <summary>The MAC that answered for an address, or null.</summary>
    public static MacAddress? MacOf(IPAddress address)
    {
        string wanted = address.ToString();
        try
        {
            foreach (string line in File.ReadLines("/proc/thread-self/net/arp").Skip(1))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 3 && fields[0] == wanted && MacAddress.TryParse(fields[3], out var mac)) return mac;
            }
        }
        catch (IOException)
        {
            return null; // /proc is not there: nobody is known
        }
        return null;
    }
}
