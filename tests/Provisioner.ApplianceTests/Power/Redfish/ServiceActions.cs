using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Provisioner.ApplianceTests.Power.Redfish;

/// <summary>What can be done to the service's resources: PATCH and actions, each body by the letter.</summary>
internal sealed class ServiceActions(RedfishService service)
{
    private readonly ServiceFace _face = service.Face;
    private readonly Dictionary<string, int> _tasks = [];

    public async Task DoAsync(HttpContext http, string path, string method)
    {
        var machine = service.Machines.FirstOrDefault(m => path.StartsWith(Its(m) + "/", StringComparison.Ordinal) || path == Its(m)) ?? service.Machine;
        string media = service.Resources.MediaPath(machine);
        if (method == "PATCH" && (path == Its(machine) || (_face.BootInSettings && path == $"{Its(machine)}/Settings"))) await PatchSystemAsync(http, machine, path);
        else if (method == "PATCH" && path.StartsWith(media + "/", StringComparison.Ordinal) && machine.Media.ContainsKey(path[(media.Length + 1)..])) await PatchMediaAsync(http, machine, path[(media.Length + 1)..]);
        else if (method == "POST" && path == $"{Its(machine)}/Actions/ComputerSystem.Reset") await ResetAsync(http, machine);
        else if (method == "POST" && path.StartsWith(media + "/", StringComparison.Ordinal) && path.Contains("/Actions/", StringComparison.Ordinal)) await MediaActionAsync(http, machine, path[(media.Length + 1)..]);
        else if (method == "POST" && _face.DellImport && path.EndsWith("EID_674_Manager.ImportSystemConfiguration", StringComparison.Ordinal)) await ImportAsync(http, machine);
        else if (service.Resources.At(path) is not null)
        {
            http.Response.Headers.Allow = "GET";
            throw new ServiceRefusal(405, "OperationNotAllowed");
        }
        else throw new ServiceRefusal(404, "ResourceMissingAtURI", path);
    }

    /// <summary>A task's monitor, or null.</summary>
    public Func<HttpContext, Task>? TaskAt(string path) => !_tasks.TryGetValue(path, out int left) ? null : http =>
    {
        bool over = left <= 0;
        _tasks[path] = left - 1;
        var task = ServiceResources.Resource("#Task.v1_7_1.Task", path, new()
        {
            ["TaskState"] = over ? service.TaskEnd : "Running",
            ["TaskStatus"] = over && service.TaskEnd != "Completed" ? "Critical" : "OK",
            ["PercentComplete"] = over ? 100 : 40,
            ["Messages"] = over && service.TaskEnd != "Completed" ? new JsonArray(new JsonObject { ["MessageId"] = "IDRAC.2.8.SYS051", ["Message"] = "The job failed because the host is in POST." }) : new JsonArray(),
        });
        // DSP0266 §7.11: 202 while it runs; some say 200 all the time.
        if (!over) http.Response.Headers.Location = path;
        return RedfishService.WriteAsync(http, over || _face.TasksSayOk ? 200 : 202, task);
    };

    private string Its(ServiceMachine machine) => service.Resources.SystemPath(machine).TrimEnd('/');

    private void CheckTag(HttpContext http)
    {
        if (service.ChangesLeft > 0)
        {
            service.ChangesLeft--;
            service.Version++;
        }
        string match = http.Request.Headers.IfMatch.ToString();
        if (match.Length == 0 && _face.NeedsIfMatch) throw new ServiceRefusal(428, "PreconditionRequired");
        if (match.Length > 0 && match != "*" && _face.Tags is not TagStyle.None && match != service.TagNow) throw new ServiceRefusal(412, "PreconditionFailed");
    }

    private async Task PatchSystemAsync(HttpContext http, ServiceMachine machine, string path)
    {
        CheckTag(http);
        var body = await RedfishService.BodyAsync(http);
        if (_face.BootInSettings && path == Its(machine)) throw new ServiceRefusal(405, "OperationNotAllowed");
        ServiceRules.Check(body, new Dictionary<string, Holds> { ["Boot"] = Holds.Object, ["AssetTag"] = Holds.Text, ["IndicatorLED"] = Holds.Any("Lit", "Blinking", "Off") }, isAction: false);
        if (!body.TryGetProperty("Boot", out var boot)) throw new ServiceRefusal(400, "PropertyMissing", "Boot");
        var table = new Dictionary<string, Holds>
        {
            ["BootSourceOverrideTarget"] = Holds.Any(_face.BootTargets),
            ["BootSourceOverrideEnabled"] = Holds.Any("Once", "Continuous", "Disabled"),
        };
        if (_face.HasBootMode) table["BootSourceOverrideMode"] = Holds.Any("UEFI", "Legacy");
        if (_face.HasHttpBoot) table["HttpBootUri"] = Holds.Url.OrNull;
        ServiceRules.Check(boot, table, isAction: false);
        bool hasMode = boot.TryGetProperty("BootSourceOverrideMode", out var mode);
        if (hasMode && _face.BootModeReadOnly) throw new ServiceRefusal(400, "PropertyNotWritable", "BootSourceOverrideMode");
        if (_face.BootNeedsBoth && (!boot.TryGetProperty("BootSourceOverrideTarget", out _) || !boot.TryGetProperty("BootSourceOverrideEnabled", out _))) throw new ServiceRefusal(400, "PropertyMissing", "BootSourceOverrideEnabled");
        if (!machine.LosesBoot)
        {
            if (boot.TryGetProperty("BootSourceOverrideTarget", out var target)) machine.BootTarget = target.GetString()!;
            if (boot.TryGetProperty("BootSourceOverrideEnabled", out var enabled)) machine.BootEnabled = enabled.GetString()!;
            if (hasMode) machine.BootMode = mode.GetString()!;
            if (boot.TryGetProperty("HttpBootUri", out var uri)) machine.HttpBootUri = uri.GetString();
            machine.BootReadsLeft = _face.BootShownAfter;
        }
        service.Version++;
        await DoneAsync(http);
    }

