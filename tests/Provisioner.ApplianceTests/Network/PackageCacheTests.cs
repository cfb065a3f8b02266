using System.Security.Cryptography;
using Provisioner.Appliance.Packages;
using Provisioner.Domain.Packages;

namespace Provisioner.ApplianceTests.Network;

/// <summary>The cache before an archive whose connections break, files change and answers lie.</summary>
public sealed class PackageCacheTests
{
    private static byte[] Chance(int length) => RandomNumberGenerator.GetBytes(length);

    [Fact]
    public async Task A_package_is_fetched_once_and_an_index_is_asked_about_each_time()
    {
        using var rig = new PackageRig();
        byte[] deb = Chance(300_000), index = Chance(5000);
        rig.Archive.Put("/pool/a_1_amd64.deb", deb);
        rig.Archive.Put("/dists/InRelease", index);
        await rig.GetsAsync("/pool/a_1_amd64.deb", deb, CacheVerdict.Miss);
        await rig.GetsAsync("/dists/InRelease", index, CacheVerdict.Miss);
        await rig.SettleAsync();
        await rig.GetsAsync("/pool/a_1_amd64.deb", deb, CacheVerdict.Hit);
        await rig.GetsAsync("/dists/InRelease", index, CacheVerdict.Revalidated);
        await rig.SettleAsync();
        await rig.GetsAsync("/pool/a_1_amd64.deb", deb, CacheVerdict.Revalidated, noCache: true);
        await rig.SettleAsync();
        byte[] fresh = Chance(7000);
        rig.Archive.Put("/dists/InRelease", fresh, "\"v2\"");
        await rig.GetsAsync("/dists/InRelease", fresh, CacheVerdict.Miss);
        await rig.SettleAsync();
        rig.Restart();
        await rig.GetsAsync("/dists/InRelease", fresh, CacheVerdict.Revalidated);
        await rig.GetsAsync("/pool/a_1_amd64.deb", deb, CacheVerdict.Hit);
        Assert.Equal(
            ["/pool/a_1_amd64.deb 200", "/dists/InRelease 200", "/dists/InRelease conditional 304", "/pool/a_1_amd64.deb conditional 304", "/dists/InRelease conditional 200", "/dists/InRelease conditional 304"],
            rig.Archive.Log);
        var count = rig.Figures.ByArchive()["test"];
        Assert.Equal((8L, 5L, 312_000L), (count.All, count.Hits, count.BytesFetched));
        Assert.Equal(4 * 300_000 + 2 * 5000 + 2 * 7000, count.BytesServed);
        Assert.Equal((307_000, 307_000), (rig.OnDisk, rig.Store.Used));
    }

    [Fact]
    public async Task Many_machines_that_want_one_file_share_one_download_while_it_comes()
    {
        using var rig = new PackageRig();
        byte[] deb = Chance(2_000_000);
        rig.Archive.Put("/pool/a_1_amd64.deb", deb);
        var release = new TaskCompletionSource();
        rig.Archive.Hold = (500_000, release.Task);
        var first = Assert.IsType<PackageAnswer.File>(await rig.AskAsync("/pool/a_1_amd64.deb"));
        byte[] beginning = new byte[400_000];
        await first.Body.ReadExactlyAsync(beginning).AsTask().WaitAsync(TimeSpan.FromSeconds(20)); // the archive holds the rest back
        Assert.Equal(deb[..400_000], beginning);
        var others = new List<PackageAnswer.File>();
        for (int i = 0; i < 20; i++) others.Add(Assert.IsType<PackageAnswer.File>(await rig.AskAsync("/pool/a_1_amd64.deb")));
        Assert.All(others, o => Assert.Equal(CacheVerdict.Shared, o.Verdict));
        var reading = others.Select(PackageRig.ReadAsync).ToList();
        release.SetResult();
        foreach (byte[] content in await Task.WhenAll(reading)) Assert.Equal(deb, content);
        Assert.Single(rig.Archive.Log);
        await first.Body.DisposeAsync(); // hung up in the middle: nobody else minds
    }

