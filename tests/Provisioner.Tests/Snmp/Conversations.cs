namespace Provisioner.Tests.Snmp;

/// <summary>Conversations of net-snmp with itself: tests/golden/snmp.</summary>
internal static class Conversations
{
    public static readonly string[] Names = ["v1", "v1-missing", "v2c-missing", "v2c-set", "v2c-set-refused", "v3-md5-des", "v3-sha224", "v3-sha512-aes"];

    /// <summary>Its datagrams, one after the other.</summary>
    public static (bool ToAgent, byte[] Octets)[] Of(string name) =>
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "golden", "snmp", $"{name}.txt")).Where(l => l.Length > 2).Select(l => (l[0] == '>', Convert.FromHexString(l[2..])))];

    /// <summary>All datagrams of all of them.</summary>
    public static byte[][] All => [.. Names.SelectMany(Of).Select(d => d.Octets)];
}
