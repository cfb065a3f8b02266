namespace Provisioner.ApplianceTests.Network;

/// <summary>The real dnf through the package cache, to a repository that createrepo_c made.</summary>
[Collection("namespaces")]
public sealed class DnfTests
{
    [Fact]
    public void Dnf_downloads_through_the_cache_and_the_second_time_only_repomd_is_asked_about()
    {
        using var lab = new PackageLab();
        PackageLab.Run($$"""
            repo={{lab.Root}}/pub/rocky/9/BaseOS/x86_64/os; mkdir -p $repo/Packages {{lab.Folder}}/rpm
            cat >{{lab.Folder}}/hello.spec <<'SPEC'
            Name: hello-lab
            Version: 1
            Release: 1
            Summary: made for a test
            License: none
            BuildArch: noarch
            %description
            made for a test
            %install
            mkdir -p %{buildroot}/usr/share/hello-lab
            echo hello >%{buildroot}/usr/share/hello-lab/text
            %files
            /usr/share/hello-lab
            SPEC
            rpmbuild --quiet -bb --define '_topdir {{lab.Folder}}/rpm' {{lab.Folder}}/hello.spec
            cp {{lab.Folder}}/rpm/RPMS/noarch/*.rpm $repo/Packages/
            createrepo_c --quiet $repo
            """);
        for (int machine = 1; machine <= 2; machine++)
        {
            string root = Path.Combine(lab.Folder, $"dnf{machine}");
            Directory.CreateDirectory(root);
            File.WriteAllText($"{root}/dnf.conf", $"""
                [main]
                proxy={PackageLab.Proxy}
                cachedir={root}/cache
                reposdir={root}/none
                logdir={root}
                persistdir={root}/persist
                plugins=0
                gpgcheck=0
                [base]
                name=Rocky
                baseurl=http://dl.rockylinux.org/pub/rocky/9/BaseOS/x86_64/os/
                """);
            var said = lab.OnMachine("dnf", $"-y -c {root}/dnf.conf --installroot={root}/root --releasever=9 install --downloadonly --downloaddir={root} hello-lab", 120);
            Assert.True(said.Exit == 0, said.Text);
            Assert.Single(Directory.GetFiles(root, "hello-lab-*.rpm"));
            var asked = lab.Asked();
            if (machine == 1) Assert.Single(asked, a => a.Contains("hello-lab-1-1.noarch.rpm 200", StringComparison.Ordinal));
            else Assert.All(asked, a => Assert.Contains("repomd.xml 304", a));
        }
    }
}
