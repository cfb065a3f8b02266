namespace Provisioner.Domain.Images;

/// <summary>A whole-disk image that can be written to a machine: the content of its <c>image.json</c>.</summary>
/// <param name="Name">Its folder's name and its name in the API: <c>debian-12</c>.</param>
/// <param name="Title">For people: <c>Debian 12 (bookworm)</c>.</param>
/// <param name="Os">Distribution, lower case.</param>
/// <param name="Release">Release of it.</param>
/// <param name="Architecture">Debian's word: <c>amd64</c>.</param>
/// <param name="File">File beside the description: a raw disk, compressed with zstd.</param>
/// <param name="SizeBytes">Size of that file.</param>
/// <param name="Sha256">SHA-256 of that file, hex.</param>
/// <param name="RawBytes">Size of the disk that it unpacks to.</param>
/// <param name="RootPartition">Number of the partition with the root file system: the last one, so that it can grow.</param>
public sealed record ImageInfo(
    string Name, string Title, string Os, string Release, string Architecture,
    string File, long SizeBytes, string Sha256, long RawBytes, int RootPartition);
