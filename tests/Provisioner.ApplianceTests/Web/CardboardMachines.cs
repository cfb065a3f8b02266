using System.Collections.Immutable;
using System.Text.Json;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Events;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Domain.Store;

namespace Provisioner.ApplianceTests.Web;

/// <summary>A machine in every state, with timelines such as real walks leave.</summary>
internal static class CardboardMachines
{
    public const string SealedPassword = "SEALED-BMC-PASSWORD", TokenHash = "0123456789abcdef-token-hash";
    private static readonly string[] Names = ["calm-otter", "brisk-heron", "amber-lynx", "quiet-marten", "sunny-falcon", "noble-elk", "true-wren", "vivid-gecko", "warm-badger", "wise-owl"];
    private static readonly string[] Ids = ["aaaaaa", "bbbbbb", "cccccc", "dddddd", "eeeeee", "ffffff", "gggggg", "hhhhhh", "iiiiii", "jjjjjj"];

    /// <summary>The machine of a state: its id.</summary>
    public static string IdOf(MachineState state) => Ids[(int)state];

    public static async Task FillAsync(IStore store, DateTimeOffset now)
    {
        var machines = Enum.GetValues<MachineState>().Select(s => Of(s, now)).ToList();
        var events = machines.SelectMany(m => EventsOf(m, now)).OrderBy(e => e.At).Select((e, i) => e with { Seq = i + 1 }).ToList();
        await store.CommitAsync(new([.. machines.Select(m => new Document("machines", m.Id, 1, JsonSerializer.Serialize(m, StoreJson.Default.Machine)))], [], events));
    }

    public static Machine Of(MachineState state, DateTimeOffset now)
    {
        int n = (int)state;
        bool known = state is not (MachineState.New or MachineState.Commissioning or MachineState.FailedCommissioning);
        bool installed = state is MachineState.Deploying or MachineState.Deployed or MachineState.FailedDeploying or MachineState.Releasing;
        bool underWay = Lifecycle.IsUnderWay(state);
        return new()
        {
            Id = Ids[n],
            Name = Names[n],
            State = state,
            StateSince = now.AddMinutes(-3 - 17 * n),
            Deadline = underWay ? now.AddMinutes(10) : null,
            Phase = state switch { MachineState.Commissioning => Phase.AwaitAgent, MachineState.Deploying => Phase.AgentAtWork, MachineState.Releasing => Phase.PowerOff, _ => Phase.Idle },
            Failure = state switch
            {
                MachineState.FailedCommissioning => "it was started and its agent did not say hello in time: look at its console, its cable and its boot order",
                MachineState.FailedDeploying => "the installed system did not call home in time: look at its console; does the firmware boot from this disk?",
                MachineState.FailedReleasing => "power off true-wren via ipmi 10.77.0.19: no answer from the BMC in 20 s",
                _ => null,
            },
            Macs = [$"52:54:00:12:34:{10 + n:x2}", $"52:54:00:12:35:{10 + n:x2}"],
            Uuid = $"4c4c4544-0042-3510-8052-b4c04f3{n}4c32",
            Firmware = n % 2 == 0 ? "uefi" : "bios",
            Tags = state == MachineState.New ? [] : n % 3 == 0 ? ["compute", "rack-a"] : ["rack-a"],
            Inventory = known ? InventoryOf(n) : null,
            Bmc = known && state != MachineState.Allocated ? new("ipmi", $"10.77.0.{10 + n}", 623, "provisioner", SealedPassword, "administrator", 674, "2.52") : null,
            Power = state switch
            {
                MachineState.New or MachineState.Allocated => PowerReading.Never,
                MachineState.FailedReleasing => new(PowerState.Unknown, now.AddMinutes(-40), "power status true-wren via ipmi 10.77.0.19: no answer in 20 s"),
                MachineState.Ready => new(PowerState.Off, now.AddSeconds(-12), null),
                _ => new(PowerState.On, now.AddSeconds(-7), null),
            },
            Deployment = installed ? DeploymentOf(n, state, now) : null,
            OurDiskIds = installed ? [$"0fc63daf-8483-4772-8e79-3d69d8477d{n:d2}"] : [],
            BootTokenHash = TokenHash,
            SessionTokenHash = TokenHash,
        };
    }

    private static Inventory InventoryOf(int n) => new(
        n % 2 == 0 ? new("Dell Inc.", "PowerEdge R650", $"7XK2P{n}3", $"4c4c4544-0042-3510-8052-b4c04f3{n}4c32", "Dell Inc.", "1.6.5", "04/15/2022") : new("HPE", "ProLiant DL360 Gen10", $"CZ2930{n}4K", $"30343536-3132-5a43-3239-3330{n}3452344b", "HPE", "U32", "09/29/2021"),
        n % 2 == 0 ? "uefi" : "bios", new("Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz", 2, 32, 64, true), 256L << 30,
        [
            new("sda", "/dev/sda", 480_103_981_056, $"S45PNC0R{n}15", $"0x5002538e0{n}aa1", "SAMSUNG MZ7LH480", false, n % 3 == 2, n % 3 == 2 ? "11111111-2222-3333-4444-555555555555" : ""),
            new("sdb", "/dev/sdb", 4_000_787_030_016, $"ZC1{n}8TRE", "", "ST4000NM000A", true, false, ""),
        ],
        [
            new("eno1", $"52:54:00:12:34:{10 + n:x2}", 10000, true, "ixgbe", "0000:18:00.0", [new("b8:59:9f:00:11:22", $"Ethernet1/{n + 1}", "tor-a1")]),
            new("eno2", $"52:54:00:12:35:{10 + n:x2}", 0, false, "ixgbe", "0000:18:00.1", []),
        ]);

