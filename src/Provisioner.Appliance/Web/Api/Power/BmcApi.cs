using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Power.Ipmi;
using Provisioner.Appliance.Web.Access;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Power;
using Provisioner.Wire.Ipmi;

namespace Provisioner.Appliance.Web.Api.Power;

/// <summary>/api/v1/machines/ID/…: what a machine's BMC can be asked over IPMI.</summary>
internal static class BmcApi
{
    private static readonly string[] Levels = ["callback", "user", "operator", "administrator"];

    public static void MapBmc(this IEndpointRouteBuilder api)
    {
        var machine = api.MapGroup("/machines/{id}").WithTags("bmc");
        machine.MapGet("/sensors", Sensors).Produces<SensorList>().WithProblems().WithSummary("Its sensors, with values, units, thresholds and states");
        machine.MapGet("/sel", Log).Produces<EventLogDto>().WithProblems().WithSummary("Its BMC's event log, in words");
        machine.MapDelete("/sel", Clear).Produces<ClearedDto>().WithProblems().WithSummary("Clear its BMC's event log");
        machine.MapGet("/fru", Fru).Produces<FruList>().WithProblems().WithSummary("Its parts' inventories: chassis, board, product");
        machine.MapPost("/identify", Identify).Accepts<IdentifyBody>("application/json").Produces<IdentifiedDto>().ProducesProblem(400).WithProblems().WithSummary("Switch on the light by which it is found in the rack, or off");
        machine.MapGet("/lan", Lan).Produces<LanDto>().WithProblems().WithSummary("Its BMC's LAN settings");
        machine.MapPut("/lan", ChangeLan).Accepts<LanBody>("application/json").Produces<LanDto>().ProducesProblem(400).WithProblems().WithSummary("Change its BMC's LAN settings; they are read back");
        machine.MapGet("/users", Users).Produces<BmcUserList>().WithProblems().WithSummary("Its BMC's users");
        machine.MapPut("/users/{number}", ChangeUser).Accepts<BmcUserBody>("application/json").Produces<BmcUserDto>().ProducesProblem(400).WithProblems().WithSummary("Change a user of its BMC; it is read back");
    }

    private static RouteHandlerBuilder WithProblems(this RouteHandlerBuilder route) => route.ProducesProblem(404).ProducesProblem(409).ProducesProblem(502).ProducesProblem(504);

    private static Task<IResult> Sensors(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.SensorList, async m => BmcDescribe.Of(await desk.SensorsAsync(m, http.RequestAborted), await desk.WattsAsync(m, http.RequestAborted)));

    private static Task<IResult> Log(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.EventLogDto, async m => BmcDescribe.Of(await desk.EventLogAsync(m, http.RequestAborted)));

    private static Task<IResult> Clear(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.ClearedDto, async m => new(await desk.ClearEventLogAsync(m, http.Caller().Name, http.RequestAborted)));

    private static Task<IResult> Fru(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.FruList, async m => BmcDescribe.Of(await desk.FruAsync(m, http.RequestAborted)));

    private static Task<IResult> Lan(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.LanDto, async m => BmcDescribe.Of(await desk.LanAsync(m, http.RequestAborted)));

    private static Task<IResult> Users(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk) =>
        AnswerAsync(id, book, ApiJson.Default.BmcUserList, async m => BmcDescribe.Of(await desk.UsersAsync(m, http.RequestAborted)));

    private static async Task<IResult> Identify(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        int? seconds = fields.Number("seconds", 0, 255);
        return fields.Problem() ?? await AnswerAsync(id, book, ApiJson.Default.IdentifiedDto,
            async m => new(await desk.IdentifyAsync(m, seconds, http.Caller().Name, http.RequestAborted)));
    }

    private static async Task<IResult> ChangeLan(string id, HttpContext http, MachineBook book, [FromServices] BmcDesk desk)
    {
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string? source = fields.Text("source", 10);
        if (source is not (null or "static" or "dhcp")) fields.Fault($"source is \"{source}\"; there are static and dhcp");
        var change = new LanChange(source switch { "static" => LanSource.Static, "dhcp" => LanSource.Dhcp, _ => null },
            Address(fields, "address"), Address(fields, "mask"), Address(fields, "gateway"), fields.Number("vlan", 0, 4094));
        if (change == new LanChange(null, null, null, null, null)) fields.Fault("nothing is to be changed: give source, address, mask, gateway or vlan");
        return fields.Problem() ?? await AnswerAsync(id, book, ApiJson.Default.LanDto,
            async m => BmcDescribe.Of(await desk.ChangeLanAsync(m, change, http.Caller().Name, http.RequestAborted)));
    }

    private static async Task<IResult> ChangeUser(string id, string number, HttpContext http, MachineBook book, [FromServices] BmcDesk desk)
    {
        if (!byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out byte user) || user is 0 or > 63)
            return Refusal.Problem(404, $"there is no user \"{(number.Length > 20 ? number[..20] : number)}\": users of a BMC have numbers from 1 to 63");
        var (fields, problem) = await Fields.ReadAsync(http);
        if (fields is null) return problem!;
        string? name = fields.Text("name", Rakp1.MaxUsername), password = fields.Text("password", SessionKeys.MaxKey), level = fields.Text("privilege", 20);
        if (level is not null && !Levels.Contains(level)) fields.Fault($"privilege is \"{level}\"; there are {string.Join(", ", Levels)}");
        if (password is { Length: 0 }) fields.Fault("password is empty: to keep somebody out, give enabled false");
        if (Encoding.UTF8.GetByteCount(name ?? "") > Rakp1.MaxUsername) fields.Fault($"name has more than {Rakp1.MaxUsername} octets");
        if (Encoding.UTF8.GetByteCount(password ?? "") > SessionKeys.MaxKey) fields.Fault($"password has more than {SessionKeys.MaxKey} octets");
        var change = new BmcUserChange(name, password, level is null ? null : (PrivilegeLevel)(Array.IndexOf(Levels, level) + 1), fields.Flag("enabled"));
        return fields.Problem() ?? await AnswerAsync(id, book, ApiJson.Default.BmcUserDto,
            async m => BmcDescribe.Of(await desk.ChangeUserAsync(m, user, change, http.Caller().Name, http.RequestAborted)));
    }

    private static IPAddress? Address(Fields fields, string name)
    {
        if (fields.Text(name, 15) is not { } text) return null;
        if (IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3) return address;
        fields.Fault($"{name} is \"{text}\", which is not an IPv4 address");
        return null;
    }

    private static async Task<IResult> AnswerAsync<T>(string id, MachineBook book, JsonTypeInfo<T> type, Func<Machine, Task<T>> ask)
    {
        if (book.Find(id) is not { } machine) return MachinesApi.Unknown(id);
        try
        {
            return TypedResults.Json(await ask(machine), type);
        }
        catch (PowerException failed)
        {
            return Refusal.Problem(StatusOf(failed.Failure), failed.Message);
        }
    }

    // RFC 9110 §15.6.3, §15.6.5: the BMC behind us answered wrongly, or not in time; §15.5.10: it refused.
    internal static int StatusOf(PowerFailure failure) => failure switch
    {
        PowerFailure.Silent => 504,
        PowerFailure.Credentials or PowerFailure.Cipher or PowerFailure.Garbled or PowerFailure.Untrusted => 502,
        _ => 409,
    };
}