    [Fact]
    public async Task A_broken_download_goes_on_where_it_stopped_while_machines_wait()
    {
        using var rig = new PackageRig();
        byte[] deb = Chance(1_000_000);
        rig.Archive.Put("/pool/a_1_amd64.deb", deb);
        foreach (int cut in (int[])[200_000, 300_000, 0]) rig.Archive.Cuts.Enqueue(cut);
        await rig.GetsAsync("/pool/a_1_amd64.deb", deb, CacheVerdict.Miss);
        Assert.Equal(
            ["/pool/a_1_amd64.deb 200", "/pool/a_1_amd64.deb range=200000- 206", "/pool/a_1_amd64.deb range=500000- 206", "/pool/a_1_amd64.deb range=500000- 206"], rig.Archive.Log);
        Assert.Equal(1_000_000, rig.Figures.ByArchive()["test"].BytesFetched); // nothing twice
    }

    [Fact]
    public async Task A_download_goes_on_after_a_restart_and_a_changed_file_is_begun_anew()
    {
        using var rig = new PackageRig();
        byte[] deb = Chance(900_000);
        rig.Archive.Put("/pool/a_1_amd64.deb", deb);
        rig.Archive.Hold = (400_000, new TaskCompletionSource().Task);
        var cut = Assert.IsType<PackageAnswer.File>(await rig.AskAsync("/pool/a_1_amd64.deb"));
        await cut.Body.ReadExactlyAsync(new byte[400_000]);
        rig.Restart();
        await Assert.ThrowsAsync<IOException>(() => PackageRig.ReadAsync(cut));
        rig.Archive.Hold = null;
        Assert.Equal(deb, (await rig.GetAsync("/pool/a_1_amd64.deb")).Content);
        Assert.Equal("/pool/a_1_amd64.deb range=400000- 206", rig.Archive.Log.Last());

        rig.Archive.Put("/pool/b_1_amd64.deb", deb);
        rig.Archive.Hold = (400_000, new TaskCompletionSource().Task);
        await Assert.IsType<PackageAnswer.File>(await rig.AskAsync("/pool/b_1_amd64.deb")).Body.ReadExactlyAsync(new byte[400_000]);
        rig.Restart();
        rig.Archive.Hold = null;
        byte[] other = Chance(800_000);
        rig.Archive.Put("/pool/b_1_amd64.deb", other, "\"v2\"");
        Assert.Equal(other, (await rig.GetAsync("/pool/b_1_amd64.deb")).Content);
        await rig.SettleAsync();
        Assert.Equal((1_700_000, 1_700_000), (rig.OnDisk, rig.Store.Used));
    }

    [Fact]
    public async Task A_file_that_changes_under_its_readers_ends_as_a_broken_connection_and_never_as_a_mixture()
    {
        using var rig = new PackageRig();
        rig.Archive.Put("/dists/Packages", Chance(600_000));
        rig.Archive.Cuts.Enqueue(200_000);
        var release = new TaskCompletionSource();
        rig.Archive.Hold = (100_000, release.Task);
        var torn = Assert.IsType<PackageAnswer.File>(await rig.AskAsync("/dists/Packages"));
        byte[] fresh = Chance(600_000);
        rig.Archive.Put("/dists/Packages", fresh, "\"v2\"");
        release.SetResult();
        await Assert.ThrowsAsync<IOException>(() => PackageRig.ReadAsync(torn));
        await rig.SettleAsync();
        await rig.GetsAsync("/dists/Packages", fresh, CacheVerdict.Miss);
    }

    [Fact]
    public async Task What_is_not_what_its_name_promises_is_not_kept_and_not_whole_for_anybody()
    {
        using var rig = new PackageRig();
        byte[] good = Chance(50_000);
        string name = $"/dists/x/by-hash/SHA256/{Convert.ToHexStringLower(SHA256.HashData(good))}";
        rig.Archive.Put(name, Chance(50_000), null);
        await rig.GetsNothingWholeAsync(name);
        await rig.SettleAsync();
        rig.Archive.Put(name, good, null);
        await rig.GetsAsync(name, good, CacheVerdict.Miss);
        await rig.SettleAsync();
        await rig.GetsAsync(name, good, CacheVerdict.Hit);
    }

