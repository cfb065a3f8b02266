using Provisioner.Domain.Packages;

namespace Provisioner.Tests.Packages;

public sealed class ArchiveRulesTests
{
    private static readonly ArchiveRules Rules = new([
        new("debian", "Debian", ["deb.debian.org", "ftp.*.debian.org"], ["/debian/", "/debian-security/"]),
        new("epel", "EPEL", ["dl.fedoraproject.org"], ["/pub/epel/"]),
        new("docker", "Docker", ["download.docker.com"], ["/linux/"], Https: true),
        new("local", "", ["10.88.0.2:8080"], ["/"], Inside: true)]);

    private static PackageFile Allowed(string target) => Assert.IsType<Asked.Allowed>(Rules.Judge("GET", target)).File;

    private static Asked.Refused Refused(string target, string method = "GET") => Assert.IsType<Asked.Refused>(Rules.Judge(method, target));

    [Theory]
    [InlineData("http://deb.debian.org/debian/dists/bookworm/InRelease", "http://deb.debian.org/debian/dists/bookworm/InRelease")]
    [InlineData("/deb.debian.org/debian/dists/bookworm/InRelease", "http://deb.debian.org/debian/dists/bookworm/InRelease")]
    [InlineData("HTTP://Deb.Debian.ORG:80/debian/pool/main/g/gcc/libstdc%2b%2b6_12_amd64.deb", "http://deb.debian.org/debian/pool/main/g/gcc/libstdc%2B%2B6_12_amd64.deb")]
    [InlineData("http://deb.debian.org/debian/pool/main/g/gcc/libstdc++6_12_amd64.deb", "http://deb.debian.org/debian/pool/main/g/gcc/libstdc%2B%2B6_12_amd64.deb")]
    [InlineData("http://ftp.de.debian.org/debian/a~b", "http://ftp.de.debian.org/debian/a~b")]
    [InlineData("http://download.docker.com/linux/debian/dists/bookworm/InRelease", "https://download.docker.com/linux/debian/dists/bookworm/InRelease")]
    [InlineData("https://deb.debian.org:443/debian/dists/x", "https://deb.debian.org/debian/dists/x")]
    [InlineData("http://10.88.0.2:8080/any/thing", "http://10.88.0.2:8080/any/thing")]
    public void One_file_has_one_url_however_it_is_asked_for(string target, string url) => Assert.Equal(url, Allowed(target).Key);

    [Theory]
    [InlineData("http://deb.debian.org/debian/pool/main/a/apt/apt_2.6_amd64.deb", FileKind.Immutable)]
    [InlineData("http://deb.debian.org/debian/pool/main/a/apt/apt_2.6.tar.xz", FileKind.Immutable)]
    [InlineData("http://deb.debian.org/debian/pool/main/a/apt/apt_2.6.dsc", FileKind.Immutable)]
    [InlineData("http://deb.debian.org/debian/dists/bookworm/InRelease", FileKind.Index)]
    [InlineData("http://deb.debian.org/debian/dists/bookworm/main/binary-amd64/Packages.xz", FileKind.Index)]
    [InlineData("http://deb.debian.org/debian/dists/bookworm/by-hash/SHA256/abc", FileKind.Index)]
    [InlineData("http://dl.fedoraproject.org/pub/epel/9/x86_64/Packages/h/htop-3.rpm", FileKind.Immutable)]
    [InlineData("http://dl.fedoraproject.org/pub/epel/9/x86_64/repodata/repomd.xml", FileKind.Index)]
    [InlineData("http://dl.fedoraproject.org/pub/epel/9/x86_64/repodata/primary.xml.gz", FileKind.Index)]
    public void Packages_never_change_and_indexes_do(string target, FileKind kind) => Assert.Equal(kind, Allowed(target).Kind);

