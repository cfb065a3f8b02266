using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Provisioner.Domain.Machines;
using Provisioner.Domain.Roles;
using static Provisioner.Domain.Deploy.YamlText;

namespace Provisioner.Domain.Deploy;

/// <summary>
/// The files that make an installed image this machine, for cloud-init's NoCloud data source (tried with cloud-init 22.4.2):
/// they go to /var/lib/cloud/seed/nocloud, readable by root alone. The same machine, deployment and token give the same bytes.
/// </summary>
/// <param name="MetaData">Who the instance is.</param>
/// <param name="UserData">What is to be done at its first boot.</param>
/// <param name="NetworkConfig">Its network, version 2 (netplan's words).</param>
public sealed record NoCloudSeed(string MetaData, string UserData, string NetworkConfig)
{
    /// <summary>Where the files go.</summary>
    public const string Directory = "/var/lib/cloud/seed/nocloud";

    /// <summary>The files by name.</summary>
    public ImmutableSortedDictionary<string, string> Files =>
        ImmutableSortedDictionary<string, string>.Empty.Add("meta-data", MetaData).Add("user-data", UserData).Add("network-config", NetworkConfig);

    /// <summary>Renders the seed.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="deployment">What is being installed on it.</param>
    /// <param name="domain">Domain of the machines, without a trailing dot; may be empty.</param>
    /// <param name="appliance">The appliance as the machine reaches it.</param>
    /// <param name="hostToken">The installed system's token, in the clear: 43 characters of base64url.</param>
    /// <param name="packages">The package cache, which apt is told to fetch through: <c>http://10.77.0.1:8000</c>; null: it finds its own way.</param>
    /// <exception cref="ArgumentException">the token has another character: it would break out of where it stands.</exception>
    public static NoCloudSeed For(Machine machine, Deployment deployment, string domain, ApplianceContact appliance, string hostToken, string? packages)
    {
        string fqdn = domain.Length > 0 ? $"{machine.Name}.{domain}" : machine.Name;
        return new(Meta(machine, deployment), User(machine, deployment, fqdn, appliance, hostToken, packages), Network(machine.BootMac));
    }

    // A new instance-id makes cloud-init do everything anew: one for each deployment.
    private static string Meta(Machine machine, Deployment deployment) =>
        $"instance-id: {Quote($"{machine.Id}-{deployment.Id}")}\nlocal-hostname: {Quote(machine.Name)}\n";

    private static string User(Machine machine, Deployment deployment, string fqdn, ApplianceContact appliance, string token, string? packages)
    {
        var yaml = new StringBuilder("#cloud-config\n");
        yaml.Append(CultureInfo.InvariantCulture, $"""
            hostname: {Quote(machine.Name)}
            fqdn: {Quote(fqdn)}
            preserve_hostname: false
            # The role writes the hosts file; cloud-init must not undo it at the next boot.
            manage_etc_hosts: false
            # Whether the image has the package locales or not: nothing is generated, and nothing fails.
            locale: "false"
            disable_root: true
            ssh_pwauth: false
            # Making an RSA key can take longer than all the rest of a first boot.
            ssh_genkeytypes: [ed25519, ecdsa]

            """);
        // The agent calls home by itself: cloud-init's phone_home knows no certificate of ours, and has its token in the address.
        yaml.Append(Operator(deployment)).Append(Agent(machine, appliance, token, packages));
        return yaml.ToString();
    }

    // Without "default" in the list, the image's own first account is not made. The primary group is named because a group
    // of the account's name may be there already (Debian has a group "operator"): useradd would refuse to make it.
    private static string Operator(Deployment deployment)
    {
        var yaml = new StringBuilder();
        yaml.Append(CultureInfo.InvariantCulture, $"""
            users:
              - name: {Quote(deployment.Operator)}
                primary_group: {Quote(deployment.Operator)}
                shell: /bin/bash
                lock_passwd: true
                sudo: "ALL=(ALL) NOPASSWD:ALL"

            """);
        if (deployment.SshKeys.IsDefaultOrEmpty) return yaml.ToString();
        yaml.Append("    ssh_authorized_keys:\n");
        foreach (string key in deployment.SshKeys) yaml.Append(CultureInfo.InvariantCulture, $"      - {Quote(key)}\n");
        return yaml.ToString();
    }

    private static string Agent(Machine machine, ApplianceContact appliance, string token, string? packages) =>
        "write_files:\n"
        // A file of ours and not cloud-init's apt module, which would write the list of sources anew. The cache can't look into TLS.
        + (packages is null ? "" : File("/etc/apt/apt.conf.d/90provisioner-packages", "0644", Quote($"Acquire::http::Proxy \"{packages}\";\nAcquire::https::Proxy \"DIRECT\";\n") + "\n"))
        + string.Concat(HostAgent.Files(appliance, machine.Id, token).Select(f => File(f.Path, f.Mode, Block(f.Content, indent: 6))))
        // Not waited for: the unit comes after network-online.target, and cloud-init's last stage must not wait for either.
        + $"runcmd:\n  - [systemctl, daemon-reload]\n  - [systemctl, enable, --now, --no-block, {HostAgent.Service}.service]\n";

    private static string File(string path, string mode, string content) =>
        $"  - path: {path}\n    owner: root:root\n    permissions: \"{mode}\"\n    content: {content}";

    // The interface that it boots from, by its MAC: names differ between kernels. All others are left alone, for a wait for DHCP on a
    // port without a cable would take minutes off every boot.
    private static string Network(string mac) => mac.Length == 0
        ? "version: 2\nethernets: {}\n"
        : $"""
            version: 2
            ethernets:
              boot:
                match:
                  macaddress: {Quote(mac)}
                dhcp4: true
                dhcp-identifier: mac

            """;
}