    [Fact]
    public async Task Without_a_way_out_old_indexes_are_served_and_what_is_not_there_is_a_sentence()
    {
        using var rig = new PackageRig();
        byte[] index = Chance(5000);
        rig.Archive.Put("/dists/InRelease", index);
        await rig.GetAsync("/dists/InRelease");
        await rig.SettleAsync();
        rig.Restart(); // no connection is left open
        rig.Archive.Down();
        await rig.GetsAsync("/dists/InRelease", index, CacheVerdict.Stale);
        var refused = Assert.IsType<PackageAnswer.Refused>(await rig.AskAsync("/dists/Other"));
        Assert.Equal(502, refused.Status);
        Assert.Contains($"{rig.Archive.Host} can't be reached", refused.Why);
        Assert.Single(rig.Told); // once, not with each request
        rig.Archive.Instead = "HTTP/1.1 503 Busy";
        rig.Archive.Up();
        await Task.Delay(5100); // it is not asked again at once
        await rig.GetsAsync("/dists/InRelease", index, CacheVerdict.Stale);
        Assert.Equal(502, Assert.IsType<PackageAnswer.Refused>(await rig.AskAsync("/dists/Other")).Status);
        rig.Archive.Instead = null;
        await rig.GetsAsync("/dists/InRelease", index, CacheVerdict.Revalidated);
        Assert.Equal(404, Assert.IsType<PackageAnswer.Refused>(await rig.AskAsync("/dists/Other")).Status);
        Assert.Null(rig.Told.Last());
    }

    [Fact]
    public async Task The_bound_is_kept_and_the_longest_unused_goes_first()
    {
        using var rig = new PackageRig(bound: 1_000_000);
        foreach (string name in (string[])["a", "b", "c"])
        {
            rig.Archive.Put($"/pool/{name}_1_all.deb", Chance(300_000));
            await rig.GetAsync($"/pool/{name}_1_all.deb");
            await rig.SettleAsync();
        }
        Assert.Equal(CacheVerdict.Hit, (await rig.GetAsync("/pool/a_1_all.deb")).Verdict);
        rig.Archive.Put("/pool/d_1_all.deb", Chance(300_000));
        await rig.GetAsync("/pool/d_1_all.deb");
        await rig.SettleAsync();
        Assert.True(rig.OnDisk <= 1_000_000 && rig.Store.Used == rig.OnDisk);
        Assert.Equal(CacheVerdict.Hit, (await rig.GetAsync("/pool/a_1_all.deb")).Verdict);
        Assert.Equal(CacheVerdict.Miss, (await rig.GetAsync("/pool/b_1_all.deb")).Verdict); // the one that was not used
        byte[] huge = Chance(1_200_000);
        rig.Archive.Put("/pool/huge_1_all.deb", huge);
        var passed = Assert.IsType<PackageAnswer.Passed>(await rig.AskAsync("/pool/huge_1_all.deb"));
        using (passed.Reply) Assert.Equal(huge, await passed.Reply.Content.ReadAsByteArrayAsync());
        rig.Archive.Chunked = true; // nobody knows beforehand that it is too large
        rig.Archive.Put("/pool/endless_1_all.deb", huge);
        await rig.GetsNothingWholeAsync("/pool/endless_1_all.deb");
        await rig.SettleAsync();
        Assert.True(rig.OnDisk <= 1_000_000 && rig.Store.Used == rig.OnDisk, $"{rig.OnDisk} on disk, {rig.Store.Used} counted");
    }

    [Fact]
    public async Task A_full_disk_costs_the_cache_and_not_the_machines()
    {
        using var rig = new PackageRig(disk: "4m");
        byte[] deb = Chance(1_000_000), large = Chance(6_000_000);
        rig.Archive.Put("/pool/a_1_all.deb", deb);
        rig.Archive.Put("/pool/large_1_all.deb", large);
        await rig.GetsAsync("/pool/a_1_all.deb", deb, CacheVerdict.Miss);
        await rig.SettleAsync();
        var passed = Assert.IsType<PackageAnswer.Passed>(await rig.AskAsync("/pool/large_1_all.deb"));
        using (passed.Reply) Assert.Equal(large, await passed.Reply.Content.ReadAsByteArrayAsync());
        rig.Archive.Chunked = true; // the disk says it first
        await rig.GetsNothingWholeAsync("/pool/large_1_all.deb");
        await rig.SettleAsync();
        rig.Archive.Put("/pool/b_1_all.deb", deb);
        await rig.GetsAsync("/pool/b_1_all.deb", deb, CacheVerdict.Miss);
        await rig.SettleAsync();
        await rig.GetsAsync("/pool/b_1_all.deb", deb, CacheVerdict.Hit);
    }

