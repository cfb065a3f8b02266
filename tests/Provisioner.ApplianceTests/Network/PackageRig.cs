using System.Net;
using Provisioner.Appliance.Packages;
using Provisioner.ApplianceTests.Servers;
using Provisioner.Domain.Packages;

namespace Provisioner.ApplianceTests.Network;

/// <summary>A package cache on a folder of its own, before an archive that breaks when it is told to.</summary>
internal sealed class PackageRig : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("packages-").FullName;
    private readonly long _bound;
    private readonly bool _mounted;
    private Upstream _upstream = null!;

    /// <param name="bound">Bytes that the cache may take.</param>
    /// <param name="disk">A disk of its own, so large, as mount writes it.</param>
    public PackageRig(long bound = 1 << 30, string? disk = null)
    {
        (_bound, _mounted) = (bound, disk is not null);
        if (disk is not null) Tool.Run("mount", $"-t tmpfs -o size={disk} packages {_folder}");
        Rules = new([new("test", "", [Archive.Host], ["/"], Inside: true)]);
        Open();
    }

    public TestArchive Archive { get; } = new();
    public ArchiveRules Rules { get; set; }
    public PackageStore Store { get; private set; } = null!;
    public PackageCache Cache { get; private set; } = null!;
    public PackageFigures Figures { get; } = new();
    public List<string?> Told { get; } = [];
    public IReadOnlyList<string> Bodies => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)];
    public long OnDisk => Bodies.Where(b => Path.GetExtension(b) is not (".whole" or ".part")).Sum(b => new FileInfo(b).Length);

    public PackageFile File(string path) => Assert.IsType<Asked.Allowed>(Rules.Judge("GET", $"http://{Archive.Host}{path}")).File;

    public Task<PackageAnswer> AskAsync(string path, bool noCache = false) => Cache.GetAsync(File(path), noCache, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The whole file and how it was had.</summary>
    public async Task<(byte[] Content, CacheVerdict Verdict)> GetAsync(string path, bool noCache = false)
    {
        var answer = Assert.IsType<PackageAnswer.File>(await AskAsync(path, noCache));
        return (await ReadAsync(answer), answer.Verdict);
    }

    /// <summary>Gets it and expects this content, had in this way.</summary>
    public async Task GetsAsync(string path, byte[] expected, CacheVerdict how, bool noCache = false)
    {
        var (content, verdict) = await GetAsync(path, noCache);
        Assert.Equal(how, verdict);
        Assert.Equal(expected, content);
    }

    /// <summary>
    /// Gets no whole file out of the cache: a body that breaks off, or, where the flight had ended before the body was opened, a refusal or the
    /// archive's own answer.
    /// </summary>
    public async Task GetsNothingWholeAsync(string path)
    {
        switch (await AskAsync(path))
        {
            case PackageAnswer.File file:
                await Assert.ThrowsAsync<IOException>(() => ReadAsync(file));
                break;
            case PackageAnswer.Refused refused:
                Assert.Equal(502, refused.Status);
                break;
            case PackageAnswer.Passed passed:
                passed.Reply.Dispose();
                break;
        }
    }

    public static async Task<byte[]> ReadAsync(PackageAnswer.File answer)
    {
        await using var body = answer.Body;
        using var content = new MemoryStream();
        await body.CopyToAsync(content).WaitAsync(TimeSpan.FromSeconds(90));
        return content.ToArray();
    }

    /// <summary>Waits until nothing is on its way.</summary>
    public async Task SettleAsync()
    {
        for (int i = 0; Cache.InFlight > 0; i++)
        {
            Assert.True(i < 3000, "a download does not end");
            await Task.Delay(10);
        }
    }

    /// <summary>Another process on the same folder.</summary>
    public void Restart()
    {
        Cache.Dispose();
        Open();
    }

    private void Open()
    {
        Store = new(_folder, new(_bound, 0), TimeProvider.System);
        _upstream = new(() => Rules, null, _ => false, TimeProvider.System);
        _upstream.Reached += (_, _, why) => Told.Add(why);
        Cache = new(Store, _upstream, Figures, TimeProvider.System);
    }

    public void Dispose()
    {
        Cache.Dispose();
        Archive.Dispose();
        if (_mounted) Tool.Run("umount", _folder);
        Directory.Delete(_folder, recursive: true);
    }
}
