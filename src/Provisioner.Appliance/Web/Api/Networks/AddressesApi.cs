using Microsoft.OpenApi;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Networks;
using Provisioner.Wire;

namespace Provisioner.Appliance.Web.Api.Networks;

/// <summary>/api/v1/reservations, /api/v1/subnets/…/addresses and /api/v1/leases: who has which address.</summary>
internal static class AddressesApi
{
    public static void MapReservations(this IEndpointRouteBuilder api)
    {
        var reservations = api.MapGroup("/reservations").WithTags("reservations");
        reservations.MapGet("", (NetworkBook book, NetworkDescribe describe) =>
                Tagged.Of(new ReservationList([.. book.Model.Reservations.Values.OrderBy(r => r.Address).Select(r => describe.Of(r, book.Model))]), ApiJson.Default.ReservationList))
            .Produces<ReservationList>().WithSummary("Addresses that one MAC always gets, by address");
        reservations.MapGet("/{address}", (string address, NetworkBook book, NetworkDescribe describe) => Found(address, book) is { } r ? Tagged.Of(describe.Of(r, book.Model), ApiJson.Default.ReservationDto) : NetworkAnswer.Unknown("reservation of", address))
            .Produces<ReservationDto>().ProducesProblem(404).WithSummary("One reservation");
        reservations.MapPost("", (HttpContext http, NetworkBook book, NetworkDescribe describe) => Reserve(null, http, book, describe)).Accepts<ReservationBody>("application/json")
            .Produces<ReservationDto>(201).ProducesProblem(400).ProducesProblem(409).WithSummary("Reserve an address for a MAC, inside a range or outside");
        reservations.MapPatch("/{address}", (string address, HttpContext http, NetworkBook book, NetworkDescribe describe) => Reserve(address, http, book, describe)).Accepts<ReservationBody>("application/json")
            .Produces<ReservationDto>().ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(412).WithSummary("Change a reservation's name, delay or comment");
        reservations.MapDelete("/{address}", async (string address, HttpContext http, NetworkBook book) => Ipv4Address.TryParse(address, out var parsed)
                ? await NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveReservation(parsed)) : NetworkAnswer.Unknown("reservation of", address))
            .Produces(204).ProducesProblem(404).WithSummary("Remove a reservation");
    }

    private static Reservation? Found(string address, NetworkBook book) => Ipv4Address.TryParse(address, out var parsed) ? book.Model.Reservations.GetValueOrDefault(parsed) : null;

    private static async Task<IResult> Reserve(string? key, HttpContext http, NetworkBook book, NetworkDescribe describe)
    {
        var model = book.Model;
        var before = key is null ? null : Found(key, book);
        if (key is not null && before is null) return NetworkAnswer.Unknown("reservation of", key);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var address = before?.Address ?? fields.Address("address", required: true) ?? default;
        var mac = before?.Mac ?? fields.Mac("mac", required: true) ?? default;
        if (address != default && model.SubnetOf(address) is null) fields.Fault($"{address} lies in no subnet: add its subnet first");
        if (before is null && address != default && model.Reservations.GetValueOrDefault(address) is { } other && other.Mac == mac) fields.Fault($"{address} is reserved for {mac} already");
        var reservation = new Reservation(address, mac, model.SubnetOf(address)?.Id ?? "")
        {
            HostName = fields.Optional("hostName", before?.HostName)?.ToLowerInvariant(),
            ReplyDelay = fields.Delay(before?.ReplyDelay ?? TimeSpan.Zero),
            Comment = fields.Text("comment", NetworkFields.MostText) ?? before?.Comment ?? "",
        };
        return fields.Problem() ?? await NetworkAnswer.ChangeAsync(book, http, new NetworkChange.PutReservation(reservation), m => describe.Of(m.Reservations[address], m),
            ApiJson.Default.ReservationDto, before is null ? 201 : 200, before is null ? null : describe.Of(before, model));
    }

    public static void MapAddresses(this IEndpointRouteBuilder api)
    {
        var addresses = api.MapGroup("/subnets/{id}/addresses").WithTags("subnets");
        addresses.MapGet("", (string id, NetworkBook book, NetworkDescribe describe) =>
                book.Model.Subnet(id) is { } s && describe.Addresses(s) is { } list ? Tagged.Of(list, ApiJson.Default.AddressList) : NetworkAnswer.Unknown("subnet", id))
            .Produces<AddressList>().ProducesProblem(404).WithSummary("Who has which address, and what is free");
        addresses.MapGet("/{address}", One).Produces<AddressDto>().ProducesProblem(400).ProducesProblem(404).WithSummary("Who has one address, and why");
        addresses.MapPost("", Allocate).Accepts<AddressBody>("application/json").Produces<AddressDto>(201).ProducesProblem(400).ProducesProblem(404).ProducesProblem(409)
            .WithSummary("Take an address that is to be set by hand: the named one, or the lowest that is free outside all ranges");
        addresses.MapDelete("/{address}", async (string id, string address, HttpContext http, NetworkBook book) => Ipv4Address.TryParse(address, out var parsed)
                ? await NetworkAnswer.RemoveAsync(book, http, new NetworkChange.RemoveStatic(parsed)) : NetworkAnswer.Unknown("static address", address))
            .Produces(204).ProducesProblem(404).WithSummary("Give a static address back");
    }

    private static IResult One(string id, string address, NetworkBook book, NetworkDescribe describe)
    {
        if (book.Model.Subnet(id) is not { } subnet) return NetworkAnswer.Unknown("subnet", id);
        if (!Ipv4Address.TryParse(address, out var parsed) || !subnet.Cidr.Contains(parsed)) return Refusal.Problem(400, $"\"{address}\" is not an address of {subnet}");
        return Tagged.Of(describe.Of(subnet, parsed), ApiJson.Default.AddressDto);
    }

    private static async Task<IResult> Allocate(string id, HttpContext http, NetworkBook book, MachineBook machines, NetworkDescribe describe)
    {
        if (book.Model.Subnet(id) is not { } subnet) return NetworkAnswer.Unknown("subnet", id);
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        var address = fields.Address("address");
        string? wanted = fields.Text("machine", 63);
        var machine = wanted is null ? null : machines.Find(wanted);
        if (wanted is not null && machine is null) fields.Fault($"there is no machine {wanted}");
        string? holder = fields.Text("holder", NetworkFields.MostText, required: wanted is null) ?? machine?.Name;
        var wish = new StaticAddress(default, subnet.Id, holder ?? "") { Machine = machine?.Id, Mac = fields.Mac("mac"), HostName = fields.Optional("hostName", null)?.ToLowerInvariant() };
        if (fields.Problem() is { } faults) return faults;
        var outcome = await book.AllocateAsync(subnet.Id, address, wish, http.Caller().Name, mine => address = mine);
        return NetworkAnswer.Refused(outcome) ?? Tagged.After(describe.Of(subnet, address!.Value), ApiJson.Default.AddressDto, 201);
    }

    public static void MapLeases(this IEndpointRouteBuilder api)
    {
        var leases = api.MapGroup("/leases").WithTags("leases");
        leases.MapGet("", List).Produces<LeaseList>().ProducesProblem(400).ProducesProblem(404).WithSummary("Leases, by address; filter with subnet, mac, held; page with limit and offset")
            .WithQuery(("subnet", JsonSchemaType.String, "Id, CIDR or name of a subnet"), ("mac", JsonSchemaType.String, "A MAC address"), ("held", JsonSchemaType.Boolean, "true: only those that hold their address now"),
                ("limit", JsonSchemaType.Integer, "1 to 1000; 100 by default"), ("offset", JsonSchemaType.Integer, "How many to leave out before"));
        leases.MapDelete("/{address}", End).Produces(204).ProducesProblem(404).ProducesProblem(409).ProducesProblem(503)
            .WithSummary("End a lease, or the quarantine of an address: it is free for others at once");
    }

    // A machine that stands on its address would meet another one there.
    private static async Task<IResult> End(string address, LeaseBook leases, MachineBook machines, HttpContext http)
    {
        if (!Ipv4Address.TryParse(address, out var which)) return Refusal.Problem(400, $"\"{address}\" is not an IPv4 address such as 10.77.0.100");
        if (leases.ByAddress(which.ToIPAddress()) is { State: LeaseState.Bound } lease && machines.ByMac(lease.Mac) is { } machine
            && (machine.State is MachineState.Deployed || Lifecycle.IsUnderWay(machine.State)))
            return Refusal.Problem(409, $"{which} is used by {machine.Name}, which is {Lifecycle.Word(machine.State)}: release the machine first");
        // The journal's wait is a thread's.
        bool? ended = await Task.Run(() => leases.End(which));
        if (ended is null) return Refusal.Problem(404, $"nobody holds {which}");
        if (ended is false) return Refusal.Problem(503, $"the end of the lease of {which} can't be written to disk, and the lease stands as it was: make room on the appliance's disk");
        machines.Note("", "lease.ended", $"the lease of {which} was ended", by: http.Caller().Name);
        return TypedResults.NoContent();
    }

    private static IResult List(HttpContext http, NetworkBook book, LeaseBook leases, NetworkDescribe describe)
    {
        var model = book.Model;
        var faults = new List<string>();
        string key = http.Request.Query["subnet"].ToString(), mac = http.Request.Query["mac"].ToString(), held = http.Request.Query["held"].ToString();
        var subnet = key.Length > 0 ? model.Subnet(key) : null;
        if (key.Length > 0 && subnet is null) return NetworkAnswer.Unknown("subnet", key);
        if (!MacAddress.TryParse(mac, out var whose) && mac.Length > 0) faults.Add($"\"{mac}\" is not a MAC address such as 52:54:00:12:34:56");
        if (held is not ("" or "true" or "false")) faults.Add("held must be true or false");
        int limit = MachinesApi.Number(http, "limit", Limits.Page, 1, 1000, faults), offset = MachinesApi.Number(http, "offset", 0, 0, int.MaxValue, faults);
        if (faults.Count > 0) return Refusal.Problem(400, string.Join("; ", faults), new Dictionary<string, object?> { ["errors"] = faults.ToArray() });
        var now = leases.Clock.Now;
        var found = leases.All.Where(l => (subnet is null || subnet.Cidr.Contains(l.Address)) && (mac.Length == 0 || l.Mac == whose) && (held.Length == 0 || l.IsHeld(now) == (held == "true"))).ToList();
        return Tagged.Of(new LeaseList([.. found.Skip(offset).Take(limit).Select(l => describe.Of(l, model))], found.Count), ApiJson.Default.LeaseList);
    }
}