    [Fact]
    public async Task Chunks_and_missing_validators_are_taken_as_they_are()
    {
        using var rig = new PackageRig();
        byte[] index = Chance(100_000);
        rig.Archive.Chunked = true;
        rig.Archive.Files["/dists/x"] = (index, null, null);
        await rig.GetsAsync("/dists/x", index, CacheVerdict.Miss);
        await rig.SettleAsync();
        await rig.GetsAsync("/dists/x", index, CacheVerdict.Miss); // nothing to ask with
        rig.Archive.Instead = "HTTP/1.1 200 OK\nConnection: close";
        rig.Archive.Files["/dists/y"] = (Chance(100), null, null);
        rig.Archive.Instead = null;
        rig.Archive.Chunked = false;
        rig.Archive.Cuts.Enqueue(50);
        await rig.GetsNothingWholeAsync("/dists/y"); // cut, and can't be continued
        await rig.SettleAsync();
        Assert.Equal(100, (await rig.GetAsync("/dists/y")).Content.Length);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\nLocation: http://169.254.169.254/latest/meta-data", "which is not among the archives")]
    [InlineData("HTTP/1.1 302 Found\nLocation: file:///etc/passwd", "which is not among the archives")]
    [InlineData("HTTP/1.1 302 Found\nLocation: /pool/a_1_all.deb", "redirects more than 5 times")]
    [InlineData("HTTP/1.1 302 Found", "redirects to nowhere")]
    public async Task Redirects_out_of_the_archives_are_not_followed(string reply, string why)
    {
        using var rig = new PackageRig();
        rig.Archive.Instead = reply;
        var refused = Assert.IsType<PackageAnswer.Refused>(await rig.AskAsync("/pool/a_1_all.deb"));
        Assert.Equal(502, refused.Status);
        Assert.Contains(why, refused.Why);
    }

    [Fact]
    public async Task A_reply_that_does_not_say_how_long_its_file_is_is_refused_at_once()
    {
        using var rig = new PackageRig();
        rig.Archive.Instead = "HTTP/1.0 200 OK";
        var refused = Assert.IsType<PackageAnswer.Refused>(await rig.AskAsync("/pool/a_1_all.deb"));
        Assert.Equal(502, refused.Status);
        Assert.Contains("doesn't say how long /pool/a_1_all.deb is", refused.Why);
    }

    [Fact]
    public async Task An_archive_whose_name_leads_inside_is_not_asked()
    {
        using var rig = new PackageRig();
        rig.Rules = new([new("rebinding", "", [$"localhost:{rig.Archive.Port}"], ["/"])]);
        rig.Archive.Put("/x", Chance(10));
        var file = Assert.IsType<Asked.Allowed>(rig.Rules.Judge("GET", $"http://localhost:{rig.Archive.Port}/x")).File;
        var refused = Assert.IsType<PackageAnswer.Refused>(await rig.Cache.GetAsync(file, false, CancellationToken.None));
        Assert.Contains("inside of what this appliance serves", refused.Why);
        Assert.Empty(rig.Archive.Log);
    }

    [Fact]
    public async Task What_lies_broken_in_the_folder_is_thrown_away_and_fetched_anew()
    {
        using var rig = new PackageRig();
        byte[] deb = Chance(100_000);
        foreach (string name in (string[])["a", "b", "c"])
        {
            rig.Archive.Put($"/pool/{name}_1_all.deb", deb);
            await rig.GetAsync($"/pool/{name}_1_all.deb");
        }
        await rig.SettleAsync();
        var records = rig.Bodies.Where(b => b.EndsWith(".whole", StringComparison.Ordinal)).ToList();
        await File.WriteAllTextAsync(records[0], "{");
        using (var short1 = new FileStream(rig.Bodies.First(b => Path.GetFileName(b).StartsWith(Path.GetFileNameWithoutExtension(records[1]), StringComparison.Ordinal) && !b.EndsWith(".whole", StringComparison.Ordinal)), FileMode.Open)) short1.SetLength(99_999);
        await File.WriteAllTextAsync(Path.Combine(Path.GetDirectoryName(records[2])!, "stray"), "x");
        rig.Restart();
        rig.Archive.Log.Clear();
        foreach (string name in (string[])["a", "b", "c"]) Assert.Equal(deb, (await rig.GetAsync($"/pool/{name}_1_all.deb")).Content);
        await rig.SettleAsync();
        Assert.Equal(2, rig.Archive.Log.Count);
        Assert.Equal((300_000, 300_000, 6), (rig.OnDisk, rig.Store.Used, rig.Bodies.Count));
        Assert.Equal((3, 300_000L), await rig.Cache.EvictAsync(_ => true));
        Assert.Empty(rig.Bodies);
    }
}
