using System.Security.Cryptography;
using Provisioner.ApplianceTests.Servers;

namespace Provisioner.ApplianceTests.Network;

/// <summary>The real apt, and curl, through the package cache of the real process, to an archive that apt-ftparchive made and nginx serves.</summary>
[Collection("namespaces")]
public sealed class AptTests
{
    private const string Big = "/debian/pool/main/b/big/big_1_all.deb";

    // An archive as Debian's are: pool, dists, by-hash. "big" doesn't compress.
    private static void MakeArchive(PackageLab lab, int bigMiB = 8) => PackageLab.Run($$"""
        cd {{lab.Root}}; mkdir -p debian; cd debian
        for name in big small; do
          tree={{lab.Folder}}/$name; pool=pool/main/${name:0:1}/$name
          mkdir -p $tree/DEBIAN $tree/usr/share/$name $pool
          printf 'Package: %s\nVersion: 1\nArchitecture: all\nMaintainer: Lab <lab@example.org>\nDescription: made for a test\n' $name >$tree/DEBIAN/control
          echo "$name 1" >$tree/usr/share/$name/text
          [ $name = small ] || head -c {{bigMiB}}M /dev/urandom >$tree/usr/share/$name/chance
          dpkg-deb --root-owner-group -Znone -b $tree $pool/${name}_1_all.deb
        done
        binary=dists/stable/main/binary-all
        mkdir -p $binary/by-hash/SHA512
        apt-ftparchive packages pool >$binary/Packages
        xz -k $binary/Packages
        for file in $binary/Packages $binary/Packages.xz; do cp $file $binary/by-hash/SHA512/$(sha512sum $file | cut -d' ' -f1); done
        apt-ftparchive -o APT::FTPArchive::Release::Suite=stable -o APT::FTPArchive::Release::Components=main -o APT::FTPArchive::Release::Architectures=all release dists/stable >{{lab.Folder}}/Release
        sed '1i Acquire-By-Hash: yes' {{lab.Folder}}/Release >dists/stable/Release
        gpg="gpg --homedir {{lab.Folder}}/gpg --batch --quiet"; mkdir -m 700 {{lab.Folder}}/gpg
        $gpg --passphrase '' --quick-generate-key lab@example.org ed25519 sign never
        $gpg --clearsign -o dists/stable/InRelease dists/stable/Release
        $gpg --export >{{lab.Folder}}/lab.gpg
        gpgconf --homedir {{lab.Folder}}/gpg --kill all
        """);

    // A root of its own: apt with all its folders, and dpkg that unpacks into it.
    private static Tool.Output Apt(PackageLab lab, string machine, string arguments, string more = "", string uri = "http://deb.debian.org/debian", string proxy = PackageLab.Proxy)
    {
        string root = Path.Combine(lab.Folder, machine);
        PackageLab.Run($$"""
            mkdir -p {{root}}/etc/apt/apt.conf.d {{root}}/etc/apt/preferences.d {{root}}/etc/apt/trusted.gpg.d {{root}}/var/lib/dpkg/info {{root}}/var/lib/dpkg/updates {{root}}/var/lib/apt/lists/partial {{root}}/var/cache/apt/archives/partial {{root}}/var/log/apt
            touch {{root}}/var/lib/dpkg/status
            echo 'deb [signed-by={{lab.Folder}}/lab.gpg] {{uri}} stable main' >{{root}}/etc/apt/sources.list
            printf 'Dir "{{root}}";\nDir::State::status "{{root}}/var/lib/dpkg/status";\nDPkg::Options:: "--root={{root}}";\nDPkg::Options:: "--force-script-chrootless";\nAPT::Architecture "all";\nAPT::Architectures "all";\nAPT::Sandbox::User "root";\nAcquire::Languages "none";\nAcquire::Retries "0";\nAcquire::http::Timeout "40";\n{{(proxy.Length > 0 ? $"Acquire::http::Proxy \"{proxy}\";" : "")}}\n' >{{root}}/apt.conf
            """);
        return lab.OnMachine("env", $"APT_CONFIG={root}/apt.conf apt-get -y {more} {arguments}", 90);
    }

