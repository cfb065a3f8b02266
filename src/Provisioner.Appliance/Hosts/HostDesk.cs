using System.Globalization;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Store;
using Provisioner.Domain.Hosts;
using Provisioner.Domain.Machines;
using Provisioner.Wire;

namespace Provisioner.Appliance.Hosts;

/// <summary>A host as somebody wants it; null: as it is, or as it is usual.</summary>
/// <param name="Address">libvirt URI, or name or address of an ESXi or vCenter.</param>
/// <param name="Name">For people.</param>
/// <param name="Username">User there.</param>
/// <param name="Password">Password there.</param>
/// <param name="Fingerprint">SHA-256 of its TLS certificate; empty: whichever it shows next.</param>
/// <param name="Enlists">Its machines become machines of the appliance by themselves.</param>
internal sealed record HostWish(string? Address = null, string? Name = null, string? Username = null, string? Password = null, string? Fingerprint = null, bool? Enlists = null)
{
    /// <summary>For logs: without the password.</summary>
    public override string ToString() => $"{Name} {Address}";
}

/// <summary>What came of a wish.</summary>
internal abstract record HostOutcome
{
    /// <summary>Done; what a person should know besides, or null.</summary>
    public sealed record Ok(HypervisorHost Host, string? Note = null) : HostOutcome;
    /// <summary>Refused: a sentence.</summary>
    public sealed record Refused(string Why) : HostOutcome;
    /// <summary>There is no such host.</summary>
    public sealed record Missing(string Host) : HostOutcome;
}

/// <summary>What a person or a program can do with hosts: one way for page and API. What can't be connected to is not added.</summary>
internal sealed class HostDesk(HostBook book, HostWatch watch, HostMachines hostMachines, MachineBook machines, SecretBox secrets)
{
    /// <summary>Connects once, keeps the host, lists and enlists its machines.</summary>
    public async Task<HostOutcome> AddAsync(HostWish wish, string by, CancellationToken cancel)
    {
        var (address, fault) = HypervisorAddress.Read(wish.Address ?? "");
        if (address is null) return new HostOutcome.Refused(fault!);
        if (FingerprintFault(wish.Fingerprint) is { } wrong) return new HostOutcome.Refused(wrong);
        string id = book.FreshId(), password = wish.Password ?? "";
        var host = new HypervisorHost
        {
            Id = id,
            Name = wish.Name ?? FreeName(address.Host.Length > 0 ? address.Host : address.Address.StartsWith("test:", StringComparison.Ordinal) ? "test" : Environment.MachineName.ToLowerInvariant()),
            Kind = address.Kind,
            Address = address.Address,
            Username = wish.Username ?? "",
            SealedPassword = password.Length > 0 ? secrets.Seal(HostLine.PurposeOf(id), password) : "",
            Fingerprint = Hex(wish.Fingerprint),
            Enlists = wish.Enlists ?? true,
        };
        if (host.Kind == HypervisorHost.Vsphere && (host.Username.Length == 0 || password.Length == 0)) return new HostOutcome.Refused($"{address.Host} asks for user and password: give the user with --user, the password on standard input");
        if (book.All.Values.FirstOrDefault(h => h.Address == host.Address && h.Username == host.Username) is { } twin) return new HostOutcome.Refused($"{host.Address} is the host {twin.Name} already");
        try
        {
            var (product, fingerprint) = await watch.TryAsync(host.Kind, new(host.Address, host.Username, password, host.Fingerprint), cancel);
            host = host with { Product = product, Fingerprint = fingerprint };
        }
        catch (HypervisorException e)
        {
            return new HostOutcome.Refused($"{host.Address} can't be used: {e.Message}");
        }
        if (await book.AddAsync(host, by) is { } refusal) return new HostOutcome.Refused(refusal);
        await watch.AgainAsync(id);
        return await LookAsync(id, cancel);
    }