    [Fact]
    public void A_hash_in_the_name_is_a_promise()
    {
        string sha256 = new('a', 64), sha512 = new('0', 128), md5 = new('9', 32);
        Assert.Equal(new("SHA256", sha256), Allowed($"http://deb.debian.org/debian/dists/x/main/binary-amd64/by-hash/SHA256/{sha256}").Hash);
        Assert.Equal(new("MD5", md5), Allowed($"http://deb.debian.org/debian/dists/x/by-hash/MD5Sum/{md5}").Hash);
        Assert.Equal(new("SHA512", sha512), Allowed($"http://dl.fedoraproject.org/pub/epel/9/repodata/{sha512}-primary.xml.zst").Hash);
        Assert.All(["SHA256", "SHA512", "MD5"], name => Assert.NotEmpty(System.Security.Cryptography.IncrementalHash.CreateHash(new(name)).GetHashAndReset()));
    }

    [Theory]
    [InlineData("http://example.org/debian/x", 403, "example.org is not among the archives")]
    [InlineData("http://a.b.debian.org/debian/x", 403, "not among")]
    [InlineData("http://ftp.a.b.debian.org/debian/x", 403, "not among")]
    [InlineData("http://deb.debian.org.evil.example/debian/x", 403, "not among")]
    [InlineData("http://user@deb.debian.org/debian/x", 403, "not among")]
    [InlineData("http://ftp.x@evil:80#.debian.org/debian/x", 403, "not among")] // found by the fuzzer: the label of a * could be anything
    [InlineData("http://ftp.[::1].debian.org/debian/x", 403, "not among")]
    [InlineData("http://ftp.\u0001.debian.org/debian/x", 403, "not among")]
    [InlineData("http://deb.debian.org:8080/debian/x", 403, "not among")]
    [InlineData("http://10.88.0.2/x", 403, "not among")]
    [InlineData("http://127.0.0.1:5240/api/v1/machines", 403, "not among")]
    [InlineData("http://deb.debian.org/other/x", 403, "outside of debian's paths (/debian/, /debian-security/)")]
    [InlineData("http://deb.debian.org/", 403, "outside of")]
    [InlineData("http://deb.debian.org/debian/", 404, "folders are not listed")]
    [InlineData("http://deb.debian.org/debian/../etc/passwd", 400, "\"..\"")]
    [InlineData("http://deb.debian.org/debian/%2e%2e/etc", 400, "\"..\"")]
    [InlineData("http://deb.debian.org/debian/a%2fb", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian/a%5cb", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian/a%00b", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian/a%zz", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian/a%ff", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian//x", 400, "the path has")]
    [InlineData("http://deb.debian.org/debian/x?y=1", 403, "questions")]
    [InlineData("ftp://deb.debian.org/debian/x", 400, "only http:// and https://")]
    [InlineData("/etc/passwd", 403, "etc is not among")]
    public void What_is_no_archive_is_refused_with_a_sentence(string target, int status, string why)
    {
        var refused = Refused(target);
        Assert.Equal(status, refused.Status);
        Assert.Contains(why, refused.Why, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Why, char.IsControl);
    }

    [Fact]
    public void Tunnels_and_writing_are_refused()
    {
        Assert.Contains("http:// in place of https:// for deb.debian.org", Refused("deb.debian.org:443", "CONNECT").Why, StringComparison.Ordinal);
        Assert.Contains("for evil (packages", Refused("ev\u000eil\r\n:443", "CONNECT").Why, StringComparison.Ordinal); // found by the fuzzer
        Assert.All(["POST", "PUT", "DELETE", "OPTIONS"], method => Assert.Equal(405, Refused("http://deb.debian.org/debian/x", method).Status));
        Assert.Equal(414, Refused("http://deb.debian.org/debian/" + new string('x', 3000)).Status);
        Assert.IsType<Asked.Itself>(Rules.Judge("GET", "/"));
    }

    [Fact]
    public void Redirects_lead_to_archives_only()
    {
        Assert.IsType<Asked.Allowed>(Rules.Judge(new Uri("https://deb.debian.org/debian/x.deb")));
        Assert.All(["http://169.254.169.254/latest", "file:///etc/passwd", "http://a:b@deb.debian.org/debian/x"], to => Assert.IsType<Asked.Refused>(Rules.Judge(new Uri(to))));
    }

    [Fact]
    public void The_catalog_s_archives_are_good()
    {
        var file = ArchiveFile.Read("archives.yaml", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "catalog", "archives.yaml")));
        Assert.Empty(file.Faults);
        var rules = new ArchiveRules(file.Archives);
        foreach (string url in (string[])
        [
            "http://deb.debian.org/debian/dists/bookworm/InRelease", "http://security.debian.org/debian-security/dists/bookworm-security/InRelease",
            "http://de.archive.ubuntu.com/ubuntu/dists/noble/InRelease", "http://ubuntu-cloud.archive.canonical.com/ubuntu/dists/jammy-updates/zed/Release",
            "http://mirror.stream.centos.org/9-stream/BaseOS/x86_64/os/repodata/repomd.xml", "http://vault.centos.org/8.5.2111/BaseOS/x86_64/os/repodata/repomd.xml",
            "http://dl.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os/repodata/repomd.xml", "http://dl.fedoraproject.org/pub/epel/9/Everything/x86_64/repodata/repomd.xml",
        ]) Assert.IsType<Asked.Allowed>(rules.Judge("GET", url));
    }