    [Fact]
    public void Apt_installs_through_the_cache_and_the_second_machine_takes_nothing_from_the_archive()
    {
        using var lab = new PackageLab();
        MakeArchive(lab);
        Is(0, Apt(lab, "one", "update"));
        Is(0, Apt(lab, "one", "install big small"));
        Assert.Equal(File.ReadAllBytes($"{lab.Folder}/big/usr/share/big/chance"), File.ReadAllBytes($"{lab.Folder}/one/usr/share/big/chance"));
        var asked = lab.Asked();
        Assert.Single(asked, a => a.Contains("big_1_all.deb", StringComparison.Ordinal));
        Assert.Contains(asked, a => a.Contains("/by-hash/SHA512/", StringComparison.Ordinal));
        Assert.All(asked, a => Assert.Contains(" deb.debian.org ", a));

        Is(0, Apt(lab, "two", "update"));
        Is(0, Apt(lab, "two", "install big small"));
        Assert.All(lab.Asked(), a => Assert.Matches("InRelease 304", a)); // only whether the index is still the same
        Is(0, Apt(lab, "one", "update")); // with what it knows: If-Modified-Since

        Is(0, Apt(lab, "mirror", "update", uri: $"{PackageLab.Proxy}/deb.debian.org/debian", proxy: ""));
        Is(0, Apt(lab, "mirror", "install big", uri: $"{PackageLab.Proxy}/deb.debian.org/debian", proxy: ""));
        Assert.DoesNotContain(lab.Asked(), a => a.Contains(".deb ", StringComparison.Ordinal));

        var figures = lab.Api("packages")["archives"]![0]!;
        Assert.Equal(("debian", 4), ((string)figures["name"]!, (int)figures["files"]!)); // InRelease, Packages.xz by its hash, two packages
        Assert.True((long)figures["bytesServed"]! > 3 * (8 << 20) && (long)figures["bytesFetched"]! < 9 << 20, figures.ToString());
        Assert.True((double)figures["hitRatio"]! > 0.5, figures.ToString());
    }

    [Fact]
    public void Without_a_way_out_a_machine_is_installed_from_what_the_cache_has()
    {
        using var lab = new PackageLab();
        MakeArchive(lab);
        Is(0, Apt(lab, "one", "update"));
        Is(0, Apt(lab, "one", "install small"));
        lab.StopArchive();
        Is(0, Apt(lab, "two", "update"));
        Is(0, Apt(lab, "two", "install small"));
        var stale = lab.OnMachine("curl", $"-sS -i -x {PackageLab.Proxy} http://deb.debian.org/debian/dists/stable/InRelease").Text;
        Assert.Contains("X-Cache: STALE", stale);
        Assert.Contains("Warning: 110", stale);
        var missing = Apt(lab, "two", "install big");
        Assert.NotEqual(0, missing.Exit);
        Assert.Contains("502  deb.debian.org can't be reached", missing.Text);
        Assert.Contains(lab.Api("events")["events"]!.AsArray(), e => (string)e!["kind"]! == "packages.unreachable" && ((string)e["text"]!).Contains("deb.debian.org", StringComparison.Ordinal));
    }