    private static Deployment DeploymentOf(int n, MachineState state, DateTimeOffset now) => new()
    {
        Id = $"dep{n:d3}",
        Image = "debian-12",
        Role = "basics",
        SshKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx ops@laptop"],
        By = "ada",
        Disk = InventoryOf(n).Disks[0],
        DiskId = $"0fc63daf-8483-4772-8e79-3d69d8477d{n:d2}",
        SealedHostToken = "SEALED-HOST-TOKEN",
        HostTokenHash = TokenHash,
        HomeAt = state == MachineState.Deployed ? now.AddMinutes(-60) : null,
    };

    private static IEnumerable<TimelineEvent> EventsOf(Machine m, DateTimeOffset now)
    {
        var start = m.StateSince.AddMinutes(-7);
        string walk = m.State switch
        {
            MachineState.New => "0 dhcp.discover the firmware asks for an address (BIOS, PXE)|1 state.new enlisted",
            MachineState.Commissioning or MachineState.FailedCommissioning => Boot,
            MachineState.Deploying or MachineState.FailedDeploying => Boot + "|" + Looked + "|" + DeployStart,
            MachineState.Deployed or MachineState.Releasing => Boot + "|" + Looked + "|" + DeployStart + "|" + DeployEnd,
            _ => Boot + "|" + Looked,
        };
        foreach (string line in walk.Split('|'))
        {
            string[] words = line.Split(' ', 3);
            var level = words[1] is "dhcp.silence" ? Level.Warning : Level.Info;
            long? bytes = words[1] is "tftp.sent" ? 91_136 : words[1] is "http.sent" ? 61_200_000 : words[1] is "image.written" ? 412_000_000 : null;
            double? seconds = words[1] is "tftp.sent" or "http.sent" ? 1.7 : words[1] is "image.written" ? 48.2 : null;
            yield return new(0, m.Id, start.AddSeconds(double.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture)), words[1], words[2], level, bytes, seconds, words[1] is "state.deploying" ? "ada" : "machine");
        }
        if (m.Failure is { } failure) yield return new(0, m.Id, m.StateSince, $"state.{m.State.ToString().ToLowerInvariant()}", failure, Level.Error);
    }

    private const string Boot = "0 dhcp.discover the firmware asks for an address (UEFI x64, PXE)|0.1 dhcp.offer 10.77.0.112 and snponly.efi|1.1 dhcp.request it takes 10.77.0.112|1.2 dhcp.ack 10.77.0.112 for 10 minutes|"
        + "1.4 tftp.sent snponly.efi|3.5 dhcp.discover iPXE asks for an address|3.6 dhcp.offer 10.77.0.112 and boot.ipxe|4.1 dhcp.ack 10.77.0.112|4.2 state.commissioning the machine is looked at|4.4 http.script boot.ipxe: our agent|5.6 http.sent kernel (8 MB)|8.1 http.sent ramdisk (61 MB)";
    private const string Looked = "19.4 agent.hello the agent said hello (uefi, 9.8 s after its kernel started)|22.0 agent.inventory Dell Inc. PowerEdge R650, 64 threads, 262144 MiB, 2 disks, 2 NICs|24.9 agent.bmc BMC at 10.77.0.12, user provisioner (administrator)|25.2 power.off switched off by its agent|25.3 state.ready all is known and the machine is off";
    private const string DeployStart = "200 state.deploying Deploying: debian-12 to sda|200.9 power.bootdevice boots from the network next time (UEFI), read back|202.1 power.on power on: read back on|214 dhcp.discover the firmware asks for an address|214.4 dhcp.ack 10.77.0.112|214.6 tftp.sent snponly.efi|217 http.script boot.ipxe: our agent|221 http.sent ramdisk (61 MB)|232 agent.hello the agent said hello|232.2 image.started debian-12 to sda";
    private const string DeployEnd = "281 image.written the image is on the disk: 412 MB in 48.2 s (9 MB/s)|282 power.reset power reset: read back on|297 dhcp.silence an address was asked for that is not in our range|298 dhcp.request the installed system takes 10.77.0.112|331 home.called the installed system called home 22 s after its kernel started|331.1 state.deployed the installed system called home|333 role.step hosts file: changed|337 role.step chrony: changed|340 role.done basics: 7 steps, 5 changed";
}
