using System.Security.Cryptography;
using Provisioner.Appliance.Store;

namespace Provisioner.Tests.Store;

public sealed class SecretBoxTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("box-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_secret_opens_after_a_restart_and_for_its_own_purpose_only()
    {
        string box = SecretBox.Open(_folder).Seal("bmc/a", "hunter2");
        Assert.DoesNotContain("hunter2", box);
        Assert.Equal("hunter2", SecretBox.Open(_folder).Unseal("bmc/a", box));
        Assert.ThrowsAny<CryptographicException>(() => SecretBox.Open(_folder).Unseal("bmc/b", box));
    }

    [Fact]
    public void A_key_file_of_another_length_is_refused_with_the_cure()
    {
        File.WriteAllText(Path.Combine(_folder, "key"), "short");
        Assert.Contains("put the right file back", Assert.Throws<InvalidDataException>(() => SecretBox.Open(_folder)).Message);
    }

    [Fact]
    public void Only_the_owner_can_read_the_key()
    {
        SecretBox.Open(_folder);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "key")));
    }

    [Fact]
    public void A_token_matches_its_own_hash_and_nothing_else()
    {
        string token = Token.New();
        Assert.True(Token.Matches(token, Token.Hash(token)));
        Assert.False(Token.Matches(token + "x", Token.Hash(token)));
        Assert.False(Token.Matches(null, Token.Hash(token)));
        Assert.False(Token.Matches(token, null));
    }
}