    private async Task ResetAsync(HttpContext http, ServiceMachine machine)
    {
        var body = await RedfishService.BodyAsync(http);
        ServiceRules.Check(body, new Dictionary<string, Holds> { ["ResetType"] = Holds.Any(_face.Resets).Required }, isAction: true);
        machine.Reset(body.GetProperty("ResetType").GetString()!);
        service.Version++;
        await DoneAsync(http);
    }

    private async Task PatchMediaAsync(HttpContext http, ServiceMachine machine, string id)
    {
        if (_face.Media is MediaStyle.Actions) throw new ServiceRefusal(405, "OperationNotAllowed");
        CheckTag(http);
        var body = await RedfishService.BodyAsync(http);
        var table = new Dictionary<string, Holds> { ["Image"] = Holds.Url.OrNull.Required, ["Inserted"] = Holds.Flag, ["WriteProtected"] = Holds.Flag };
        ServiceRules.Check(body, table, isAction: false);
        // Lenovo SD530 takes the image and inserts nothing unless it is told to (openstack/sushy virtual_media.py).
        bool told = _face.Media is not MediaStyle.Patch || (body.TryGetProperty("Inserted", out var inserted) && inserted.GetBoolean());
        string? image = body.GetProperty("Image").GetString();
        if (image is null || told) machine.Media[id] = image;
        service.Version++;
        await DoneAsync(http);
    }

    private async Task MediaActionAsync(HttpContext http, ServiceMachine machine, string rest)
    {
        string id = rest[..rest.IndexOf('/', StringComparison.Ordinal)];
        if (!machine.Media.ContainsKey(id)) throw new ServiceRefusal(404, "ResourceMissingAtURI", rest);
        if (http.Request.ContentLength is null or 0 && _face.EmptyBodyRefused) throw new ServiceRefusal(400, "MalformedJSON");
        var body = http.Request.ContentLength is null or 0 ? JsonDocument.Parse("{}").RootElement : await RedfishService.BodyAsync(http);
        if (rest.Contains("Eject", StringComparison.Ordinal))
        {
            ServiceRules.Check(body, new Dictionary<string, Holds>(), isAction: true);
            if (machine.Media[id] is null) throw new ServiceRefusal(400, "NoOperation");
            machine.Media[id] = null;
        }
        else
        {
            var table = new Dictionary<string, Holds> { ["Image"] = Holds.Url.Required, ["TransferProtocolType"] = Holds.Any("HTTP", "HTTPS", "NFS", "CIFS"), ["TransferMethod"] = Holds.Any("Stream", "Upload"), ["UserName"] = Holds.Text, ["Password"] = Holds.Text };
            if (!_face.RefusesInserted) (table["Inserted"], table["WriteProtected"]) = (Holds.Flag, Holds.Flag);
            if (_face.NeedsTransferProtocol) table["TransferProtocolType"] = table["TransferProtocolType"].Required;
            ServiceRules.Check(body, table, isAction: true);
            if (machine.Media[id] is not null) throw new ServiceRefusal(409, "ResourceInUse");
            machine.Media[id] = body.GetProperty("Image").GetString();
        }
        await DoneAsync(http);
    }

    private async Task ImportAsync(HttpContext http, ServiceMachine machine)
    {
        var body = await RedfishService.BodyAsync(http);
        ServiceRules.Check(body, new Dictionary<string, Holds> { ["ImportBuffer"] = Holds.Text.Required, ["ShareParameters"] = Holds.Object.Required, ["ShutdownType"] = Holds.Text }, isAction: true);
        string profile = body.GetProperty("ImportBuffer").GetString()!;
        var xml = System.Xml.Linq.XDocument.Parse(profile);
        var attributes = xml.Descendants("Attribute").ToDictionary(a => a.Attribute("Name")!.Value, a => a.Value);
        if (xml.Descendants("Component").Single().Attribute("FQDD")!.Value != "iDRAC.Embedded.1" || attributes["ServerBoot.1#BootOnce"] != "Enabled") throw new ServiceRefusal(400, "PropertyValueFormatError", profile, "ImportBuffer");
        machine.DellDevice = service.TaskEnd == "Completed" ? attributes["ServerBoot.1#FirstBootDevice"] : null;
        await DoneAsync(http, looks: service.TaskLooks ?? 2);
    }

    private Task DoneAsync(HttpContext http, int? looks = null)
    {
        if ((looks ?? service.TaskLooks) is not { } left)
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        }
        string path = $"/redfish/v1/TaskService/Tasks/JID_{_tasks.Count + 1}";
        _tasks[path] = left;
        http.Response.Headers.Location = path;
        http.Response.StatusCode = 202;
        return Task.CompletedTask;
    }
}