    /// <summary>Changes what is named, connects anew.</summary>
    public async Task<HostOutcome> ChangeAsync(string idOrName, HostWish wish, string by, CancellationToken cancel)
    {
        if (book.Find(idOrName) is not { } host) return new HostOutcome.Missing(idOrName);
        if (FingerprintFault(wish.Fingerprint) is { } wrong) return new HostOutcome.Refused(wrong);
        string[] what = [.. new (string Word, bool Is)[]
        {
            ("name", wish.Name is not null), ("user", wish.Username is not null), ("password", wish.Password is not null),
            ("certificate", wish.Fingerprint is not null), (wish.Enlists == true ? "enlists its machines" : "enlists no machines", wish.Enlists is not null),
        }.Where(w => w.Is).Select(w => w.Word)];
        string? refusal = await book.ChangeAsync(host.Id, h => h with
        {
            Name = wish.Name ?? h.Name,
            Username = wish.Username ?? h.Username,
            SealedPassword = wish.Password is not { } password ? h.SealedPassword : password.Length > 0 ? secrets.Seal(HostLine.PurposeOf(h.Id), password) : "",
            Fingerprint = wish.Fingerprint is { } fingerprint ? Hex(fingerprint) : h.Fingerprint,
            Enlists = wish.Enlists ?? h.Enlists,
        }, $"changed: {string.Join(", ", what)}", by);
        if (refusal is not null) return new HostOutcome.Refused(refusal);
        await watch.AgainAsync(host.Id);
        return await LookAsync(host.Id, cancel);
    }

    /// <summary>Forgets a host. Its machines stay, without a power controller.</summary>
    public async Task<HostOutcome> RemoveAsync(string idOrName, string by)
    {
        if (book.Find(idOrName) is not { } host) return new HostOutcome.Missing(idOrName);
        var its = hostMachines.Of(host.Id).ToList();
        if (its.FirstOrDefault(m => Lifecycle.IsUnderWay(m.State)) is { } busy) return new HostOutcome.Refused($"{busy.Name} is {Lifecycle.Word(busy.State)} and is switched through {host.Name}: abort that first");
        if (await book.RemoveAsync(host.Id, by) is { } refusal) return new HostOutcome.Refused(refusal);
        await watch.AgainAsync(host.Id);
        foreach (var machine in its) await machines.ApplyAsync(machine.Id, new MachineChange.HostedBy(null, $"its host {host.Name} was removed"), by);
        return new HostOutcome.Ok(host);
    }

    /// <summary>Looks at a host now.</summary>
    public async Task<HostOutcome> RefreshAsync(string idOrName, CancellationToken cancel)
    {
        if (book.Find(idOrName) is not { } host) return new HostOutcome.Missing(idOrName);
        return await LookAsync(host.Id, cancel) is HostOutcome.Ok { Note: { } note } ? new HostOutcome.Refused($"{host.Name}: {note}") : new HostOutcome.Ok(book.All.GetValueOrDefault(host.Id, host));
    }

    private async Task<HostOutcome> LookAsync(string id, CancellationToken cancel)
    {
        string? note = null;
        try
        {
            await watch.RefreshAsync(id, cancel);
        }
        catch (Exception e) when (e is HypervisorException or WireException)
        {
            note = e.Message;
        }
        return book.All.GetValueOrDefault(id) is { } host ? new HostOutcome.Ok(host, note) : new HostOutcome.Missing(id);
    }

    private string FreeName(string wanted)
    {
        string name = wanted;
        for (int i = 2; book.Find(name) is not null; i++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{i}");
        return name;
    }

    private static string? FingerprintFault(string? fingerprint) => Hex(fingerprint) is { Length: > 0 } hex && (hex.Length != 64 || !hex.All(char.IsAsciiHexDigitLower))
        ? "a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits, with or without colons" : null;

    private static string Hex(string? fingerprint) => (fingerprint ?? "").Replace(":", "", StringComparison.Ordinal).Trim().ToLowerInvariant();
}
