using System.Text;
using Provisioner.Domain.Packages;
using Provisioner.Tests.Fuzz;

namespace Provisioner.Tests.Packages;

public sealed class ArchiveRulesFuzzTests
{
    [Fact]
    public void Whatever_is_asked_for_only_files_of_archives_come_out_each_under_one_url()
    {
        var rules = new ArchiveRules([new("debian", "", ["deb.debian.org", "ftp.*.debian.org"], ["/debian/"]), new("docker", "", ["download.docker.com"], ["/linux/"], Https: true)]);
        string[] seeds =
        [
            "http://deb.debian.org/debian/pool/main/g/gcc/libstdc%2b%2b6_12_amd64.deb", "/ftp.de.debian.org/debian/dists/a/by-hash/SHA256/" + new string('a', 64),
            "https://download.docker.com:443/linux/debian/%C3%BC/../%2e%2e/x", "http://deb.debian.org:80/debian/a~b^c:d@e;f?g#h", "deb.debian.org:443", "/", "http://deb.debian.org/debian/dists/x/InRelease",
        ];
        var mutator = new Mutator(11, [.. seeds.Select(Encoding.Latin1.GetBytes)], most: 2200);
        int allowed = 0;
        for (int run = Mutator.Runs(300_000); run > 0; run--)
        {
            string target = Encoding.Latin1.GetString(mutator.Next());
            var asked = rules.Judge(mutator.Chance.Next(20) == 0 ? "CONNECT" : "GET", target);
            if (asked is Asked.Refused refused) Assert.DoesNotContain(refused.Why, char.IsControl);
            if (asked is not Asked.Allowed { File: var file }) continue;
            allowed++;
            Assert.True(file.Archive.HasHost(file.Url.Authority), target);
            Assert.Equal((true, "", ""), (file.Archive.HasPath(Uri.UnescapeDataString(file.Url.AbsolutePath)), file.Url.Query, file.Url.UserInfo));
            Assert.DoesNotContain("/../", file.Url.AbsolutePath, StringComparison.Ordinal);
            Assert.True(rules.Judge("GET", file.Key) is Asked.Allowed again && again.File == file, $"{target} is {file.Key}, and that is another");
        }
        Assert.True(allowed > 1000, $"{allowed} were allowed");
    }
}