    [Fact]
    public void A_download_survives_its_archive_a_cable_and_a_kill_and_nothing_comes_twice()
    {
        using var lab = new PackageLab(rate: "2m");
        MakeArchive(lab, bigMiB: 24);
        string got = Path.Combine(lab.Folder, "got");
        string sha = Hash($"{lab.Root}{Big}");

        // One machine reads on while the archive goes away and comes back, and while its cable is out.
        using var curl = lab.Start("curl", $"-sS -o {got} -x {PackageLab.Proxy} http://deb.debian.org{Big}");
        WaitFor(got, 3 << 20);
        lab.StopArchive();
        Thread.Sleep(700);
        lab.StartArchive();
        WaitFor(got, 9 << 20);
        lab.PullCable();
        Thread.Sleep(11_000); // longer than the cache waits for a silent archive
        lab.PlugCable();
        WaitFor(got, 14 << 20);

        // kill -9 in the middle. The machine goes on where it stopped, and so does the cache.
        lab.Appliance.KillAndStart();
        Assert.True(curl.WaitForExit(TimeSpan.FromSeconds(20)) && curl.ExitCode != 0, "a cut file must not look whole");
        long there = new FileInfo(got).Length;
        lab.Asked();
        Is(0, lab.OnMachine("curl", $"-sS -C - -o {got} -x {PackageLab.Proxy} http://deb.debian.org{Big}", 90));
        Assert.Equal(sha, Hash(got));
        string resumed = Assert.Single(lab.Asked());
        long from = long.Parse(resumed[(resumed.IndexOf("bytes=", StringComparison.Ordinal) + 6)..resumed.LastIndexOf('-', resumed.IndexOf(" conditional", StringComparison.Ordinal))], null);
        Assert.True(from >= there && resumed.Contains(" 206 ", StringComparison.Ordinal), $"{there} bytes were there: {resumed}");
        Is(0, lab.OnMachine("curl", $"-sS -o {got} -x {PackageLab.Proxy} http://deb.debian.org{Big}"));
        Assert.Equal((sha, 0), (Hash(got), lab.Asked().Length));
    }

    [Fact]
    public void Only_archives_only_machines_and_no_tunnels()
    {
        using var lab = new PackageLab();
        MakeArchive(lab, bigMiB: 1);
        Assert.Contains("403  example.org is not among the archives", Apt(lab, "one", "update", uri: "http://example.org/debian").Text);
        var tunnel = lab.OnMachine("curl", $"-sS -i -p -x {PackageLab.Proxy} http://deb.debian.org/debian/x");
        Assert.Contains("405", tunnel.Text);
        Assert.Contains("http:// in place of https:// for deb.debian.org", lab.OnMachine("curl", $"-sS -v -x {PackageLab.Proxy} https://deb.debian.org/debian/x").Text);
        Assert.Contains("X-Cache: MISS", lab.OnMachine("curl", $"-sS -I -x {PackageLab.Proxy} http://deb.debian.org/debian/pool/main/s/small/small_1_all.deb").Text);
        Assert.Contains("206 Partial Content", lab.OnMachine("curl", $"-sS -i -o - -r 10-19 -x {PackageLab.Proxy} http://deb.debian.org/debian/dists/stable/Release").Text);
        Assert.Contains("Provisioner's package cache", lab.OnMachine("curl", $"-sS {PackageLab.Proxy}/").Text);
        // Pages and API are not behind this port, whatever is asked for.
        Assert.DoesNotContain("\"served\"", lab.OnMachine("curl", $"-sS {PackageLab.Proxy}/api/v1/system").Text);
        // The appliance's own addresses, by a name that leads there.
        Assert.Contains("403", lab.OnMachine("curl", $"-sS -i -x {PackageLab.Proxy} http://10.77.0.1:5240/sign-in").Text);
        // Who is on no network of ours: the archive's own side.
        Tool.Run("ip", $"-n {lab.ArchiveSide} route add 10.77.0.0/16 via 10.88.0.1");
        Assert.Contains("served networks only", Tool.Try("ip", $"netns exec {lab.ArchiveSide} curl -sS http://10.77.0.1:8000/ --connect-timeout 5", 10).Text);
    }

    private static void Is(int exit, Tool.Output output) => Assert.True(output.Exit == exit, output.Text);

    private static string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    private static void WaitFor(string file, long bytes)
    {
        for (int i = 0; !File.Exists(file) || new FileInfo(file).Length < bytes; i++)
        {
            Assert.True(i < 600, $"{(File.Exists(file) ? new FileInfo(file).Length : 0)} of {bytes} bytes after a minute");
            Thread.Sleep(100);
        }
    }
}
