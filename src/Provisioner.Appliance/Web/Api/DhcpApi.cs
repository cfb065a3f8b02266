using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Dhcp;
using Provisioner.Wire;
using Provisioner.Wire.Dhcp;

namespace Provisioner.Appliance.Web.Api;

/// <summary>/api/v1/dhcp: questions about what DHCP would say.</summary>
internal static class DhcpApi
{
    public static void MapDhcp(this IEndpointRouteBuilder api)
    {
        api.MapPost("/dhcp/explain", Explain).WithTags("dhcp").Accepts<ExplainBody>("application/json").Produces<ExplanationDto>().ProducesProblem(400).ProducesProblem(409)
            .WithSummary("What would a DISCOVER be answered, on each served network, and why? No lease is made");
        api.MapGet("/dhcp/servers", ([FromServices] OtherDhcpServers others) => Servers(others)).WithTags("dhcp").Produces<OtherServerList>()
            .WithSummary("Other DHCP servers that were heard on the served links, with the last things that they said");
        api.MapPost("/dhcp/servers/look", ([FromServices] OtherDhcpServers others) => TypedResults.Json(new LookDto(others.Look()), ApiJson.Default.LookDto, statusCode: 202)).WithTags("dhcp")
            .Produces<LookDto>(202).WithSummary("Asks all served links for other DHCP servers, with a DISCOVER of the appliance's own; those that answer are in /dhcp/servers within seconds");
        api.MapGet("/dhcp/ports", ([FromServices] SwitchPorts ports) => TypedResults.Json(
                new SwitchPortList([.. ports.All.Select(p => new SwitchPortDto(p.Mac.ToString(), p.Port, p.Since))]), ApiJson.Default.SwitchPortList)).WithTags("dhcp")
            .Produces<SwitchPortList>().WithSummary("On which switch port each machine hangs, as its relay or switch said last (option 82)");
        api.MapGet("/neighbours", ([FromServices] NeighbourBook book) => Neighbours(book)).WithTags("networks").Produces<NeighbourList>()
            .WithSummary("Who was heard on the served links by ARP: address, MAC, first and last time");
    }

    private static IResult Servers(OtherDhcpServers others) => TypedResults.Json(new OtherServerList([.. others.All.Select(s => new OtherServerDto(
        s.Interface, s.Address.ToString(), s.Mac.ToString(), s.First, s.Last, s.Replies, [.. s.Recent.Select(r => new OverheardDto(r.At, r.To.ToString(), r.Text))]))]), ApiJson.Default.OtherServerList);

    private static IResult Neighbours(NeighbourBook book) => TypedResults.Json(
        new NeighbourList([.. book.All.Select(n => new NeighbourDto(n.Address.ToString(), n.Mac.ToString(), n.Interface, n.First, n.Last))]), ApiJson.Default.NeighbourList);