    [Fact]
    public void All_that_is_wrong_with_a_file_of_archives_is_said_with_its_line()
    {
        var file = ArchiveFile.Read("archives.yaml", "archives:\n  - name: a\n    hosts: [\"*.com\", \"Upper.org\"]\n    paths: [debian]\n  - name: a\n    hots: [x]\n  - 7\n");
        Assert.Equal(
            ["3: unknown", "2: \"*.com\" is no host", "2: \"Upper.org\" is no host", "2: \"debian\" is no path"],
            ["3: unknown", .. file.Faults.Where(f => f.Line == 2).Select(f => $"2: {f.Problem}"[..(f.Problem.IndexOf(" of an", StringComparison.Ordinal) + 3)])]);
        Assert.Contains(file.Faults, f => f.Line == 6 && f.Problem.Contains("\"hots\"", StringComparison.Ordinal));
        Assert.Contains(file.Faults, f => f.Problem.Contains("two archives are called \"a\"", StringComparison.Ordinal));
        Assert.NotEmpty(ArchiveFile.Read("archives.yaml", "{").Faults);
        Assert.NotEmpty(ArchiveFile.Read("archives.yaml", "").Faults);
    }

    [Theory]
    [InlineData(FileKind.Index, true, false, Freshness.Revalidate)]
    [InlineData(FileKind.Index, false, false, Freshness.Fetch)]
    [InlineData(FileKind.Immutable, true, false, Freshness.Serve)]
    [InlineData(FileKind.Immutable, true, true, Freshness.Revalidate)]
    [InlineData(FileKind.Immutable, false, true, Freshness.Fetch)]
    public void Who_is_asked_before_a_file_is_served(FileKind kind, bool stored, bool noCache, Freshness expected) => Assert.Equal(expected, FreshnessDecision.Of(kind, stored, noCache));

    [Theory]
    [InlineData(10, 0, 1000, 0L)]
    [InlineData(10, 95, 1000, 5L)]
    [InlineData(10, 50, 55, 5L)] // the disk is nearly full: 50 stay free
    [InlineData(101, 0, 1000, null)]
    [InlineData(10, 5, 50, null)] // even with all of it evicted
    [InlineData(0, 120, 1000, 20L)]
    public void The_bound_and_the_disk_s_reserve_are_both_kept(long wanted, long used, long free, long? evict) => Assert.Equal(evict, new CacheRoom(100, 50).ToEvict(wanted, used, free));
}
