using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Events;
using Provisioner.Domain.Images;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;

namespace Provisioner.Appliance.Web.Api;

/// <summary>Records of Domain in the API's shapes.</summary>
internal static class Describe
{
    public static MachineDto Of(Machine m, ISurroundings surroundings) => new(
        m.Id, m.Name, Words.Of(m.State), m.StateSince, m.Deadline, Words.Of(m.Phase), m.Failure, Words.Possible(m, surroundings.RoleOf(m)),
        m.Macs, m.Uuid, m.Firmware, surroundings.AddressOf(m)?.ToString(), [.. m.Tags],
        Of(surroundings.PowerOf(m)),
        m.Bmc is { } b ? new(b.Kind, b.Address, b.Port, b.Username, b.Privilege, b.ManufacturerId, b.FirmwareVersion) : null, [.. m.Controllers.Select(Of)],
        m.Deployment is { } d ? new(d.Id, d.Image, d.Role, d.SshKeys, d.Operator, d.By, d.Disk?.Name, d.HomeAt, surroundings.RoleOf(m)) : null,
        m.Inventory);

    public static PowerDto Of(PowerReading p) => new(Words.Of(p.Now), p.SeenAt, p.Error, Words.Of(p.State), p.FailingSince, p.AtOutlet);

    public static ControllerDto Of(ControllerAccess c) => new(c.Id, c.Kind, c.Address, c.Port, c.Username, c.Privilege, c.FirmwareVersion, c.Settings, c.ByHand);

    public static EventDto Of(TimelineEvent e) => new(e.Seq, e.Machine, e.At, e.Kind, e.Text, Words.Of(e.Level), e.Bytes, e.Seconds, e.By);

    public static ImageDto Of(ImageInfo i) => new(i.Name, i.Title, i.Os, i.Release, i.Architecture, i.SizeBytes, i.RawBytes, i.Sha256);

    public static KeyDto Of(ApiKey k) => new(k.Id, k.Name, k.Prefix, k.ReadOnly, k.Owner, k.Created, k.Expires);

    public static BreakdownDto Of(string machine, WalkBreakdown w) => new(
        machine, w.Walk, w.Start, w.Ended, Round(w.TotalSeconds),
        [.. Enum.GetValues<WalkPart>().Select(p => new PartDto(Words.Of(p), Round(w.Of(p))))],
        [.. w.Spans.Select(s => new SpanDto(Words.Of(s.Part), Round(s.From), Round(s.Seconds)))]);

    private static double Round(double seconds) => Math.Round(seconds, 3);
}