    private static async Task<IResult> Explain(HttpContext http, ISurroundings surroundings)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var question = Read(fields);
        if (fields.Problem() is { } faults) return faults;
        var answers = surroundings.ExplainDhcp(question).Select(Of).ToList();
        if (answers.Count == 0) return Refusal.Problem(409, "no interface is served, so nobody is answered: choose one on the page, or start with --interface");
        return TypedResults.Json(new ExplanationDto(question.Mac.ToString(), answers, string.Join("\n", answers.Select(Table))), ApiJson.Default.ExplanationDto);
    }

    private static DhcpQuestion Read(Fields fields)
    {
        string mac = fields.Text("mac", 32, required: true) ?? "";
        if (!MacAddress.TryParse(mac, out var parsed) && mac.Length > 0) fields.Fault($"\"{mac}\" is not a MAC address such as 52:54:00:12:34:56");
        int? architecture = fields.Number("architecture", 0, 65535);
        string? userClass = fields.Text("userClass", 255);
        if (userClass?.All(char.IsAscii) == false) fields.Fault("userClass must be ASCII");
        if (fields.Flag("ipxe") == true) userClass = userClass is null ? "iPXE" : Both(fields);
        string? relay = fields.Text("giaddr", 15);
        var giaddr = Ipv4Address.Any;
        if (relay is not null && !Ipv4Address.TryParse(relay, out giaddr)) fields.Fault($"giaddr \"{relay}\" is not an IPv4 address such as 10.77.0.1");
        string? link = fields.Text("linkSelection", 15);
        var selected = Ipv4Address.Any;
        if (link is not null && !Ipv4Address.TryParse(link, out selected)) fields.Fault($"linkSelection \"{link}\" is not an IPv4 address such as 10.88.0.1");
        if (link is not null && relay is null) fields.Fault("linkSelection is what a relay says: give its giaddr too");
        return new(parsed, (ushort?)architecture, userClass, giaddr) { LinkSelection = link is null ? null : selected };
    }

    private static string? Both(Fields fields)
    {
        fields.Fault("ipxe and userClass say the same thing: give one of them");
        return null;
    }

    private static ExplainedDto Of(DhcpExplanation explained)
    {
        var reply = (explained.Answer as DhcpAnswer.Reply)?.Message;
        return new(
            explained.Network.Interface, explained.Network.Subnet.ToString(), reply is null ? "silence" : reply.Type.ToString().ToLowerInvariant(), explained.Answer.Why,
            reply?.YiAddr.ToString(), reply is { SiAddr.Value: > 0 } ? reply.SiAddr.ToString() : null, reply is { File.Length: > 0 } ? reply.File : null,
            [.. explained.Reasons.Select(r => new ReasonDto(r.Step, r.Says))],
            [.. (reply?.Options.Items ?? []).OrderBy(o => o.Code).Select(o => new DhcpOptionDto((int)o.Code, o.Code.ToString(), Value(o, reply!.Options)))]);
    }

    private static string Value(DhcpOption option, DhcpOptions all) => option.Code switch
    {
        DhcpOptionCode.SubnetMask or DhcpOptionCode.Router or DhcpOptionCode.DnsServers or DhcpOptionCode.NtpServers or DhcpOptionCode.ServerIdentifier or DhcpOptionCode.BroadcastAddress =>
            string.Join(", ", Enumerable.Range(0, option.Value.Length / 4).Select(i => Ipv4Address.FromBytes(option.Value.Span[(4 * i)..]))),
        DhcpOptionCode.LeaseTime or DhcpOptionCode.RenewalTime or DhcpOptionCode.RebindingTime => $"{all.UInt32(option.Code)} s",
        DhcpOptionCode.HostName or DhcpOptionCode.DomainName or DhcpOptionCode.VendorClass or DhcpOptionCode.TftpServerName or DhcpOptionCode.BootFileName => all.Text(option.Code)!,
        DhcpOptionCode.MessageType => ((DhcpMessageType)option.Value.Span[0]).ToString().ToUpperInvariant(),
        _ => Convert.ToHexStringLower(option.Value.Span),
    };

    private static string Table(ExplainedDto answer)
    {
        var table = new StringBuilder();
        foreach (var reason in answer.Reasons) table.Append(CultureInfo.InvariantCulture, $"{reason.Step,-10}{reason.Says}\n");
        table.Append(CultureInfo.InvariantCulture, $"{"answer",-10}{answer.Answer.ToUpperInvariant()}\n");
        foreach (var option in answer.Options) table.Append(CultureInfo.InvariantCulture, $"{option.Code,8}  {option.Name,-24}{option.Value}\n");
        return table.ToString();
    }
}

/// <summary>Other DHCP servers.</summary>
internal sealed record OtherServerList(IReadOnlyList<OtherServerDto> Servers);

/// <summary>Another DHCP server.</summary>
/// <param name="Interface">The link that it was heard on.</param>
/// <param name="Address">Its server identifier.</param>
/// <param name="Mac">The hardware address that its packets came from.</param>
/// <param name="First">First heard.</param>
/// <param name="Last">Last heard.</param>
/// <param name="Replies">How often.</param>
/// <param name="Recent">The last things it said, oldest first.</param>
internal sealed record OtherServerDto(string Interface, string Address, string Mac, DateTimeOffset First, DateTimeOffset Last, long Replies, IReadOnlyList<OverheardDto> Recent);

/// <summary>A message of another server.</summary>
internal sealed record OverheardDto(DateTimeOffset At, string To, string Text);

/// <summary>How many links were asked.</summary>
internal sealed record LookDto(int Links);

/// <summary>Switch ports.</summary>
internal sealed record SwitchPortList(IReadOnlyList<SwitchPortDto> Ports);

/// <summary>Where a MAC hangs.</summary>
/// <param name="Mac">Which.</param>
/// <param name="Port">In words.</param>
/// <param name="Since">When that was first said.</param>
internal sealed record SwitchPortDto(string Mac, string Port, DateTimeOffset Since);

/// <summary>Neighbours.</summary>
internal sealed record NeighbourList(IReadOnlyList<NeighbourDto> Neighbours);

/// <summary>Who was heard on a link.</summary>
internal sealed record NeighbourDto(string Address, string Mac, string Interface, DateTimeOffset First, DateTimeOffset Last);
