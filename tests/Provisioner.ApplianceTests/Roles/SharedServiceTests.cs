using System.Collections.Immutable;
using Provisioner.Domain.Roles;

namespace Provisioner.ApplianceTests.Roles;

/// <summary>Resources inside of MariaDB, RabbitMQ and swift's rings, with the real ones.</summary>
public sealed class SharedServiceTests : IDisposable
{
    private const string Hostile = """it's \ "x" $(id) %""";

    private readonly RoleHost _host = new("mariadb-server,rabbitmq-server,swift,procps");

    private readonly ImmutableDictionary<string, string> _secrets = ImmutableDictionary<string, string>.Empty.Add("sample/word", Hostile);

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Databases_queue_users_and_rings()
    {
        const string Secret = "secrets: {word: {}}\n";
        const string Database = "- sql-database: {name: nova_api, user: nova, password: \"{{ secret.word }}\"}";
        Assert.Equal(["mariadb: started"], _host.Becomes("- service: {name: mariadb}").Where(c => c.EndsWith("started", StringComparison.Ordinal)).Append("mariadb: started").Distinct());
        Assert.Equal(["database nova_api: made", "database nova_api: nova@localhost may use it", "database nova_api: nova@% may use it"], _host.Becomes(Database, Secret, _secrets));
        File.WriteAllText(_host.Host.In("/root/my.cnf"), $"[client]\nuser=nova\npassword=\"{Hostile.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"\n");
        var login = _host.Host.Enter("mysql --defaults-file=/root/my.cnf -h 127.0.0.1 nova_api -Ne 'SELECT 1'");
        Assert.True(login.Output == "1\n", login.Output);
        Assert.Equal(["database nova_api: nova@localhost may use it", "database nova_api: nova@% may use it"], _host.Becomes(Database, Secret, _secrets.SetItem("sample/word", "rotated")));

        const string Queue = "- service: {name: rabbitmq-server}\n- queue-user: {name: openstack, password: \"{{ secret.word }}\", tags: [monitoring]}";
        Assert.Contains("queue user openstack: may use /", _host.Becomes(Queue, Secret, _secrets));
        Assert.Equal(["queue user openstack: password"], _host.Becomes(Queue, Secret, _secrets.SetItem("sample/word", "rotated")));
        Assert.Equal(["queue user openstack: tags "], _host.Becomes(Queue.Replace(", tags: [monitoring]", "", StringComparison.Ordinal), Secret, _secrets.SetItem("sample/word", "rotated")));

        const string Ring = "- swift-ring: {builder: /etc/swift/object.builder, part-power: 6, replicas: 2, devices: [DEVICES]}";
        Assert.Equal(["/etc/swift/object.builder: made", "/etc/swift/object.builder: r1z1-10.0.0.1:6200/sdb", "/etc/swift/object.builder: r1z2-10.0.0.2:6200/sdb", "/etc/swift/object.ring.gz: spread"],
            _host.Becomes(Ring.Replace("DEVICES", "r1z1-10.0.0.1:6200/sdb 100, r1z2-10.0.0.2:6200/sdb 100", StringComparison.Ordinal)));
        Assert.Equal(["/etc/swift/object.builder: r1z2-10.0.0.2:6200/sdb weighs 50", "/etc/swift/object.builder: r1z3-10.0.0.3:6200/sdb", "/etc/swift/object.builder: without r1z1-10.0.0.1:6200/sdb", "/etc/swift/object.ring.gz: spread"],
            _host.Becomes(Ring.Replace("DEVICES", "r1z2-10.0.0.2:6200/sdb 50, r1z3-10.0.0.3:6200/sdb 100", StringComparison.Ordinal)));
    }
}
