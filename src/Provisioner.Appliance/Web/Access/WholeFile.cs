namespace Provisioner.Appliance.Web.Access;

/// <summary>Small files of the data folder: written whole beside their place, then moved there.</summary>
internal static class WholeFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Write(string path, string text, UnixFileMode mode = OwnerOnly)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        };
        using (var file = new StreamWriter(fresh, options)) file.Write(text);
        File.Move(fresh, path, overwrite: true);
    }
}
