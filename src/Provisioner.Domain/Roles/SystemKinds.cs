using System.Collections.Immutable;

namespace Provisioner.Domain.Roles;

/// <summary>Resources of the machine itself: packages, files, accounts, commands.</summary>
internal static class SystemKinds
{
    public static readonly ImmutableArray<ResourceKind> All =
    [
        new("package", "package", ["package"],
            Setting.Choice("state", "present", "absent"), Setting.Flag("recommends", false), Setting.Flag("start", true), Setting.List("debconf"), Setting.Words("names", null)),
        new("repository", "repository", ["package"],
            Setting.Unit("name", null), Setting.Lines("key", ""), Setting.List("lines", null)),
        new("file", "file", [],
            Setting.Path("path"), Setting.Mode("0644"), Setting.Owner(), Setting.Group(), Setting.Lines("content", ""), Setting.Text("base64", "")),
        new("template", "file", [],
            Setting.Path("path"), Setting.Mode("0644"), Setting.Owner(), Setting.Group(), Setting.Lines("content")),
        new("directory", "directory", ["text"],
            Setting.Path("path"), Setting.Mode("0755"), Setting.Owner(), Setting.Group()),
        new("link", "link", ["text"],
            Setting.Path("path"), Setting.Path("to")),
        new("absent", "absent", ["text"],
            Setting.Path("path")),
        new("ini", "ini", ["ini"],
            Setting.Path("path"), Setting.Mode(""), Setting.Owner(""), Setting.Group(), Setting.Flag("whole", false), Setting.Text("separator", " = "),
            Setting.Lines("set", ""), Setting.Lines("unset", ""), Setting.List("comment-sections")),
        new("line", "line", ["text"],
            Setting.Path("path"), Setting.Choice("state", "present", "absent"), Setting.Text("match", ""), Setting.Text("line", "")),
        new("block", "block", ["text"],
            Setting.Path("path"), Setting.Word("mark", ""), Setting.Text("comment", "#"), Setting.Lines("content")),
        new("apache-wsgi", "apache_wsgi", ["apache"],
            Setting.Path("path"), Setting.Number("processes"), Setting.Number("threads")),
        new("hosts-file", "hosts_file", ["text"],
            Setting.Path("path", "/etc/hosts"), Setting.List("entries", null)),
        new("user", "user", ["user"],
            Setting.AccountName("name"), Setting.Flag("sudo", false), Setting.List("ssh-keys")),
        new("system-user", "system_user", ["user"],
            Setting.AccountName("name"), Setting.Path("home", "/nonexistent"), Setting.Path("shell", "/usr/sbin/nologin"), Setting.Words("groups")),
        new("group", "system_group", ["user"],
            Setting.AccountName("name")),
        new("command", "command_once", ["command"],
            Setting.AccountName("as") with { Default = "root" }, Setting.Path("directory", "/"), Setting.Pairs("environment"), Setting.Path("creates", ""),
            Setting.Shell("unless", ""), Setting.Shell("run"), Setting.Paths("when-changed")),
        new("fetch", "fetch", ["command"],
            Setting.Text("url"), Setting.Path("path"), Setting.Word("sha256")),
        new("reboot", "reboot_unless", ["command"],
            Setting.Shell("unless")),
        new("export", "export_fact", ["command"],
            Setting.Fact("name"), Setting.Flag("secret", false), Setting.Flag("list", false), Setting.Path("file", ""), Setting.Shell("command", "")),
        new("check", "check", ["command"],
            Setting.Text("output", ""), Setting.Shell("run"))
        {
            Checks = true,
        },
    ];
}
