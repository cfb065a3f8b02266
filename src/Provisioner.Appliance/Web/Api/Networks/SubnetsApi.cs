using Provisioner.Appliance.Networks;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>/api/v1/subnets and /api/v1/ranges.</summary>
internal static class SubnetsApi
{
    public static void MapSubnets(this IEndpointRouteBuilder api)
    {
        var subnets = api.MapGroup("/subnets").WithTags("subnets");
        subnets.MapGet("", (NetworkBook book, NetworkDescribe describe) => Tagged.Of(new SubnetList([.. book.Model.Subnets.Select(s => describe.Of(s, book.Model))]), ApiJson.Default.SubnetList))
            .Produces<SubnetList>().WithSummary("Subnets, by address, with how full they are");
        subnets.MapGet("/{id}", (string id, NetworkBook book, NetworkDescribe describe) =>
                book.Model.Subnet(id) is { } s ? One(describe.Of(s, book.Model)) : NetworkAnswer.Unknown("subnet", id))
            .Produces<SubnetDto>().ProducesProblem(404).WithSummary("One subnet, by id, name, or CIDR with - in place of /");
        subnets.MapPost("", (HttpContext http, NetworkBook book, NetworkDescribe describe) => Put(null, http, book, describe)).Accepts<SubnetBody>("application/json")
            .Produces<SubnetDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a subnet");
        subnets.MapPatch("/{id}", (string id, HttpContext http, NetworkBook book, NetworkDescribe describe) => Put(id, http, book, describe)).Accepts<SubnetBody>("application/json")
            .Produces<SubnetDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a subnet");
        subnets.MapDelete("/{id}", (string id, HttpContext http, NetworkBook book) => NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveSubnet(id)))
            .Produces(204).ProducesProblem(404).ProducesProblem(409).WithSummary("Remove a subnet that nobody has an address in; its ranges go with it");
    }

    private static IResult One(SubnetDto subnet) => Tagged.Of(subnet, ApiJson.Default.SubnetDto, lasting: subnet with { Usage = null });

    private static async Task<IResult> Put(string? key, HttpContext http, NetworkBook book, NetworkDescribe describe)
    {
        var model = book.Model;
        var before = key is null ? null : model.Subnet(key);
        if (key is not null && before is null) return NetworkAnswer.Unknown("subnet", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var shown = before is null ? null : describe.Of(before, model) with { Usage = null }; // how full it is changes by itself
        var subnet = Read(fields, before, book);
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutSubnet(subnet), m => describe.Of(m.Subnet(subnet.Id)!, m),
            ApiJson.Default.SubnetDto, before is null ? 201 : 200, shown);
    }

    private static Subnet Read(Fields fields, Subnet? before, NetworkBook book)
    {
        var model = book.Model;
        string cidr = fields.Text("cidr", 18, required: before is null) ?? before?.Cidr.ToString() ?? "";
        if (!Ipv4Subnet.TryParse(cidr, out var parsed) && cidr.Length > 0) fields.Fault($"\"{cidr}\" is not a subnet such as 10.77.0.0/24");
        string vlan = fields.Text("vlan", 100, required: before is null) ?? before?.Vlan ?? "";
        if (vlan.Length > 0 && model.Vlan(vlan) is null) fields.Fault($"there is no VLAN {vlan}: name it by id or as fabric:vid");
        var start = before ?? new Subnet(book.FreshId(), parsed, "", parsed.ToString());
        int? lease = fields.Number("leaseSeconds", 0, int.MaxValue);
        return start with
        {
            Cidr = parsed,
            Vlan = model.Vlan(vlan)?.Id ?? vlan,
            Name = fields.Text("name", NetworkFields.MostText) ?? start.Name,
            Description = fields.Text("description", NetworkFields.MostText) ?? start.Description,
            Gateway = fields.Address("gateway", start.Gateway),
            DnsServers = fields.Addresses("dnsServers", start.DnsServers),
            NtpServers = fields.Addresses("ntpServers", start.NtpServers),
            Domain = fields.Optional("domain", start.Domain)?.ToLowerInvariant(),
            SearchList = fields.Has("searchList") ? [.. fields.Texts("searchList", 16, NetworkFields.MostText).Select(d => d.ToLowerInvariant())] : start.SearchList,
            LeaseTime = lease is null ? start.LeaseTime : lease == 0 ? null : TimeSpan.FromSeconds(lease.Value),
            ReplyDelay = fields.Delay(start.ReplyDelay),
            Options = fields.Options(start.Options),
        };
    }

    public static void MapRanges(this IEndpointRouteBuilder api)
    {
        var ranges = api.MapGroup("/ranges").WithTags("ranges");
        ranges.MapGet("", List).Produces<RangeList>().ProducesProblem(404).WithSummary("Ranges, by address; filter with subnet")
            .WithQuery(("subnet", Microsoft.OpenApi.JsonSchemaType.String, "Id, CIDR or name of a subnet"));
        ranges.MapGet("/{id}", (string id, NetworkBook book) => book.Model.Range(id) is { } r ? Tagged.Of(NetworkDescribe.Of(r, book.Model), ApiJson.Default.RangeDto) : NetworkAnswer.Unknown("range", id))
            .Produces<RangeDto>().ProducesProblem(404).WithSummary("One range, by id or first-last");
        ranges.MapPost("", (HttpContext http, NetworkBook book) => PutRange(null, http, book)).Accepts<RangeBody>("application/json").Produces<RangeDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Add a range");
        ranges.MapPatch("/{id}", (string id, HttpContext http, NetworkBook book) => PutRange(id, http, book)).Accepts<RangeBody>("application/json")
            .Produces<RangeDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a range");
        ranges.MapDelete("/{id}", (string id, HttpContext http, NetworkBook book) => NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveRange(id)))
            .Produces(204).ProducesProblem(404).WithSummary("Remove a range; who has a lease in it keeps that until it ends");
    }

    private static IResult List(HttpContext http, NetworkBook book)
    {
        var model = book.Model;
        string key = http.Request.Query["subnet"].ToString();
        if (key.Length > 0 && model.Subnet(key) is null) return NetworkAnswer.Unknown("subnet", key);
        var ranges = model.Ranges.Values.Where(r => key.Length == 0 || r.Subnet == model.Subnet(key)!.Id).OrderBy(r => r.First);
        return Tagged.Of(new RangeList([.. ranges.Select(r => NetworkDescribe.Of(r, model))]), ApiJson.Default.RangeList);
    }

    private static async Task<IResult> PutRange(string? key, HttpContext http, NetworkBook book)
    {
        var model = book.Model;
        var before = key is null ? null : model.Range(key);
        if (key is not null && before is null) return NetworkAnswer.Unknown("range", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        Ipv4Address first = fields.Address("first", before is null) ?? before?.First ?? default, last = fields.Address("last", before is null) ?? before?.Last ?? default;
        string? named = fields.Text("subnet", NetworkFields.MostText);
        var subnet = named is not null ? model.Subnet(named) : before is not null ? model.Subnet(before.Subnet) : model.SubnetOf(first);
        if (subnet is null && first != default) fields.Fault(named is not null ? $"there is no subnet {named}" : $"{first} lies in no subnet: add its subnet first");
        var range = new IpRange(
            before?.Id ?? book.FreshId(), subnet?.Id ?? "", first, last, fields.OneOf("kind", before?.Kind ?? RangeKind.Dynamic), fields.Text("comment", NetworkFields.MostText) ?? before?.Comment ?? "");
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutRange(range), m => NetworkDescribe.Of(m.Ranges[range.Id], m),
            ApiJson.Default.RangeDto, before is null ? 201 : 200, before is null ? null : NetworkDescribe.Of(before, model));
    }
}
