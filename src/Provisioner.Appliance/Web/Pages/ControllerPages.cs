using System.Collections.Immutable;
using System.Globalization;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Web.Access;

namespace Provisioner.Appliance.Web.Pages;

/// <summary>What the form for power controllers on a machine's page does.</summary>
internal static class ControllerPages
{
    /// <summary>A person waits for this one: whether address and password are right is what the form is for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task<IResult> Add(string id, HttpContext http, ISurroundings surroundings, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var faults = new List<string>();
        var wish = new ControllerWish(null, Given(form["kind"]), form["address"].ToString().Trim(), PortOf(form["port"].ToString().Trim(), faults), form["username"].ToString().Trim(), form["password"].ToString(), "administrator")
        {
            Settings = SettingsOf(form["settings"].ToString(), faults),
            Secrets = form["priv"].ToString() is { Length: > 0 and <= 255 } priv ? ImmutableDictionary<string, string>.Empty.Add("priv", priv) : ImmutableDictionary<string, string>.Empty,
            First = form["first"] == "yes",
            Force = form["force"] == "yes",
        };
        if (wish.Address.Length is 0 or > 1024) faults.Add("the controller's address is missing, or longer than 1024 characters");
        faults.AddRange(ControllerForm.Faults(wish, surroundings));
        string by = http.Caller().Name;
        return faults.Count > 0
            ? ActionPages.Answer(http, 400, [], faults, $"/machines/{id}")
            : await ActionPages.Each(http, [id], book, "has a new power controller", m => surroundings.SetControllerAsync(m.Id, wish, by, CancellationToken.None), patience: Patience);
    }

    public static async Task<IResult> Remove(string id, HttpContext http, ISurroundings surroundings, MachineBook book)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        string controller = form["controller"].ToString();
        return await ActionPages.Each(http, [id], book, $"has lost its power controller {controller}", m => surroundings.RemoveControllerAsync(m.Id, controller, http.Caller().Name));
    }

    private static int? PortOf(string text, List<string> faults)
    {
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535) return port;
        faults.Add("the port is a number from 1 to 65535");
        return null;
    }

    private static ImmutableSortedDictionary<string, string> SettingsOf(string text, List<string> faults)
    {
        var settings = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(16))
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 and <= 64 } name, { Length: <= 1024 } value]) settings[name] = value;
            else faults.Add($"\"{line}\": write a setting as NAME=VALUE");
        }
        return settings.ToImmutable();
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
