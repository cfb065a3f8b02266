using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Provisioner.Appliance.Machines;
using Provisioner.Appliance.Networks;
using Provisioner.Appliance.Servers;
using Provisioner.Domain.Events;
using Provisioner.Domain.Networks;
using Provisioner.Domain.Store;

namespace Provisioner.Appliance.Serving;

/// <summary>
/// Which interfaces are served: those of the flags, and those chosen on the page, which are remembered. Nothing else is ever answered.
/// </summary>
internal sealed class ServiceControl(ApplianceOptions options, IStore store, MachineBook book, NetworkBook networks, ServerParts parts, HttpAddresses http) : IDisposable
{
    private const string Collection = "settings", Id = "interfaces";
    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableArray<NetworkServers> _running = [];
    private long _version;

    /// <summary>What is served now.</summary>
    public ImmutableArray<ServedNetwork> Served => [.. _running.Select(r => r.Network)];

    /// <summary>What is not served though it should be, one sentence each.</summary>
    public IEnumerable<string> Without => _running.SelectMany(r => r.Without);

    /// <summary>What DHCP does on a served network: its ranges, or its mode.</summary>
    public string DhcpInWords(ServedNetwork network)
    {
        if (networks.Model.SubnetOf(Wire.Ipv4Address.From(network.Address)) is not { } subnet) return "off";
        var dynamic = networks.Model.RangesOf(subnet.Id).Where(r => r.Kind == RangeKind.Dynamic).Select(r => $"{r.First}-{r.Last}");
        return networks.Model.VlanOf(subnet).Dhcp is var mode and not DhcpMode.Server ? NetworkModel.Word(mode) : string.Join(", ", dynamic.DefaultIfEmpty("for reservations only"));
    }

    /// <summary>All interfaces of this machine.</summary>
    public IReadOnlyList<HostInterface> Available => HostInterfaces.All();

    /// <summary>Starts what the flags name; then what was chosen on the page earlier, of which a missing one is only told.</summary>
    /// <exception cref="StartException">an interface of the flags can't be served.</exception>
    public void Start()
    {
        http.Add(options.Listen, options.HttpPort);
        http.Add(options.Listen, options.HttpsPort, "--https-port", "https");
        OpenPackages(options.Listen);
        foreach (string name in options.Interfaces) Open(name);
        foreach (string name in Remembered().Except(options.Interfaces))
        {
            try
            {
                Open(name);
            }
            catch (StartException e)
            {
                book.Note("", "service.failed", $"{name} was chosen earlier and can't be served now: {e.Message}", Level.Warning);
            }
        }
    }

