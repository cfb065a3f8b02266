namespace Provisioner.ApplianceTests.Roles.Deployments;

/// <summary>A catalog of two small roles and a bundle of them: a relation, secrets, a fact that is known at run time only, a check.</summary>
internal static class SmallCatalog
{
    public const string Bundle = """
        bundle: pair
        title: A server and its clients
        machines:
          server: {tags: [server]}
          client: {tags: [client], count: all, least: 1}
        applications:
          server: {role: server, to: server}
          client: {role: client, to: client}
        """;

    private const string Server = """
        role: server
        title: Server
        about: Provides.
        secrets:
          password: {kind: password, length: 24, about: what clients show}
        provides:
          door:
            after: settle
            values:
              address: "{{ machine.address }}"
              password: "{{ secret.password }}"
              ticket: "{{ fact.ticket }}"
        steps:
          - name: write
            about: The password is in its file.
            resources:
              - template: {path: /srv/server.conf, content: "password {{ secret.password }}\n", mode: "0600", owner: root, group: root}
          - name: settle
            about: There is a ticket.
            retries: 1
            retry-seconds: 1
            resources:
              - command: {run: "mkdir -p /srv && date +%s%N > /srv/ticket", creates: /srv/ticket}
              - export: {name: ticket, command: "cat /srv/ticket"}
        verify:
          - name: stands
            about: Its file is there.
            resources:
              - check: {run: "test -s /srv/server.conf"}
        """;

    private const string Client = """
        role: client
        title: Client
        spaces: [inside]
        about: Requires.
        requires:
          door: {}
        steps:
          - name: prepare
            about: The folder is there.
            resources:
              - directory: {path: /srv, mode: "0755", owner: root, group: root}
          - name: join
            about: It knows its server.
            resources:
              - template: {path: /srv/client.conf, content: "server {{ door.address }}\npassword {{ door.password }}\nticket {{ door.ticket }}\n", mode: "0600", owner: root, group: root}
        """;

    /// <summary>Writes it into a folder.</summary>
    public static string In(string folder)
    {
        string roles = Directory.CreateDirectory(Path.Combine(folder, "catalog", "roles")).FullName;
        File.WriteAllText(Path.Combine(roles, "server.yaml"), Server);
        File.WriteAllText(Path.Combine(roles, "client.yaml"), Client);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "catalog", "archives.yaml"), Path.Combine(folder, "catalog", "archives.yaml"), overwrite: true);
        foreach (string own in Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "catalog")).Where(d => Path.GetFileName(d) != "roles"))
            CopyAll(own, Path.Combine(folder, "catalog", Path.GetFileName(own)));
        return Path.Combine(folder, "catalog");
    }

    private static void CopyAll(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (string folder in Directory.GetDirectories(from)) CopyAll(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
