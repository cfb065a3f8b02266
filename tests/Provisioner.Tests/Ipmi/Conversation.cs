using System.Buffers.Binary;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Tests.Ipmi;

/// <summary>A captured conversation of tests/golden/ipmi, and what both ends of it knew.</summary>
internal sealed class Conversation
{
    public static readonly byte[] Guessing = "not-the-password"u8.ToArray();

    private Conversation(string name, CipherSuite suite, string password, string kg, PrivilegeLevel privilege)
    {
        (Name, Suite, Password, Kg, Privilege) = (name, suite, password, kg, privilege);
        Datagrams = [.. File.ReadLines(PathOf($"{name}.txt")).Select(line => (line[0] == '>', Convert.FromHexString(line[2..])))];
        var rakp1 = Rakp1.Parse(Payload(PayloadType.Rakp1));
        var rakp2 = Rakp2.Parse(Payload(PayloadType.Rakp2));
        Facts = new(rakp2.ConsoleId, rakp1.ManagedId, rakp1.ConsoleRandom, rakp2.ManagedRandom, rakp2.ManagedGuid, rakp1.Role, rakp1.Username);
        Keys = SessionKeys.Derive(suite.Authentication, Utf8(kg.Length > 0 ? kg : password), Facts);
    }

    public string Name { get; }
    public CipherSuite Suite { get; }
    public string Password { get; }
    public string Kg { get; }
    public PrivilegeLevel Privilege { get; }
    public RakpFacts Facts { get; }
    public SessionKeys Keys { get; }
    public (bool ToBmc, byte[] Octets)[] Datagrams { get; }

    public static readonly TheoryData<string> Names =
    [
        "ipmitool-ipmi_sim-suite3", "ipmitool-simulator-suite17", "ipmipower-simulator-suite17", "ipmitool-simulator-suite17-kg",
    ];

    public static Conversation Of(string name) => name switch
    {
        "ipmitool-ipmi_sim-suite3" or "ipmitool-ipmi_sim-sol" => new(name, CipherSuite.Suite3, "sixteen-octets-1", "", PrivilegeLevel.Administrator),
        "ipmipower-simulator-suite17" => new(name, CipherSuite.Suite17, "a-password-of-20-oct", "", PrivilegeLevel.Operator),
        "ipmitool-simulator-suite17-kg" => new(name, CipherSuite.Suite17, "a-password-of-20-oct", "twenty-octets-of-K_g", PrivilegeLevel.Administrator),
        _ => new(name, CipherSuite.Suite17, "a-password-of-20-oct", "", PrivilegeLevel.Administrator),
    };

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "golden/ipmi", file);

    public static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public byte[] Datagram(PayloadType type) => Datagrams.First(d => IpmiDatagram.Parse(d.Octets) is IpmiDatagram.V20 packet && packet.Type == type).Octets;

    public ReadOnlySpan<byte> Payload(PayloadType type) => ((IpmiDatagram.V20)IpmiDatagram.Parse(Datagram(type))).Payload.Span;

    public IEnumerable<(bool ToBmc, byte[] Octets)> InSession() => Datagrams.Where(d => IpmiDatagram.Parse(d.Octets) is IpmiDatagram.V20 { SessionId: not 0 });

    public IpmiLogin Login() => new("admin", Password, Privilege, Utf8(Kg));

    /// <summary>The chance that the console had: its session id, then R_M, then initialization vectors.</summary>
    public Chance ConsoleChance()
    {
        var id = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(id, Facts.ConsoleId);
        return Repeat(id, Facts.ConsoleRandom.ToArray());
    }

    public static Chance Repeat(params byte[][] values)
    {
        var queue = new Queue<byte[]>(values);
        return destination =>
        {
            if (queue.TryDequeue(out byte[]? value)) value.CopyTo(destination);
            else destination.Fill(0x5a);
        };
    }

    /// <summary>The console's end, or the BMC's.</summary>
    public IpmiSession End(bool bmc, Chance chance) => bmc
        ? new(Suite, Keys, Facts.ManagedId, Facts.ConsoleId, chance)
        : new(Suite, Keys, Facts.ConsoleId, Facts.ManagedId, chance);
}