    /// <summary>Serves an interface from now on, over restarts too; null, or why not.</summary>
    public async Task<string?> ServeAsync(string name, string by)
    {
        await _turn.WaitAsync();
        try
        {
            if (_running.Any(r => r.Network.Interface == name)) return null;
            Open(name);
            await RememberAsync();
            book.Note("", "service.started", $"{name} is served", by: by);
            return null;
        }
        catch (StartException e)
        {
            return e.Message;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Serves an interface no longer; null, or why not.</summary>
    public async Task<string?> StopAsync(string name, string by)
    {
        await _turn.WaitAsync();
        try
        {
            if (_running.FirstOrDefault(r => r.Network.Interface == name) is not { } servers) return $"{name} is not served";
            if (options.Interfaces.Contains(name)) return $"{name} was named with --interface: start the appliance without it";
            _running = _running.Remove(servers);
            servers.Dispose();
            networks.Serve(Served);
            if (!servers.Network.Address.Equals(options.Listen))
            {
                http.Remove(servers.Network.Address, options.HttpPort);
                http.Remove(servers.Network.Address, options.HttpsPort, "https");
                http.Remove(servers.Network.Address, options.PackagePort);
            }
            await RememberAsync();
            book.Note("", "service.stopped", $"{name} is no longer served", by: by);
            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Open(string name)
    {
        var network = Plan(name);
        if (networks.Welcome(network.Interface, network.Address, network.PrefixLength, ChoiceFor(network.Subnet)) is { } obstacle) throw new StartException(obstacle);
        networks.Serve(Served.Add(network));
        parts.Leases.NoteBmcs(book.All.Values);
        NetworkServers? servers = null;
        try
        {
            servers = NetworkServers.Start(network, parts);
            if (!options.Listen.Equals(IPAddress.Any))
            {
                http.Add(network.Address, options.HttpPort);
                http.Add(network.Address, options.HttpsPort, "--https-port", "https");
                OpenPackages(network.Address);
            }
        }
        catch (StartException)
        {
            servers?.Dispose();
            networks.Serve(Served);
            throw;
        }
        _running = _running.Add(servers);
        foreach (string fault in servers.Without) book.Note("", "service.failed", fault, Level.Warning);
    }

    // Machines boot without the package cache: a port that is taken is told, and no reason not to start.
    private void OpenPackages(IPAddress address)
    {
        try
        {
            if (options.PackagePort > 0) http.Add(address, options.PackagePort, "--package-port");
        }
        catch (StartException e)
        {
            book.Note("", "service.failed", $"no package cache on {address}: {e.Message}", Level.Warning);
        }
    }

    /// <summary>Why an interface can't be served as it is, with the cure; null where it can, or is already.</summary>
    public string? Obstacle(HostInterface found) => _running.Any(r => r.Network.Interface == found.Name) ? null : Plan(found).Obstacle;

    private ServedNetwork Plan(string name)
    {
        var all = HostInterfaces.All();
        if (all.FirstOrDefault(i => i.Name == name) is not { } found)
            throw new StartException($"there is no interface {name}; this machine has {string.Join(", ", all.Select(i => i.Name))}: name one of those with --interface, or plug it in");
        var (network, obstacle) = Plan(found);
        return network ?? throw new StartException(obstacle!);
    }

    private (ServedNetwork? Network, string? Obstacle) Plan(HostInterface found)
    {
        if (found.Address is null) return (null, $"{found.Name} has no IPv4 address, and the appliance must have one there: ip address add 10.77.0.1/24 dev {found.Name}");
        if (!found.Up) return (null, $"{found.Name} is down: ip link set {found.Name} up");
        if (_running.FirstOrDefault(r => r.Network.Subnet.Contains(Wire.Ipv4Address.From(found.Address))) is { } other)
            return (null, $"{found.Name} stands in the same subnet as {other.Network.Interface}, which is served already");
        var network = new ServedNetwork(found.Name, found.Address, found.PrefixLength, options.Domain, options.HttpPort) { FilePort = options.FilePort };
        return networks.Obstacle(found.Name, found.Address, found.PrefixLength, ChoiceFor(network.Subnet)) is { } fault ? (null, fault) : (network, null);
    }

    // With several interfaces --range and --gateway mean the one whose subnet they lie in.
    private NetworkChoice ChoiceFor(Ipv4Subnet subnet)
    {
        bool Meant(IPAddress address) => options.Interfaces.Length <= 1 || subnet.Contains(Wire.Ipv4Address.From(address));
        return new(options.Range is { } range && Meant(range.First) ? range : null, options.Gateway is { } gateway && Meant(gateway) ? gateway : null, options.Ntp);
    }

    private ImmutableArray<string> Remembered()
    {
        var document = store.Load(Collection).FirstOrDefault(d => d.Id == Id);
        _version = document?.Version ?? 0;
        return document is null ? [] : [.. JsonSerializer.Deserialize(document.Json, SettingsJson.Default.StringArray)!];
    }

    private Task RememberAsync()
    {
        string json = JsonSerializer.Serialize([.. Served.Select(n => n.Interface).Except(options.Interfaces)], SettingsJson.Default.StringArray);
        return store.CommitAsync(StoreBatch.Of(new Document(Collection, Id, ++_version, json)));
    }

    public void Dispose()
    {
        foreach (var servers in _running) servers.Dispose();
        _turn.Dispose();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class SettingsJson : System.Text.Json.Serialization.JsonSerializerContext;
